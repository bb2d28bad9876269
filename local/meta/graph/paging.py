"""Edges: cursors, `limit`, `since` and `until`.

Source: Meta, "Paginated Results" (Graph API guide). Cursors are opaque; each names an object, so that new
posts do not shift a page.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from local.meta.errors import invalid

T = TypeVar("T")
DEFAULT_LIMIT: Final = 25
_CURSOR: Final = "QVFI"
MOST: Final = 10_000  # Meta, "IG User Media": the 10K newest


def window(items: Sequence[T], time_of: Callable[[T], float], arguments: Mapping[str, str]) -> list[T]:
    """The items of `since` ≤ time < `until`."""
    since, until = (_time(name, arguments[name]) if name in arguments else None for name in ("since", "until"))
    return [
        item
        for item in items[:MOST]
        if (since is None or time_of(item) >= since) and (until is None or time_of(item) < until)
    ]


def page(
    items: Sequence[T],
    id_of: Callable[[T], str],
    arguments: Mapping[str, str],
    *,
    most: int,
    address: str,
) -> tuple[Sequence[T], dict[str, Any]]:
    """One page, and its `paging`: `{"cursors": {"before", "after"}, "next"?, "previous"?}`; empty without items.

    `address` is the edge's, without a query; `arguments` are repeated in `next`, the access token with them.
    """
    limit = _limit(arguments.get("limit"), most)
    ids = [id_of(item) for item in items]
    start = _position(ids, arguments["after"]) + 1 if "after" in arguments else 0
    if "before" in arguments:
        end = _position(ids, arguments["before"])
        start = max(0, end - limit)
        limit = end - start
    chosen = items[start : start + limit]
    if not chosen:
        return [], {}
    cursors = {"before": _cursor(id_of(chosen[0])), "after": _cursor(id_of(chosen[-1]))}
    paging: dict[str, Any] = {"cursors": cursors}
    rest = {name: value for name, value in arguments.items() if name not in {"after", "before"}}
    if start + limit < len(items):
        paging["next"] = f"{address}?{urlencode({**rest, 'after': cursors['after']})}"
    if start > 0:
        paging["previous"] = f"{address}?{urlencode({**rest, 'before': cursors['before']})}"
    return chosen, paging


def _limit(text: str | None, most: int) -> int:
    if text is None:
        return min(DEFAULT_LIMIT, most)
    if not text.isdecimal() or int(text) < 1:
        raise invalid("Param limit must be a positive integer")
    return min(int(text), most)


def _cursor(item_id: str) -> str:
    return base64.urlsafe_b64encode(f"{_CURSOR}:{item_id}".encode()).rstrip(b"=").decode()


def _position(ids: Sequence[str], cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        kind, _, item_id = text.partition(":")
        return ids.index(item_id if kind == _CURSOR else "")
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid cursor") from error


def _time(name: str, text: str) -> float:
    if text.isdecimal():
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(f"Param {name} must be a valid date time") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
