import pytest

from signpost.tracking.hours import day_of, hour_of, hours_between, may_be_settled, start_of


def test_an_hour_is_named_in_utc() -> None:
    assert hour_of(1_795_246_500.9) == "2026-11-21T07"
    assert day_of("2026-11-21T07") == "2026-11-21"
    assert start_of("2026-11-21T07") == 1_795_244_400


def test_hours_between_cross_days_years_and_leap_days() -> None:
    assert hours_between("2027-12-31T22", "2028-01-01T01") == ["2027-12-31T22", "2027-12-31T23", "2028-01-01T00"]
    assert len(hours_between("2028-02-01T00", "2028-03-01T00")) == 29 * 24
    assert hours_between("2026-11-21T07", "2026-11-21T07") == []
    assert hours_between("2026-11-21T07", "2026-11-21T05") == []


def test_text_that_is_not_an_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="does not match"):
        start_of("2026-11-21")


def test_an_hour_may_be_settled_ten_minutes_after_its_end() -> None:
    end = start_of("2026-11-21T08")

    assert not may_be_settled("2026-11-21T07", end + 599)
    assert may_be_settled("2026-11-21T07", end + 600)
