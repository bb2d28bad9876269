"""What a request for a report asks for: a page, a time zone, a range of time, a format."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from signpost.platform.errors import InvalidField
from signpost.platform.moments import parse_moment, zone_called

Format = Literal["json", "csv", "html"]
DEFAULT_LIMIT: Final = 1000
MAX_LIMIT: Final = 10_000
_MAX_SKIP: Final = 10**9


class Query(NamedTuple):
    """`limit` is the size of a page. `end` is the first moment that is not included."""

    limit: int
    skip: int
    zone: ZoneInfo
    start: float | None
    end: float | None
    format: Format


def parse(parameters: Mapping[str, str], member_zone: str | None) -> Query:
    """From a request's query parameters.

    Raises:
        InvalidField: says which value is wrong, and what it should be.
    """
    zone = zone_called(parameters.get("tz") or member_zone or "UTC")
    first, last = parameters.get("from"), parameters.get("to")
    start = parse_moment("from", first, zone).timestamp() if first else None
    end = parse_moment("to", last, zone, days_to_add=1).timestamp() if last else None
    if start is not None and end is not None and start >= end:
        raise InvalidField("from: must be before `to`.")
    return Query(
        limit=_number("limit", parameters.get("limit"), DEFAULT_LIMIT, 1, MAX_LIMIT),
        skip=_number("skip", parameters.get("skip"), 0, 0, _MAX_SKIP),
        zone=zone,
        start=start,
        end=end,
        format=_format(parameters.get("format") or "json"),
    )


def _number(name: str, text: str | None, default: int, least: int, most: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= most:
        raise InvalidField(f"{name}: use a whole number from {least} to {most}.")
    return int(text)


def _format(text: str) -> Format:
    for known in get_args(Format):
        if text == known:
            found: Format = known
            return found
    raise InvalidField("format: use json, csv or html.")
