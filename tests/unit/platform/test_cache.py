from collections.abc import Callable

import pytest

from signpost.platform.cache import Cache


class Source:
    """Gives one value after the other, and counts the calls."""

    def __init__(self, *values: str | None) -> None:
        self.values, self.asked = list(values), 0

    def __call__(self) -> str | None:
        self.asked += 1
        return self.values.pop(0)


def never() -> str:
    raise AssertionError("the value should be remembered")


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


@pytest.fixture
def cache(now: list[float]) -> Cache[str]:
    return Cache(lambda: now[0], seconds=60, most=3)


def test_a_value_is_remembered_for_its_time_to_live(cache: Cache[str], now: list[float]) -> None:
    source = Source("old", "new")
    assert cache.get("key", source) == "old"

    now[0] += 59.9
    assert cache.get("key", source) == "old"
    now[0] += 0.1
    assert cache.get("key", source) == "new"
    assert source.asked == 2


def test_use_does_not_prolong_a_values_life(cache: Cache[str], now: list[float]) -> None:
    source = Source("old", "new")
    for _ in range(4):
        cache.get("key", source)
        now[0] += 20

    assert cache.get("key", never) == "new"


def test_a_clock_that_is_set_back_does_not_prolong_a_values_life(cache: Cache[str], now: list[float]) -> None:
    cache.get("key", lambda: "old")

    now[0] -= 1
    assert cache.get("key", lambda: "new") == "new"


def test_none_is_not_remembered(cache: Cache[str]) -> None:
    source = Source(None, "there")

    assert [cache.get("key", source) for _ in range(3)] == [None, "there", "there"]


def test_an_empty_value_is_remembered(cache: Cache[str]) -> None:
    cache.get("key", str)

    assert not cache.get("key", never)


def test_the_least_recently_used_value_makes_room(cache: Cache[str]) -> None:
    def give(value: str) -> Callable[[], str]:
        return lambda: value

    for key in "abc":
        cache.get(key, give(key))
    cache.get("a", never)

    cache.get("d", give("d"))

    assert [cache.get(key, never) for key in "cad"] == ["c", "a", "d"]
    assert cache.get("b", give("again")) == "again"


def test_a_forgotten_value_is_read_again(cache: Cache[str]) -> None:
    cache.get("key", lambda: "old")

    cache.forget("key")
    cache.forget("other")

    assert cache.get("key", lambda: "new") == "new"


def test_a_read_that_fails_leaves_nothing_behind(cache: Cache[str]) -> None:
    with pytest.raises(AssertionError):
        cache.get("key", never)

    assert cache.get("key", lambda: "value") == "value"
