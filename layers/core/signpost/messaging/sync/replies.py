"""A sync as an app asks for it and gets it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from signpost.messaging import timestamps
from signpost.messaging.conversation_shapes import conversation_json, message_json
from signpost.messaging.paging import Listing
from signpost.messaging.sync import changes
from signpost.messaging.sync.changes import MOST, Item, Part, Position, Sync


class Asked(NamedTuple):
    """The parameters of a sync."""

    updated_at: str | None = None  # `last_sync_at` of an earlier reply
    before_last_message_at: str | None = None
    most: int | None = None


class SyncReplies:
    def __init__(self, sync: Sync) -> None:
        self._sync = sync

    def listing(self, user: int, asked: Asked, start: Mapping[str, Any] | None, *, v1: bool) -> Listing:
        """`start`: of a page after the first. Raises `InvalidField`."""
        part = self._part(user, asked, start, v1=v1)
        more = {"since": part.more} if isinstance(part.more, int) else part.more and part.more._asdict()
        entries = [_entry(item, user, v1=v1) for item in part.items]
        return Listing(entries, more, {"last_sync_at": timestamps.to_text(part.upto)})

    def _part(self, user: int, asked: Asked, start: Mapping[str, Any] | None, *, v1: bool) -> Part:
        most = min(asked.most or MOST, MOST)
        if start and "since" in start:
            return self._sync.since(user, start["since"], most, v1=v1)
        if start:
            return self._sync.on_from(user, Position(**start), most, v1=v1)
        if asked.updated_at:
            return self._sync.since(user, timestamps.to_version(asked.updated_at), most, v1=v1)
        before = asked.before_last_message_at
        at = timestamps.to_version(before, "before_last_message_at") / 1_000_000 if before else None
        return self._sync.everything(user, at, most, v1=v1)


def _entry(item: Item, user: int, *, v1: bool) -> dict[str, Any]:
    kind = changes.of_type(item)
    if kind == "message":
        return {"type": kind, "sync": message_json(item, v1=v1)}
    shown = conversation_json(item, user, v1=v1)
    return {"type": kind, "sync": {**shown, "unseen_count": shown["unread_count"]}}
