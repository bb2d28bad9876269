"""The progress of an install's backfill, which fetches all its posts once.

A fetch looks only at the newest posts. When it has ended, it starts the backfill, which does the rest at a lower
priority: first all posts, then the insights that Meta still has. Its progress is in the install, so that it
continues after a reconnect.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from signpost.instagram.installs import Install

LOST_AFTER: Final = 2 * 3600  # seconds without a sign of life after which a backfill is started again


class Stage(StrEnum):
    WAITING = "waiting"  # for the first fetch of the newest posts
    POSTS = "posts"
    METRICS = "metrics"
    DONE = "done"


class Progress(NamedTuple):
    """`done_at`: seconds since 1970."""

    stage: Stage
    done_at: float | None

    @property
    def done(self) -> bool:
        return self.stage is Stage.DONE


def progress(install: "Install") -> Progress:
    return Progress(Stage(install.backfill_stage or Stage.WAITING), install.backfill_done_at)


def is_due(install: "Install", now: float) -> bool:
    """Whether to start a backfill: there was none yet, or its message was lost."""
    silent = install.backfill_at is None or install.backfill_at <= now - LOST_AFTER
    return silent and not progress(install).done
