"""What a phone number may look like, and when its owner may be sent something."""

from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers.tzdata import TIMEZONE_DATA

from signpost.messaging.phones import InvalidPhone, country_zone, is_daytime, md5_hash, next_daytime, normalised

NEW_YORK = "+12125550100"
LONDON = "+442071838750"
LISBON_OR_AZORES = "+351912345678"
RUSSIA = "+79161234567"
FREE_OF_CHARGE = "+18005551234"  # in summer, it is never day from Guam to Adak
UNKNOWN = "+14446667777"
HOUR = 3600


@pytest.mark.parametrize(
    ("text", "like", "expected"),
    [
        ("4446667777", None, "+14446667777"),
        ("(415) 555-0100", None, "+14155550100"),
        ("1 415 555 0100", None, "+14155550100"),
        (" +44 20 7183 8750 ", None, LONDON),
        ("555-0100", None, "+14155550100"),
        ("555-0100", NEW_YORK, "+12125550100"),
        ("020 7183 8750", LONDON, LONDON),
        ("0044 20 7183 8750", LONDON, LONDON),
        ("011 44 20 7183 8750", NEW_YORK, LONDON),
        ("(415) 555-0100", "+18765550100", "+14155550100"),  # Jamaica's country code is that of the USA
        ("06 1234 5678", "+390612345678", "+390612345678"),  # the zero belongs to Italian numbers
        ("tel:+1-415-555-0100", LONDON, "+14155550100"),
        ("٤١٥٥٥٥٠١٠٠", None, "+14155550100"),
    ],
)
def test_a_number_is_completed_from_its_writers(text: str, like: str | None, expected: str) -> None:
    assert normalised(text, like=like) == expected


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("hello", None),
        ("123", None),
        ("+1 5550100", NEW_YORK),  # no area code, though it names the country
        ("5550100", "+88213300655"),  # a satellite's number is from no country
        ("415 555 0100 ext. 5", None),
        ("+999 415 555 0100", None),
        ("447911123456", None),
        ("1" * 300, None),
    ],
)
def test_other_texts_are_not_numbers(text: str, like: str | None) -> None:
    with pytest.raises(InvalidPhone, match=r"^Invalid phone number$") as raised:
        normalised(text, like=like)

    assert (raised.value.status, raised.value.errors) == (400, ("Invalid phone number",))


@pytest.mark.parametrize("text", ["", " \t\n"])
def test_a_blank_number_says_so(text: str) -> None:
    with pytest.raises(InvalidPhone, match=r"^Phone number cannot be blank$"):
        normalised(text)


@given(st.text(alphabet="0123456789+-() .x\u0664", max_size=24) | st.text(max_size=300))
def test_any_text_is_a_number_that_stays_the_same_or_is_refused(text: str) -> None:
    try:
        number = normalised(text)
    except InvalidPhone:
        return

    assert number.startswith("+")
    assert number[1:].isascii()
    assert number[1:].isdecimal()
    assert normalised(number) == normalised(number, like=LONDON) == number


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_each_countrys_numbers_are_read_as_people_there_write_them(region: str) -> None:
    example = phonenumbers.example_number(region)
    assert example is not None
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)

    assert normalised(national, like=e164) == normalised(e164) == e164


def test_the_hash_is_that_of_the_number_with_its_plus_sign() -> None:
    assert md5_hash("+14155550100") == "206a9261d821e93b22b142dd37e59d9d"


@pytest.mark.parametrize(
    ("number", "zone"),
    [(NEW_YORK, "America/New_York"), ("+4917612345678", "Europe/Berlin"), (UNKNOWN, "UTC")],
)
def test_a_number_tells_its_time_zone(number: str, zone: str) -> None:
    assert country_zone(number) == zone


def test_all_time_zones_of_numbers_are_known() -> None:
    assert all(ZoneInfo(name) for name in set(chain.from_iterable(TIMEZONE_DATA.values())))


@pytest.mark.parametrize(
    ("number", "now", "then"),
    [
        (NEW_YORK, "2026-11-21T08:59:59-05:00", "2026-11-21T09:00:00-05:00"),
        (NEW_YORK, "2026-11-21T09:00:00-05:00", None),
        (NEW_YORK, "2026-11-21T19:59:59-05:00", None),
        (NEW_YORK, "2026-11-21T20:00:00-05:00", "2026-11-22T09:00:00-05:00"),
        (NEW_YORK, "2026-10-31T21:00:00-04:00", "2026-11-01T09:00:00-05:00"),  # summer time ends that night
        (UNKNOWN, "2026-11-21T03:00:00Z", "2026-11-21T09:00:00Z"),
        (LISBON_OR_AZORES, "2026-11-21T09:30:00Z", "2026-11-21T10:00:00Z"),
        (LISBON_OR_AZORES, "2026-11-21T19:59:00Z", None),
        (LISBON_OR_AZORES, "2026-11-21T20:00:00Z", "2026-11-22T10:00:00Z"),
        (RUSSIA, "2026-11-21T06:00:00Z", "2026-11-21T07:00:00Z"),  # 9:00 in Kaliningrad, 19:00 in Kamchatka
        (FREE_OF_CHARGE, "2026-11-21T18:30:00Z", "2026-11-21T23:00:00Z"),  # 19:30 in St. John's, 9:00 in Guam
        (FREE_OF_CHARGE, "2026-07-21T17:30:00Z", "2026-07-21T18:00:00Z"),  # 9:00 in Adak
        (FREE_OF_CHARGE, "2026-07-21T18:00:00Z", None),
    ],
)
def test_nobody_is_sent_anything_at_night(number: str, now: str, then: str | None) -> None:
    at = datetime.fromisoformat(now).timestamp()
    expected = at if then is None else datetime.fromisoformat(then).timestamp()

    assert next_daytime(number, at) == expected
    assert is_daytime(number, at) is (then is None)


@given(st.sampled_from([NEW_YORK, LONDON, LISBON_OR_AZORES, RUSSIA, FREE_OF_CHARGE, UNKNOWN]), st.floats(0, 4e9))
def test_a_day_begins_soon_and_then_it_is_day(number: str, now: float) -> None:
    then = next_daytime(number, now)

    assert now <= then <= now + 25 * HOUR
    assert is_daytime(number, then)
