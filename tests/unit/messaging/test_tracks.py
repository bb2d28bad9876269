"""Worked examples of who is called back, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.messaging.engagement.reminders import DAY
from signpost.messaging.engagement.tracks import LEVELS, QUIET_FOR, Reactivation, Track, due, is_ended, taken

LEFT = 1_795_244_400.0


def pushes(days: float, *, video_waits: bool, left: float = LEFT) -> list[tuple[float, str, str]]:
    """What somebody gets who left and never comes back: the days since, the level and the text, by an hourly sweep."""
    on, sent = None, []
    for hour in range(int(days * 24) + 1):
        now = left + hour * 3600
        step = due(left, on, now, video_waits=video_waits)
        if step:
            on = taken(step, now)
            sent.append(((now - left) / DAY, step.level.name, step.level.text))
    return sent


def test_who_leaves_a_video_unseen() -> None:
    assert pushes(70, video_waits=True) == [
        (1.5, "video_day_1", "You have a video waiting for you"),
        (4.5, "video_day_3", "You have a video waiting for you"),
        (11.5, "video_day_7", "You have unwatched videos"),
        (23.5, "video_day_12", "You have unwatched videos"),
        (44.5, "video_day_21", "You have unwatched videos"),
        (65.5, "video_day_21", "You have unwatched videos"),
    ]


def test_who_has_seen_everything() -> None:
    assert pushes(110, video_waits=False) == [
        (1.5, "engagement_day_3", "Come back and send a video to your friends"),
        (8.5, "engagement_day_7", "Come back and send a video to your family"),
        (22.5, "engagement_day_14", "Your friends are waiting to see you"),
        (43.5, "engagement_day_21", "Come back and send your friends a video"),
        (73.5, "engagement_day_30", "Come back and send a video to your family"),
        (103.5, "engagement_day_30", "Come back and send a video to your family"),
    ]


def test_any_activity_ends_a_track_and_it_can_begin_again() -> None:
    # Given somebody whom the second push brought back
    on = Reactivation(Track.VIDEO, "video_day_3", LEFT)
    back = LEFT + 60

    # Then they are off the track
    assert is_ended(on, back)
    assert not is_ended(on, LEFT - 1)
    assert due(back, on, back + QUIET_FOR - 1, video_waits=True) is None

    # And on it again from the beginning, once they have been quiet again
    step = due(back, on, back + QUIET_FOR, video_waits=True)
    assert step is not None
    assert taken(step, back + QUIET_FOR) == (Track.VIDEO, "video_day_1", back + QUIET_FOR)


def test_a_video_that_comes_later_does_not_move_somebody_to_another_track() -> None:
    on = Reactivation(Track.ENGAGEMENT, "engagement_day_3", LEFT)

    step = due(LEFT - QUIET_FOR, on, LEFT + 7 * DAY, video_waits=True)

    assert step is not None
    assert step.level.name == "engagement_day_7"


@pytest.mark.parametrize(("days", "level"), [(2.9, None), (3, "engagement_day_3")])
def test_nobody_is_told_of_a_video_that_is_gone(days: float, level: str | None) -> None:
    on = Reactivation(Track.VIDEO, "video_day_1", LEFT)

    step = due(LEFT - QUIET_FOR, on, LEFT + days * DAY, video_waits=False)

    assert (step and step.level.name) == level


def test_a_late_sweep_sends_one_push_not_all_that_were_missed() -> None:
    step = due(LEFT, None, LEFT + 90 * DAY, video_waits=True)

    assert step is not None
    assert step.level.name == "video_day_1"
    assert due(LEFT, taken(step, LEFT + 90 * DAY), LEFT + 91 * DAY, video_waits=True) is None


@given(
    st.sampled_from([(track, level.name) for track in Track for level in LEVELS[track]]),
    st.floats(0, 60 * DAY),
    st.floats(0, 60 * DAY),
    st.booleans(),
)
def test_nobody_gets_a_second_push_within_a_day(
    where: tuple[Track, str], active: float, later: float, video_waits: bool
) -> None:
    on = Reactivation(*where, pushed_at=LEFT)
    now = max(LEFT, LEFT - QUIET_FOR + active) + later

    step = due(LEFT - QUIET_FOR + active, on, now, video_waits=video_waits)

    assert step is None or now - LEFT >= DAY
