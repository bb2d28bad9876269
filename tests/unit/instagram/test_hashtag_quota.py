from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram.fetch.hashtag_quota import UNIQUE_TAGS, WINDOW, Allowed, Ledger, Wait, ask

NOW = 1_795_244_400.0
HOUR = 3600


def full() -> dict[str, float]:
    """30 tags, one an hour, the last one now."""
    return {f"tag{number}": NOW - (UNIQUE_TAGS - 1 - number) * HOUR for number in range(UNIQUE_TAGS)}


def test_the_thirtieth_tag_is_allowed_and_the_next_one_waits_until_the_oldest_stops_counting() -> None:
    ledger = full()
    last = ledger.popitem()

    assert ask(ledger, "tag29", NOW) == Allowed({**ledger, last[0]: NOW})
    assert ask(full(), "another", NOW) == Wait(NOW - 29 * HOUR + WINDOW)


def test_a_tag_that_counts_already_is_free_and_keeps_its_time() -> None:
    assert ask(full(), "tag0", NOW) == Allowed(full())


def test_a_tag_stops_counting_seven_days_after_its_first_query() -> None:
    frees_at = NOW - 29 * HOUR + WINDOW

    assert isinstance(ask(full(), "another", frees_at - 1), Wait)
    answer = ask(full(), "another", frees_at)
    assert isinstance(answer, Allowed)
    assert "tag0" not in answer.ledger
    assert answer.ledger["another"] == frees_at


def test_a_tag_that_stopped_counting_counts_again() -> None:
    assert ask({"food": NOW - WINDOW}, "food", NOW) == Allowed({"food": NOW})


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6 * HOUR)), max_size=300))
def test_no_seven_days_see_more_than_thirty_tags(queries: list[tuple[int, int]]) -> None:
    ledger: Ledger = {}
    now = NOW
    counted: list[float] = []
    for number, later in queries:
        now += later
        answer = ask(ledger, f"tag{number}", now)
        if isinstance(answer, Wait):
            assert answer.until > now
            # It is indeed allowed then.
            assert isinstance(ask(ledger, f"tag{number}", answer.until), Allowed)
            continue
        counted += [first for tag, first in answer.ledger.items() if ledger.get(tag) != first]
        ledger = answer.ledger
        assert len(ledger) <= UNIQUE_TAGS
        assert sum(first > now - WINDOW for first in counted) <= UNIQUE_TAGS
