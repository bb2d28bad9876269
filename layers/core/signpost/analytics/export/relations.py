"""Who follows whom, as Instagram's exports have written it since 2018.

{"title": "", "string_list_data": [{"href": "https://instagram.com/nora", "value": "nora", "timestamp": 1676354318}]}
{"title": "nora", "string_list_data": [{"href": "https://www.instagram.com/_u/nora", "timestamp": 1785572236}]}
{"timestamp": 1785572236, "label_values": [{"label": "Username", "value": "nora", "href": "https://…/nora"}]}
("nora", "2019-05-01T10:00:00+00:00")       a property of the object "followers" in connections.json
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

_USERNAME: Final = re.compile(r"[a-z0-9._]{1,30}", re.ASCII)
_PROFILE: Final = re.compile(
    r"\s*(?:https?://)?(?:www\.)?instagram\.com/(?:_u/)?@?([A-Za-z0-9._]{1,30})/?(?:[?#].*)?\s*", re.ASCII | re.DOTALL
)
# First parts of addresses on instagram.com that are not accounts.
_PAGES: Final = frozenset(
    {"about", "accounts", "api", "direct", "download", "explore", "legal", "p", "privacy", "reel", "reels", "stories"}
    | {"terms", "tv", "web"}
)
_FIRST: Final = 1_286_323_200  # 2010-10-06, when Instagram began
_LAST: Final = 2**33


class Relation(NamedTuple):
    """An account, in lower case, and since when (seconds since 1970), if the export says so."""

    username: str
    since: int | None = None


def relation(entry: object) -> Relation | None:
    """None: there is no account in it."""
    if isinstance(entry, tuple):
        name, since = entry
        found = username(name)
        return Relation(found, _moment(since)) if found else None
    if not isinstance(entry, dict):
        return None
    for part in _parts(entry):
        found = username(part.get("value")) or profile(part.get("href")) or profile(part.get("value"))
        if found:
            return Relation(found, _moment(part.get("timestamp", entry.get("timestamp"))))
    named = username(entry.get("title"))
    times = [_moment(part.get("timestamp")) for part in _parts(entry)] + [_moment(entry.get("timestamp"))]
    return Relation(named, next((each for each in times if each is not None), None)) if named else None


def username(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    name = value.strip().removeprefix("@").lower()
    return name if _USERNAME.fullmatch(name) else None


def profile(address: object) -> str | None:
    """The account that an address on instagram.com shows."""
    found = _PROFILE.fullmatch(address) if isinstance(address, str) else None
    name = found[1].lower() if found else None
    return None if name in _PAGES else name


def _parts(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in ("string_list_data", "label_values"):
        listed = entry.get(name)
        for part in listed if isinstance(listed, list) else ():
            if isinstance(part, dict):
                yield part


def _moment(value: object) -> int | None:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            seconds: float = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    else:
        seconds = value
    return int(seconds) if _FIRST <= seconds < _LAST else None  # NaN compares false
