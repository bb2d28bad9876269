"""Reactivation: which push somebody gets who has not been here for a while.

After a day and a half without activity, somebody is put on a track and gets its first push at once: `video` when a
received video waits, otherwise `engagement`. Each further level follows a number of days after the push before, and
the last one repeats. Any activity ends the track; who goes quiet again, starts again.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from signpost.messaging.engagement.reminders import DAY

QUIET_FOR: Final = 1.5 * DAY


class Track(StrEnum):
    VIDEO = "video"
    ENGAGEMENT = "engagement"


class Level(NamedTuple):
    """`video_day_7` of the track `video`: its push, and the days between the one before and this one."""

    name: str
    days: int
    text: str


class Reactivation(NamedTuple):
    """Where somebody is on a track."""

    track: Track
    level: str  # the name of the last one that was pushed
    pushed_at: float


class Step(NamedTuple):
    """The next push."""

    track: Track
    level: Level
    at: float  # the earliest moment; it may have passed


_ONE_VIDEO: Final = "You have a video waiting for you"
_VIDEOS: Final = "You have unwatched videos"
_FRIENDS: Final = "Come back and send a video to your friends"
_FAMILY: Final = "Come back and send a video to your family"

LEVELS: Final = {
    Track.VIDEO: (
        Level("video_day_1", 1, _ONE_VIDEO),
        Level("video_day_3", 3, _ONE_VIDEO),
        Level("video_day_7", 7, _VIDEOS),
        Level("video_day_12", 12, _VIDEOS),
        Level("video_day_21", 21, _VIDEOS),
    ),
    Track.ENGAGEMENT: (
        Level("engagement_day_3", 3, _FRIENDS),
        Level("engagement_day_7", 7, _FAMILY),
        Level("engagement_day_14", 14, "Your friends are waiting to see you"),
        Level("engagement_day_21", 21, "Come back and send your friends a video"),
        Level("engagement_day_30", 30, _FAMILY),
    ),
}


def next_step(active_at: float, on: Reactivation | None, *, video_waits: bool) -> Step:
    """The push that comes next if nothing happens until then.

    `active_at`: when somebody was active last; `video_waits`: whether a received video is unseen.
    """
    track = Track.VIDEO if video_waits else Track.ENGAGEMENT
    first = LEVELS[track][0]
    quiet = active_at + QUIET_FOR
    if on is None or is_ended(on, active_at):
        return Step(track, first, quiet)
    if on.track is Track.VIDEO and not video_waits:  # it was deleted, and "a video waits" would be wrong
        return Step(track, first, max(quiet, on.pushed_at + first.days * DAY))
    level = _after(on)
    return Step(on.track, level, on.pushed_at + level.days * DAY)


def due(active_at: float, on: Reactivation | None, now: float, *, video_waits: bool) -> Step | None:
    """The push to send now, in the receiver's daytime, once `taken` is stored; None if there is none."""
    step = next_step(active_at, on, video_waits=video_waits)
    return step if step.at <= now else None


def taken(step: Step, now: float) -> Reactivation:
    """What to store before the push is sent, on the condition that the person is where `step` came from."""
    return Reactivation(step.track, step.level.name, now)


def is_ended(on: Reactivation, active_at: float) -> bool:
    """Whether the person has been active since the last push: it brought them back."""
    return active_at >= on.pushed_at


def _after(on: Reactivation) -> Level:
    levels = LEVELS[on.track]
    position = [level.name for level in levels].index(on.level)
    return levels[min(position + 1, len(levels) - 1)]
