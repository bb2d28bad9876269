from typing import NamedTuple

import pytest

from signpost.platform.settings import MissingSetting, load


class Settings(NamedTuple):
    clicks_table: str
    click_buckets: int


def test_fields_come_from_variables_of_their_name() -> None:
    assert load(Settings, {"CLICKS_TABLE": "Clicks", "CLICK_BUCKETS": "8"}) == Settings("Clicks", 8)


@pytest.mark.parametrize("environ", [{}, {"CLICKS_TABLE": ""}])
def test_a_missing_variable_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(MissingSetting, match="CLICKS_TABLE"):
        load(Settings, environ)


def test_what_must_be_a_number_is_one() -> None:
    with pytest.raises(MissingSetting, match="CLICK_BUCKETS"):
        load(Settings, {"CLICKS_TABLE": "Clicks", "CLICK_BUCKETS": "eight"})
