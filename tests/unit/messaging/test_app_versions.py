"""Which apps are told to update."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.messaging.app_versions import Minimum, parsed, update_for

RELEASED = Minimum("1.2.8", "https://apps.example/signpost")
BETA = Minimum("1.3.0-beta.2", "https://beta.example/signpost")


@pytest.mark.parametrize(
    ("version", "beta", "url"),
    [
        ("0.9", False, RELEASED.url),
        ("1.2.7", False, RELEASED.url),
        ("1.2.8-rc.1", False, RELEASED.url),
        ("1.2.8", False, None),
        ("1.2.8.1", False, None),
        ("v1.10", False, None),
        ("1.2.8", True, BETA.url),
        ("1.3.0-beta.1", True, BETA.url),
        ("1.3.0-beta.10", True, None),
        ("1.3.0", True, None),
        (None, False, None),
        ("", True, None),
        ("one", False, None),
        ("0.1-" + "1" * 5000, False, None),
    ],
)
def test_an_app_below_the_minimum_is_told_where_to_get_a_newer_one(
    version: str | None, beta: bool, url: str | None
) -> None:
    update = update_for(version, beta=beta, released=RELEASED, in_beta=BETA)

    assert (update and update["url"]) == url
    if update:
        assert set(update) == {"message", "button-text", "url"}
        assert ("beta" in update["message"]) is beta


def test_without_a_minimum_nobody_has_to_update() -> None:
    none = Minimum("", "")

    assert update_for("0.1", beta=False, released=none, in_beta=BETA) is None
    assert update_for("0.1", beta=True, released=RELEASED, in_beta=none) is None


def test_versions_are_in_the_order_of_semver() -> None:
    order = (
        "1.0.0-1 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1 1.0.0.1 1.2 1.10"
    )
    versions = [parsed(each) for each in order.split()]

    for first, second in pairwise(versions):
        assert first is not None
        assert second is not None
        assert first < second
    assert parsed("1.0.0+build.5") == parsed(" 1.0 ")


@given(st.text(max_size=80) | st.text("0123456789.-+abv", max_size=80))
def test_any_header_is_a_version_or_is_not(text: str) -> None:
    version = parsed(text)

    assert version is None or len(version[0]) == 4
