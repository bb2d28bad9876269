"""When accounts, hashtags and metrics are fetched again."""

import json

import pytest

from signpost.instagram.fetch.jobs import Job, job_of
from signpost.instagram.fetch.sync_rules import (
    DAY,
    HOUR,
    are_metrics_due,
    are_story_metrics_due,
    next_look,
    next_poll,
    next_sync,
    pause_after,
    served_from,
    spread,
)
from signpost.instagram.graph.usage import Usage
from signpost.instagram.posts import Post

NOW = 1_795_244_400.0


@pytest.mark.parametrize(
    ("hours_ago", "after"),
    [
        ([], 24),
        ([0.1, 0.2, 0.3], 1),
        ([4, 8, 12, 16], 1),
        ([24, 48, 72], 6),
        ([0, 24, 48, 72], 6),
        ([168, 336], 24),
        ([5], 1.25),
        ([96, 97, 98, 99], 12),  # it posted often, and has gone quiet
        ([24 * 400], 24),
    ],
)
def test_an_account_is_synced_as_often_as_it_posts(hours_ago: list[float], after: float) -> None:
    posted = [NOW - each * HOUR for each in hours_ago]

    assert next_sync(NOW, posted) == pytest.approx(NOW + after * HOUR)
    assert next_sync(NOW, posted[::-1]) == next_sync(NOW, posted)


@pytest.mark.parametrize(("found", "new", "hours"), [(0, 0, 6), (50, 50, 1), (50, 0, 6), (50, 25, 3.5)])
def test_a_hashtag_is_polled_more_often_the_more_of_it_is_new(found: int, new: int, hours: float) -> None:
    assert next_poll(NOW, found, new) == NOW + hours * HOUR


@pytest.mark.parametrize(
    ("days_old", "hours_since", "due"),
    [
        (1, 0.5, False),
        (1, 5.5, True),
        (6.9, 6, True),
        (10, 20, False),
        (10, 22, True),
        (29, 24, True),
        (40, 24, False),
        (40, 24 * 6.5, True),
        (91, 24 * 40, False),
        (700, None, True),
    ],
)
def test_the_age_of_a_post_decides_how_often_its_metrics_are_fetched(
    days_old: float, hours_since: float | None, due: bool
) -> None:
    asked = None if hours_since is None else NOW - hours_since * HOUR
    post = Post("1", NOW - days_old * DAY, metrics_at=asked)

    assert are_metrics_due(post, NOW, NOW) is due


@pytest.mark.parametrize(
    ("hours_old", "hours_since", "due"),
    [(1, None, True), (5, 1, False), (5, 3, True), (21, 1, False), (22.5, 1, True), (23, 0.5, False)],
)
def test_a_story_is_looked_at_now_and_then_and_before_it_ends(
    hours_old: float, hours_since: float | None, due: bool
) -> None:
    asked = None if hours_since is None else NOW - hours_since * HOUR

    assert are_story_metrics_due(Post("1", NOW - hours_old * HOUR, metrics_at=asked), NOW, NOW) is due


@pytest.mark.parametrize(
    ("stories", "last", "hours"),
    [((), None, 24), ((1,), 1, 12), ((20,), 20, 3), ((22.9, 2), 2, 1), ((), 24 * 13, 12), ((), 24 * 15, 24)],
)
def test_an_account_with_stories_is_synced_while_they_live(
    stories: tuple[float, ...], last: float | None, hours: float
) -> None:
    times = [NOW - each * HOUR for each in stories]
    last_at = None if last is None else NOW - last * HOUR

    assert next_look(NOW, NOW + DAY, times, last_at) == pytest.approx(NOW + hours * HOUR)


def test_metrics_are_not_fetched_in_vain_or_twice() -> None:
    fresh = Post("1", NOW - HOUR, metrics_at=NOW - 60)

    assert not are_metrics_due(fresh, asked_at=NOW - 90, now=NOW)
    assert not are_metrics_due(fresh._replace(metrics_at=None, no_insights=True), NOW, NOW)
    assert not are_metrics_due(fresh._replace(metrics_at=None, product_type="AD"), NOW, NOW)


@pytest.mark.parametrize(("delay", "begin"), [(0, 0), (120, 90), (900, 870), (40, 30)])
def test_a_burst_of_hints_is_one_fetch(delay: float, begin: float) -> None:
    assert served_from(NOW, delay) == NOW + begin


def test_waiting_times() -> None:
    assert [spread(number) for number in (0, 9, 10, 9009, 9010)] == [0, 0, 1, 900, 0]
    assert pause_after(Usage(93, 840)) == 840
    assert pause_after(Usage(93)) == 900


def test_a_message_is_read_as_it_was_written() -> None:
    for job in (
        Job("facebook-1", "sweep", NOW, 25),
        Job("facebook-1", "webhook", NOW, 3, after="QVFI", began=NOW, newest=NOW - 1),
        Job("facebook-1", "hashtag", NOW, tag="bread"),
    ):
        assert job_of(json.dumps(job.message())) == job
    assert job_of('{"install": "i", "why": "connect", "count": 9999, "asked_at": 1}').at_least == 100
