"""What a deployment may change in a stack's parameters."""

import pytest

from local.deploy.changes import changes, refusals

BEFORE = {"Stage": "prod", "ClickBuckets": "16", "PublicUrl": "", "Gone": "1"}


def test_each_parameter_that_changes_is_listed() -> None:
    after = {"Stage": "prod", "ClickBuckets": "32", "PublicUrl": "https://a.example", "New": "1"}

    assert changes(BEFORE, after) == ["ClickBuckets: 16 -> 32", "PublicUrl: (empty) -> https://a.example"]
    assert changes({}, after) == []


def test_nothing_is_said_of_a_value_that_cloudformation_hides() -> None:
    assert changes({"EdgeSecret": "****"}, {"EdgeSecret": ""}) == []


@pytest.mark.parametrize("buckets", ["16", "17", "64"])
def test_buckets_may_stay_and_grow(buckets: str) -> None:
    assert refusals(BEFORE, {"Stage": "prod", "ClickBuckets": buckets}) == []
    assert refusals({}, {"Stage": "dev", "ClickBuckets": buckets}) == []


@pytest.mark.parametrize("buckets", ["1", "8", "15"])
def test_buckets_never_shrink(buckets: str) -> None:
    (why,) = refusals(BEFORE, {"Stage": "prod", "ClickBuckets": buckets})

    assert 'Add "ClickBuckets=16"' in why


def test_production_stays_production() -> None:
    (why,) = refusals(BEFORE, {"Stage": "dev", "ClickBuckets": "16"})

    assert why.startswith("Stage is prod")
    assert refusals({"Stage": "dev", "ClickBuckets": "8"}, {"Stage": "prod", "ClickBuckets": "8"}) == []
