"""From webhooks to fetches: messages that name accounts, and messages that name installs.

    instagram_webhook  -- {"accounts": […], "received_at"} -->            webhook_hints
    webhook_hints      -- {"install", "count", "why", "asked_at"} -->     media_fetch

A hint only says that something happened to an account. Many of them make one fetch, which looks at all that is new.
Doing it twice is harmless: a fetch passes over what was asked for before the last one began.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from signpost.instagram.json_values import graph_id, mapping
from signpost.platform.errors import InvalidInput

ACCOUNTS_IN_MESSAGE: Final = 500  # of up to 32 digits: few calls to SQS, and far below the 256 KB of a message
POSTS: Final = 3  # that a fetch looks at when a webhook asked for it; more if there are more new ones
_INSTALLS_OF_ACCOUNT: Final = 10


class NotHints(InvalidInput):
    code = "not_hints"


class Hints(NamedTuple):
    """`received_at`: seconds since 1970."""

    accounts: tuple[str, ...]
    received_at: float


class Fetch(NamedTuple):
    """A message for media_fetch, and after how many seconds it may be received."""

    message: Mapping[str, object]
    delay: int


def messages(accounts: Sequence[str], received_at: float) -> list[dict[str, object]]:
    """All accounts, in as few messages as possible."""
    return [
        {"accounts": list(accounts[start : start + ACCOUNTS_IN_MESSAGE]), "received_at": received_at}
        for start in range(0, len(accounts), ACCOUNTS_IN_MESSAGE)
    ]


def read_message(body: str) -> Hints:
    """The inverse of `messages`, for one of them.

    Raises:
        NotHints: it is something else.
    """
    try:
        fields: Any = mapping(json.loads(body))
    except (ValueError, RecursionError):
        raise NotHints("The message is not JSON.") from None
    accounts, received_at = fields.get("accounts"), fields.get("received_at")
    if not isinstance(accounts, list) or not all(map(graph_id, accounts)) or not isinstance(received_at, int | float):
        raise NotHints("The message has no accounts, or no time.")
    return Hints(tuple(map(str, accounts)), float(received_at))


def fetches(
    hints: Iterable[Hints], installs: Mapping[str, Collection[str]], delay: float, now: float
) -> tuple[Fetch, ...]:
    """One fetch for each install of the accounts, `delay` seconds after the last hint about it: hashtags come late.

    `installs` has the ids of the installs of each account that has any. At most ten of one account are fetched.
    """
    hinted_at: dict[str, float] = {}
    for hint in hints:
        for account in hint.accounts:
            for install in sorted(installs.get(account, ()))[:_INSTALLS_OF_ACCOUNT]:
                hinted_at[install] = max(hint.received_at, hinted_at.get(install, 0.0))
    return tuple(
        Fetch({"install": install, "count": POSTS, "why": "webhook", "asked_at": at}, max(0, round(at + delay - now)))
        for install, at in hinted_at.items()
    )
