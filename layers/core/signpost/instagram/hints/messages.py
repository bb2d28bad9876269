"""What instagram_webhook sends to webhook_hints: `{"accounts": […], "received_at"}`."""

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from signpost.instagram.json_values import graph_id, mapping
from signpost.platform.errors import InvalidInput

_ACCOUNTS_IN_MESSAGE: Final = 500  # of up to 32 digits: few calls to SQS, and far below the 256 KB of a message


class NotHints(InvalidInput):
    code = "not_hints"


class Hints(NamedTuple):
    """`received_at`: seconds since 1970."""

    accounts: tuple[str, ...]
    received_at: float


def messages(accounts: Sequence[str], received_at: float) -> list[dict[str, object]]:
    """Names all the accounts in as few messages as possible."""
    return [
        {"accounts": list(accounts[start : start + _ACCOUNTS_IN_MESSAGE]), "received_at": received_at}
        for start in range(0, len(accounts), _ACCOUNTS_IN_MESSAGE)
    ]


def read_message(body: str) -> Hints:
    """One of `messages`, from JSON. Raises `NotHints` when it is something else."""
    try:
        fields: Any = mapping(json.loads(body))
    except (ValueError, RecursionError):
        raise NotHints("The message is not JSON.") from None
    accounts, received_at = fields.get("accounts"), fields.get("received_at")
    if not isinstance(accounts, list) or not all(map(graph_id, accounts)) or not isinstance(received_at, int | float):
        raise NotHints("The message has no accounts, or no time.")
    return Hints(tuple(map(str, accounts)), float(received_at))
