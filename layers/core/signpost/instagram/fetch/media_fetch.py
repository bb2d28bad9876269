"""Carries out a fetch's message: an account's newest posts, or a hashtag's."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.fetch.account_fetch import AccountFetch
from signpost.instagram.fetch.collaborators import Collaborators
from signpost.instagram.fetch.hashtag_fetch import HashtagFetch
from signpost.instagram.fetch.jobs import FetchResult, Job

if TYPE_CHECKING:
    from signpost.instagram.fetch.hashtag_store import HashtagStore
    from signpost.instagram.fetch.opening_store import OpeningStore
    from signpost.instagram.fetch.sync_store import SyncStore
    from signpost.platform.queue import MessageQueue

RESERVE_SECONDS: Final = 30.0  # reserved for the current post


class MediaFetch(NamedTuple):
    """`queue`: where the messages come from. `backfills`: the queue for older posts."""

    tools: Collaborators
    openings: "OpeningStore"
    syncs: "SyncStore"
    hashtags: "HashtagStore"
    queue: "MessageQueue"
    backfills: "MessageQueue"
    hint_delay: float
    time_left: Callable[[float], Callable[[], bool]]
    new_id: Callable[[float], str]

    def fetch(self, job: Job, receives: int, seconds: float) -> FetchResult:
        """Do what a message asks for, within `seconds`; `receives`: how many times it has been delivered.

        Raises:
            SignpostError: when it is retryable, have the message delivered again.
        """
        tools = self.tools._replace(may_go_on=self.time_left(seconds - RESERVE_SECONDS))
        try:
            if job.tag is not None:
                return HashtagFetch(tools, self.hashtags).fetch(job)
            accounts = AccountFetch(tools, self.openings, self.syncs, self.backfills, self.hint_delay)
            return accounts.fetch(job, self.new_id(tools.clock()), seconds, receives)
        finally:
            tools.count_calls()
