"""Phone numbers, as people write them and as E.164: `+14155550100`, with the plus sign. Only E.164 is kept."""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from phonenumbers import (
    CountryCodeSource,
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    parse,
    region_code_for_country_code,
)

from signpost.messaging.errors import BadRequest

_NORTH_AMERICA: Final = 1  # country code
_AREA: Final = "415"
_AREA_DIGITS: Final = slice(2, 5)  # of a North American number in E.164
_DAY_BEGINS, _DAY_ENDS = time(9), time(20)


class InvalidPhone(BadRequest):
    """The text is not a phone number."""

    code = "invalid_phone"


def normalised(text: str, *, like: str | None = None) -> str:
    """As E.164. A number without a country code is completed from `like`, the E.164 number of whoever wrote it.

    Without `like`, it is a number of the USA; there, seven digits lack the area code, which is that of `like` or 415.

    Any number of a possible length counts: which ones are in use changes all the time, and only an SMS shows it.

    Raises `InvalidPhone`.
    """
    if not text.strip():
        raise InvalidPhone("Phone number cannot be blank")
    try:
        number = parse(text, _region(like), keep_raw_input=True)
    except NumberParseException:
        raise InvalidPhone("Invalid phone number") from None
    possible = is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and _lacks_area_code(number):
        return normalised(f"+{_NORTH_AMERICA}{_area(like)}{number.national_number}")
    if possible != ValidationResult.IS_POSSIBLE or number.extension:
        raise InvalidPhone("Invalid phone number")
    return format_number(number, PhoneNumberFormat.E164)


def md5_hash(e164: str) -> str:
    """What apps send and show instead of a number: the MD5 of its E.164 form, with the plus sign, in hexadecimal.

    It hides nothing, because all numbers can be tried. Numbers are stored under a keyed hash.
    """
    return hashlib.md5(e164.encode(), usedforsecurity=False).hexdigest()


def country_zone(e164: str) -> str:
    """The name of the IANA time zone of a number, the first if there are several, and `UTC` if it is not known."""
    return _zones(e164)[0].key


def is_daytime(e164: str, now: float) -> bool:
    """Whether it is between 9:00 and 20:00 where the number is from."""
    return next_daytime(e164, now) == now


def next_daytime(e164: str, now: float) -> float:
    """When somebody with this number may be sent something: `now`, or when the next day begins at 9:00.

    Mobile numbers of some countries tell no region, so it has to be daytime in all its time zones. The first one
    counts where there is no such time.
    """
    zones = _zones(e164)
    mornings = [_next_morning(zone, now) for zone in zones]
    common = (moment for moment in sorted([now, *mornings]) if all(_is_day(zone, moment) for zone in zones))
    alone = now if _is_day(zones[0], now) else mornings[0]
    return next(common, alone)


def _region(like: str | None) -> str:
    """Such as `US`, which stands for all countries with the code 1."""
    code = None if like is None else parse(like).country_code
    return region_code_for_country_code(code or _NORTH_AMERICA)


def _lacks_area_code(number: PhoneNumber) -> bool:
    local = number.country_code_source == CountryCodeSource.FROM_DEFAULT_COUNTRY
    return local and number.country_code == _NORTH_AMERICA


def _area(like: str | None) -> str:
    return _AREA if like is None else like[_AREA_DIGITS]


def _zones(e164: str) -> list[ZoneInfo]:
    from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number  # noqa: PLC0415  (most need no zones)

    names = time_zones_for_number(parse(e164))
    return [ZoneInfo("UTC" if name == UNKNOWN_TIMEZONE else name) for name in names]


def _is_day(zone: ZoneInfo, moment: float) -> bool:
    return _DAY_BEGINS <= datetime.fromtimestamp(moment, zone).time() < _DAY_ENDS


def _next_morning(zone: ZoneInfo, now: float) -> float:
    local = datetime.fromtimestamp(now, zone)
    day = local.date() if local.time() < _DAY_BEGINS else local.date() + timedelta(days=1)
    return datetime.combine(day, _DAY_BEGINS, zone).astimezone(UTC).timestamp()
