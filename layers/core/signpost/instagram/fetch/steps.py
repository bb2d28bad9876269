"""What the steps of a sync share. Each adds to what has been found; when one fails, the others go on."""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram import posts
from signpost.instagram.fetch import sync_rules
from signpost.instagram.fetch.jobs import START, Job, Problem
from signpost.instagram.graph.errors import (
    AppBlocked,
    GraphBug,
    MetaError,
    MetaUnavailable,
    MetricRemoved,
    NotEnoughViewers,
    ObjectMissing,
    PermissionMissing,
)
from signpost.instagram.graph.usage import Usage
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.fetch.collaborators import Collaborators
    from signpost.instagram.fetch.imports import Wish
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.graph.models import Media, ProfessionalAccount
    from signpost.instagram.graph.refused import Refused
    from signpost.instagram.installs import Install
    from signpost.instagram.posts import Post

_MOST_FAULTS: Final = 3  # in a row: the cause is not a single post
# Errors about one post, or about the account's numbers, and not about the connection.
PASSED_OVER: Final = (NotEnoughViewers, ObjectMissing, MetricRemoved, GraphBug, MetaUnavailable, PermissionMissing)


class TakenOver(Exception):
    """The run has lost the account: it was connected again, erased or stopped, or another run has it."""


class News:
    """Whether a run has stored something that others must be told.

    That is noted in the install *before* it is stored, so that if the run ends too early, the next one tells them.
    """

    def __init__(self, note: Callable[[], bool]) -> None:
        self._note, self.is_noted = note, False

    def coming(self) -> None:
        """Raises `TakenOver`."""
        if not self.is_noted and not self._note():
            raise TakenOver
        self.is_noted = True


class Wishes:
    """What apps import of an account's posts, read when first needed. `are_due`: compare all posts with it."""

    def __init__(self, read: "Callable[[], tuple[Wish, ...]]", *, are_due: bool) -> None:
        self._read, self.are_due, self._found = read, are_due, None

    _found: "tuple[Wish, ...] | None"

    def get(self) -> "tuple[Wish, ...]":
        """Raises `Unavailable`."""
        if self._found is None:
            self._found = self._read()
        return self._found


class Sync(NamedTuple):
    """What steps work with. `by` names this run. `began`: when the sync's first run began.

    `still_mine`: whether nobody has stopped the sync or taken it over.
    """

    tools: "Collaborators"
    graph: "Graph"
    token: str
    install: "Install"
    job: Job
    by: str
    began: float
    refused: "Refused"
    wishes: Wishes
    news: News
    still_mine: Callable[[], bool]


class Synced(NamedTuple):
    """How far a sync has come, and what its steps found.

    `usage`: the limits from the last replies; at `must_pause`, no more calls are made.
    `busy_until`: another run is importing a post, and may have died; check again then.
    """

    after: str | None = None  # Meta's cursor of the next page
    newest: float | None = None  # the time of the newest post
    posted: tuple[float, ...] = ()  # the times of all posts
    complete: bool = False
    account: "ProfessionalAccount | None" = None
    usage: Usage = Usage()
    may_measure: bool = True
    may_read_comments: bool = True
    out_of_time: bool = False
    stories: tuple[float, ...] = ()  # the times of live stories
    facts: Mapping[str, Any] = MappingProxyType({})  # fields of Install, to be stored when the sync is complete
    faults_in_a_row: int = 0
    busy_until: float | None = None
    failed: Unavailable | None = None
    counts: Mapping[str, int] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all posts are stored with everything that belongs to them."""
        return self.complete and not self.usage.must_pause and self.failed is None and self.busy_until is None

    def learning(self, **facts: Any) -> "Synced":
        return self._replace(facts={**self.facts, **facts})

    def counting(self, name: str, number: int = 1) -> "Synced":
        return self._replace(counts=Counter(self.counts) + Counter({name: number}))

    def noting(self, what: str, media_id: str | None = None, reason: str = "") -> "Synced":
        return self._replace(problems=(*self.problems, Problem(what, media_id, reason)))


class Opened:
    """A post while steps work on it. `written`: the post as it is stored."""

    def __init__(self, media: "Media", post: "Post", written: "Post") -> None:
        self.media, self.post, self.written = media, post, written


def begin(job: Job, install: "Install") -> Synced:
    """Where a sync begins or continues."""
    return Synced(
        after=job.after,
        newest=job.newest,
        may_measure=sync_rules.INSIGHTS_SCOPE[install.provider] in install.scopes,
        may_read_comments=sync_rules.COMMENTS_SCOPE[install.provider] in install.scopes,
    )


def are_wishes_due(job: Job, install: "Install", now: float) -> bool:
    """Whether to compare posts that have not changed with what apps import."""
    last = install.wishes_at
    return job.why in ("connect", START) or last is None or now - last >= sync_rules.WISHES_EVERY


def write(sync: Sync, opened: Opened) -> None:
    """Write what has changed in a post, with a measurement if its numbers have."""
    owner, post, written = sync.install.id, opened.post, opened.written
    if post == written:
        return
    if posts.is_news(written, post):
        sync.news.coming()
    is_new = posts.metrics_changed(written, post)
    sync.tools.media.update(owner, post, posts.measurement(owner, post, sync.began) if is_new else None)
    opened.written = post


def passed_over(error: MetaError, synced: Synced) -> Synced:
    """Go on after an error about a single object. Raises it if its cause is not that object."""
    faults_in_a_row = synced.faults_in_a_row + isinstance(error, MetaUnavailable)
    if faults_in_a_row >= _MOST_FAULTS or isinstance(error, AppBlocked):
        raise error
    return synced._replace(faults_in_a_row=faults_in_a_row)


def reason(error: MetaError) -> str:
    return f"{type(error).__name__}: {error.facts.message}"
