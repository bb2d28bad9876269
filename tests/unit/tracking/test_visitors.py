"""Counting different visitors in bounded memory."""

from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signpost.tracking.counting.visitors import MOST, VisitorCount, Visitors

pseudonyms = st.lists(st.integers(0, 2**64 - 1), max_size=60)


def visitors(*found: int, most: int = MOST) -> Visitors:
    result = Visitors(most=most)
    for each in found:
        result.add(each)
    return result


def test_few_are_counted_exactly() -> None:
    assert Visitors().count() == VisitorCount(0)
    assert visitors(3, 1, 3, 2**64 - 1).count() == VisitorCount(3)
    assert visitors(*range(MOST)).count() == VisitorCount(MOST)


@pytest.mark.parametrize("different", [MOST + 1, 60_000])
def test_many_are_estimated(different: int) -> None:
    random = Random(different)
    everybody = [random.getrandbits(64) for _ in range(different)]

    count = visitors(*everybody, *everybody[::3]).count()

    assert count.approximate
    assert abs(count.number - different) < 0.03 * different  # three standard errors


def test_memory_is_bounded_however_many_come() -> None:
    random, found = Random(1), Visitors(most=100)

    for _ in range(20_000):
        found.add(random.getrandbits(64))
        assert len(found._found) < 200

    assert len(found.kept) == 100


@given(pseudonyms, pseudonyms, st.integers(1, 40))
@example([0], [1], 1)
def test_parts_together_are_the_whole_in_any_order(first: list[int], second: list[int], most: int) -> None:
    whole = visitors(*first, *second, most=most)

    for one, other in ((first, second), (second, first)):
        stored = visitors(*one, most=most)
        together = Visitors(stored.kept, more=stored.more, most=most)
        for _ in range(2):
            together.merge(visitors(*other, most=most))

        assert (together.kept, together.more, together.count()) == (whole.kept, whole.more, whole.count())
