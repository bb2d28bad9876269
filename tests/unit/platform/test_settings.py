from typing import Any, NamedTuple

import pytest

from signpost.platform.settings import MissingSetting, listed, load


class Settings(NamedTuple):
    clicks_table: str
    click_buckets: int


class WithDefault(NamedTuple):
    clicks_table: str
    legacy_url: str = "none"


class Nested(NamedTuple):
    fallback_url: str
    clicks: Settings
    legacy: WithDefault


def test_fields_come_from_variables_of_their_name() -> None:
    assert load(Settings, {"CLICKS_TABLE": "Clicks", "CLICK_BUCKETS": "8"}) == Settings("Clicks", 8)


@pytest.mark.parametrize("environ", [{}, {"CLICKS_TABLE": ""}])
def test_a_missing_or_empty_variable_is_named(environ: dict[str, str]) -> None:
    with pytest.raises(MissingSetting, match="CLICKS_TABLE"):
        load(Settings, environ)


@pytest.mark.parametrize(
    ("given", "expected"), [({}, "none"), ({"LEGACY_URL": ""}, "none"), ({"LEGACY_URL": "x"}, "x")]
)
def test_a_setting_that_may_be_empty_has_a_default(given: dict[str, str], expected: str) -> None:
    assert load(WithDefault, {"CLICKS_TABLE": "Clicks", **given}) == WithDefault("Clicks", expected)


def test_nested_settings_are_filled_from_the_same_variables() -> None:
    environ = {"FALLBACK_URL": "/", "CLICKS_TABLE": "Clicks", "CLICK_BUCKETS": "8"}

    assert load(Nested, environ) == Nested("/", Settings("Clicks", 8), WithDefault("Clicks", "none"))


@pytest.mark.parametrize("buckets", [{}, {"CLICK_BUCKETS": "eight"}])
@pytest.mark.parametrize("settings", [Settings, Nested])
def test_a_variable_that_is_missing_or_not_a_number_is_named(settings: Any, buckets: dict[str, str]) -> None:
    with pytest.raises(MissingSetting, match="CLICK_BUCKETS"):
        load(settings, {"FALLBACK_URL": "/", "CLICKS_TABLE": "Clicks", **buckets})


def test_a_list_is_separated_by_commas() -> None:
    assert listed(" a, b,,c ") == ("a", "b", "c")
    assert listed("") == ()
