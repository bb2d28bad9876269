"""Our reports as a function would answer them: a snapshot from memory, or else unpacked, then one page as JSON."""

import json
import time

from signpost.analytics.reports import query, replies
from signpost.analytics.reports.memory import Memory
from signpost.analytics.reports.registry import BY_NAME

MEMORY = Memory(time.time)
# Those whose data nobody can have today would be too fast.
_MISSING = {"top-likers", "speechless-likers", "heartless-commenters", "most-popular-filters"}
NAMES = [name for name in BY_NAME if name not in _MISSING]


def answer(packed: bytes, version: str, name: str) -> str:
    asked = query.parse({}, "Europe/Berlin")
    desk = MEMORY.desk("1", version, lambda: packed)
    found = desk.result(BY_NAME[name], asked, {})
    call = replies.Call(f"https://signpost.example/reports/1/{name}", time.time())
    return json.dumps(replies.reply(BY_NAME[name], found, asked, desk.snapshot.at, call))
