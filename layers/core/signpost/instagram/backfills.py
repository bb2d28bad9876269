"""The progress of an install's backfill, which fetches all its posts once.

A fetch looks only at the newest posts. When it has ended, it starts the backfill, which does the rest at a lower
priority: first all posts, then their comments, then the insights that Meta still has. Its progress is in the install,
so that it continues after a reconnect.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from signpost.instagram.installs import Install

LOST_AFTER: Final = 2 * 3600  # seconds without a sign of life after which a backfill is started again


class Stage(StrEnum):
    WAITING = "waiting"  # for the first fetch of the newest posts
    POSTS = "posts"
    COMMENTS = "comments"
    METRICS = "metrics"
    DONE = "done"


class Progress(NamedTuple):
    """`done_at`: seconds since 1970."""

    stage: Stage
    done_at: float | None

    @property
    def done(self) -> bool:
        return self.stage is Stage.DONE


class SyncProgress(NamedTuple):
    """How far an account's first sync has come.

    `phase`: waiting, posts, comments, insights or done. `done` of `total` posts are through that phase, which takes
    another `eta` seconds at its pace so far; None: not known.
    """

    phase: str
    done: int
    total: int | None
    eta: int | None = None


_PHASES: Final = {Stage.METRICS: "insights"}


def sync_progress(install: "Install") -> SyncProgress:
    stage = progress(install).stage
    phase, passed = _PHASES.get(stage, stage.value), install.backfill_passed or 0
    total = install.media_count if stage in (Stage.WAITING, Stage.POSTS) else install.posts_stored
    if stage is Stage.DONE:
        stored = install.posts_stored or 0
        return SyncProgress(phase, stored, stored, 0)
    if total is not None:
        total = max(total, passed)  # posts that are not counted yet
    began, saved = install.backfill_stage_at, install.backfill_saved_at
    if not passed or total is None or began is None or saved is None:
        return SyncProgress(phase, passed, total)
    return SyncProgress(phase, passed, total, round((saved - began) / passed * (total - passed)))


def progress(install: "Install") -> Progress:
    return Progress(Stage(install.backfill_stage or Stage.WAITING), install.backfill_done_at)


def is_due(install: "Install", now: float) -> bool:
    """Whether to start a backfill: there was none yet, or its message was lost."""
    silent = install.backfill_at is None or install.backfill_at <= now - LOST_AFTER
    return silent and not progress(install).done
