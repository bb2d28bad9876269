"""Times, as apps hand them back."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.messaging.timestamps import LATEST, to_text, to_version, version_at
from signpost.platform.errors import InvalidField

NEW_YEAR = 1_356_998_400_000_000  # 2013, in UTC


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("2013-01-01T00:00:00Z", NEW_YEAR),
        ("2013-01-01t00:00:00z", NEW_YEAR),
        ("2013-01-01T00:00:00.000001Z", NEW_YEAR + 1),
        ("2013-01-01T00:00:00.1Z", NEW_YEAR + 100_000),
        ("2013-01-01T00:00:00.0000019999Z", NEW_YEAR + 1),
        ("2013-01-01T01:00:00+01:00", NEW_YEAR),
        ("2013-01-01T01:00:00 01:00", NEW_YEAR),
        ("2012-12-31T16:00:00-08:00", NEW_YEAR),
        ("2013-01-01 00:00:00 UTC", NEW_YEAR),
        ("2013-01-01 00:00:00 +0000", NEW_YEAR),
        ("2012-12-31 16:00:00 -0800", NEW_YEAR),
        ("1356998400", NEW_YEAR),
        ("1356998400.000001", NEW_YEAR + 1),
        ("1356998400.0000019", NEW_YEAR + 1),
        (" 0 ", 0),
        ("-0.0000001", -1),
        ("9999-12-31T23:59:59.999999Z", LATEST),
    ],
)
def test_times_are_read_as_apps_and_rails_write_them(text: str, version: int) -> None:
    assert to_version(text) == version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2013-01-01",
        "2013-01-01T00:00:00",  # where?
        "2013-13-01T00:00:00Z",
        "2013-02-30T00:00:00Z",
        "2013-01-01T25:00:00Z",
        "2013-01-01T00:00:00+24:00",
        "2013-01-01T00:00:00+01:60",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "1356998400000",  # milliseconds
        "1e9",
        "NaN",
        "Infinity",
        "\u0661\u0662",
        "1" * 1000,
    ],
)
def test_other_texts_are_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidField, match=r"^before_last_message_at: use a time such as"):
        to_version(text, "before_last_message_at")


@given(st.integers(0, LATEST))
def test_a_version_comes_back_exactly(version: int) -> None:
    assert to_version(to_text(version)) == version


@given(st.integers(0, LATEST))
def test_fewer_digits_never_skip_anything(version: int) -> None:
    milliseconds = to_text(version)[:23] + "Z"

    assert version - 1000 < to_version(milliseconds) <= version


@given(st.datetimes(), st.integers(-23 * 60, 23 * 60))
def test_offsets_are_read_as_python_reads_them(local: datetime, minutes: int) -> None:
    sign, (hours, rest) = ("-" if minutes < 0 else "+"), divmod(abs(minutes), 60)
    text = f"{local.isoformat(timespec='microseconds')}{sign}{hours:02}:{rest:02}"

    try:
        version = to_version(text)
    except InvalidField:
        return  # beyond the calendar
    assert datetime.fromisoformat(to_text(version)) == datetime.fromisoformat(text)


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_is_refused(text: str) -> None:
    try:
        version = to_version(text)
    except InvalidField:
        return

    assert isinstance(version, int)


def test_the_clock_is_cut_to_microseconds() -> None:
    assert version_at(1_356_998_400.25) == NEW_YEAR + 250_000
    assert to_text(version_at(1_356_998_400.25)) == "2013-01-01T00:00:00.250000Z"
