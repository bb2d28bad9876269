"""Versions of what is synced are microseconds since 1970. Apps see and send them as times."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from signpost.platform.errors import InvalidField

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000  # microseconds
LATEST: Final = 253_402_300_799_999_999  # the last microsecond of the year 9999
_EARLIEST: Final = -62_135_596_800_000_000  # and the first of the year 1

_NUMBER: Final = re.compile(r"-?\d{1,12}(?:\.\d{1,18})?", re.ASCII)
# RFC 3339, and as Rails wrote it: `2013-01-01 00:00:00 UTC`, `2013-01-01 00:00:00 -0800`. A plus sign that was not
# escaped in an address arrives as a space.
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?(?: ?([Zz]|UTC|GMT)| ?([+ -])(\d\d):?(\d\d))", re.ASCII
)


def version_at(now: float) -> int:
    """A moment, in seconds since 1970, as a version."""
    return int(Decimal(now).scaleb(6).to_integral_value(ROUND_FLOOR))


def to_text(version: int) -> str:
    """Such as `2026-11-21T07:02:03.123456Z`, from which `to_version` reads exactly the same version."""
    moment = _EPOCH + version * _MICROSECOND
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def to_version(text: str, name: str = "updated_at") -> int:
    """The version of a time: RFC 3339, seconds since 1970, or as Rails wrote it.

    Finer digits are cut off, so that nothing is missed that happened in the same microsecond.

    Raises `InvalidField`, which calls the text `name`.
    """
    text = text.strip()
    version = _of_number(text) if _NUMBER.fullmatch(text) else _of_time(text)
    if version is None or not _EARLIEST <= version <= LATEST:
        raise InvalidField(f"{name}: use a time such as 2026-11-21T07:00:00Z, or seconds since 1970.")
    return version


def _of_number(text: str) -> int:
    return int(Decimal(text).scaleb(6).to_integral_value(ROUND_FLOOR))


def _of_time(text: str) -> int | None:
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    day, time, fraction, _, sign, hours, minutes = match.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{time}+00:00")
    except ValueError:
        return None
    digits = (fraction or "")[:6].ljust(6, "0")
    if sign and (int(hours) > 23 or int(minutes) > 59):  # noqa: PLR2004  (hours and minutes)
        return None
    offset = 0 if sign is None else (int(hours) * 3600 + int(minutes) * 60) * (-1 if sign == "-" else 1)
    return (local - _EPOCH) // _MICROSECOND + int(digits) - offset * _SECOND
