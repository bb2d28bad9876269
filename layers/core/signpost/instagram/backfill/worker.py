"""Fetches all posts of an account, page by page from the newest to the oldest, their comments, and recent insights.

Progress is saved after each page, so an interrupted run repeats one page at most, and posts that are already stored
cost no picture and no write. Half of Meta's limits is left to fetches of new posts.

Others are told when all posts are stored, and at the end of each run that made progress.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram import backfills, posts
from signpost.instagram.backfills import Stage
from signpost.instagram.fetch import pictures, refusals, sync_rules
from signpost.instagram.fetch.comment_reading import are_due, read_comments
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, later
from signpost.instagram.fetch.post_steps import measured
from signpost.instagram.fetch.steps import News, Sync, Synced, Wishes, begin
from signpost.instagram.graph.errors import (
    GraphBug,
    ObjectMissing,
    PermissionMissing,
    PolicyBlock,
    Throttled,
    TokenDead,
)
from signpost.instagram.graph.media import account_media
from signpost.instagram.graph.refused import is_about_new_posts
from signpost.instagram.token_errors import TokenUnreadable
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.backfill.store import BackfillStore
    from signpost.instagram.fetch.collaborators import Collaborators
    from signpost.instagram.graph.calls import Answer
    from signpost.instagram.graph.models import Media, MediaPage
    from signpost.instagram.installs import Install
    from signpost.instagram.posts import Post

_MEASURED: Final = 25  # posts whose insights are asked for before progress is saved
_CONVERTED: Final = 5  # posts in a row from before the account was professional: all older ones are, too


class _Walk(NamedTuple):
    """The progress of a run. `synced`: what it has found, as in a sync."""

    stage: Stage
    after: str | None
    before: float | None
    synced: Synced
    passed: int = 0  # posts that are through the stage
    stage_at: float | None = None
    cut_off: bool = False  # in the middle of a post's comments
    before_business: int = 0  # in a row
    forbidden: bool = False  # Meta refuses insights
    lost: bool = False  # the account was connected again, or another run has taken over

    def fields(self) -> dict[str, object]:
        return {
            "backfill_stage": self.stage.value,
            "backfill_after": self.after,
            "backfill_before": self.before,
            "backfill_passed": self.passed,
            "backfill_stage_at": self.stage_at,
        }

    def entering(self, stage: Stage, now: float) -> "_Walk":
        return self._replace(stage=stage, after=None, before=None, passed=0, stage_at=now)


class Backfill:
    """`page`: how many posts to ask Meta for at a time."""

    def __init__(self, tools: "Collaborators", store: "BackfillStore", page: int) -> None:
        self._tools, self._store, self._page_size = tools, store, page
        self._has_news = False  # of one run

    def run(self, job: Job, by: str, seconds: float) -> FetchResult:
        """Continue the backfill of an account. `by` names this run, which ends within `seconds`.

        Raises:
            MetaUnavailable, Unavailable: have the message delivered again.
        """
        now = self._tools.clock()
        install = self._tools.installs.get(job.install)
        if install is None or not install.is_connected:
            return FetchResult("not connected")
        if install.stopped_at is not None:
            return FetchResult("stopped")
        if backfills.progress(install).done:
            if install.backfill_news:  # the run that ended the backfill did not get as far as telling others
                self._tools.announce(install)
                self._store.announced(install)
            return FetchResult("done already")
        paused_until = self._tools.pauses.backfills_paused_until(install, now)
        if paused_until is not None:
            return self._later("paused", install, job, paused_until - now)
        if not self._store.lease(install, by, now, seconds):
            return later("backfilled by another run", job, sync_rules.BACKFILL_AGAIN)
        announced = False
        try:
            result = self._guarded(install, job, by)
            if self._has_news or install.backfill_news:
                self._tools.announce(install)
                announced = True
        finally:
            with suppress(Unavailable):  # it expires soon
                self._store.end_lease(install, by, announced=announced)
        return result

    def _guarded(self, install: "Install", job: Job, by: str) -> FetchResult:
        tools = self._tools
        try:
            return self._go_on(install, job, by)
        except (Throttled, PolicyBlock) as error:
            result = refusals.throttled(tools, install, job, error)
            self._store.wait(install, tools.clock() + result.delay)
            return result
        except TokenDead as error:
            return refusals.token_dead(tools, install, error)
        except (PermissionMissing, ObjectMissing, TokenUnreadable) as error:
            # Syncs meet the same error and find its cause. The first successful one a day later continues the backfill.
            return self._rest(install, Problem("a backfill", reason=f"{type(error).__name__}: {error}"))
        except GraphBug:
            self._rest(install)
            raise

    def _go_on(self, install: "Install", job: Job, by: str) -> FetchResult:
        tools, now = self._tools, self._tools.clock()
        graph = tools.graphs(install.provider).on_behalf_of(install.instagram_business_account_id)
        sync = Sync(
            tools=tools,
            graph=graph,
            token=tools.cipher.decrypt(install.id, install.token),
            install=install,
            job=job,
            by=by,
            began=now,
            refused=tools.refused.read(install.provider, graph.settings.version, now),
            wishes=Wishes(tuple, are_due=False),
            news=News(lambda: True),  # what is new is noted with the progress
            still_mine=lambda: True,  # otherwise its progress cannot be noted
        )
        at = backfills.progress(install).stage
        stage = Stage.POSTS if at is Stage.WAITING else at
        walk = _Walk(
            stage,
            install.backfill_after,
            install.backfill_before,
            begin(job, install),
            install.backfill_passed or 0,
            install.backfill_stage_at or now,
        )
        stages = {Stage.POSTS: self._posts, Stage.COMMENTS: self._comments, Stage.METRICS: self._metrics}
        while not (walk.lost or walk.forbidden or walk.stage is Stage.DONE) and self._may_go_on(walk):
            walk = stages[walk.stage](sync, walk)
        if walk.synced.counts.get("PostsBackfilled") and walk.stage is not Stage.DONE:
            self._store.save(install, by, {"posts_stored": tools.media.count(install.id)})
        result = self._ended(sync, walk)
        result = result._replace(counts=walk.synced.counts, problems=(*result.problems, *walk.synced.problems))
        # A metric that new posts lack as well is for fetches to discover and report.
        old = [name for name in sync.refused.new if not is_about_new_posts(name, now)]
        tools.refused.keep(install.provider, graph.settings.version, old, now)
        return result

    def _may_go_on(self, walk: _Walk) -> bool:
        return self._tools.may_go_on() and not sync_rules.must_backfill_pause(walk.synced.usage)

    def _ended(self, sync: Sync, walk: _Walk) -> FetchResult:
        usage = walk.synced.usage
        if walk.lost:
            return FetchResult("taken over")
        if walk.stage is Stage.DONE:
            return FetchResult("done")
        if walk.forbidden:
            return self._rest(sync.install, Problem("a backfill", reason="insights may not be read"))
        if not sync_rules.must_backfill_pause(usage):
            return later("out of time", sync.job, 0)
        seconds = sync_rules.pause_after(usage)
        if usage.must_pause:
            self._tools.pauses.pause(sync.install, self._tools.clock() + seconds, whole_app=usage.app_full)
        if usage.app_percent >= sync_rules.BACKFILL_UP_TO:
            self._tools.pauses.pause_backfills(sync.install.provider, self._tools.clock() + seconds)
        return self._later("left to new posts", sync.install, sync.job, seconds)

    def _later(self, result: str, install: "Install", job: Job, seconds: float) -> FetchResult:
        waiting = later(result, job, seconds)
        self._store.wait(install, self._tools.clock() + waiting.delay)
        return waiting

    def _rest(self, install: "Install", *problems: Problem) -> FetchResult:
        """Stop for a day: the next sync after that continues the backfill."""
        self._store.wait(install, self._tools.clock() + sync_rules.DAY - backfills.LOST_AFTER)
        return FetchResult("rests for a day", problems=problems)

    def _noted(self, sync: Sync, walk: _Walk) -> _Walk:
        now = self._tools.clock()
        fields = {**walk.fields(), "backfill_at": now, "backfill_saved_at": now, "backfill_news": True}
        if walk.stage is Stage.DONE:  # in one write: nothing would correct it later
            fields |= {"backfill_done_at": now, "posts_stored": self._tools.media.count(sync.install.id)}
        saved = self._store.save(sync.install, sync.by, fields)
        self._has_news |= saved
        return walk._replace(lost=not saved)

    # ---------------------------------------------------------------------------------------------------------- posts
    def _posts(self, sync: Sync, walk: _Walk) -> _Walk:
        """Store a page of posts. If time runs out, the page is repeated."""
        answer = self._page(sync, walk)
        page, synced = answer.value, walk.synced._replace(usage=walk.synced.usage.worst(answer.usage))
        received: list[tuple[Media, Post]] = []
        for media in page.media:
            try:
                received.append((media, posts.post_of(media)))
            except ValueError as error:
                synced = synced.noting("an unreadable post", media.id, str(error))
        known = self._tools.media.known(sync.install.id, [post for _, post in received])
        for media, post in received:
            if not self._tools.may_go_on():
                return walk._replace(synced=synced)
            if post.media_id not in known:
                synced = self._store_post(sync, media, post, synced)
        oldest = min((post.posted_at for _, post in received), default=walk.before)
        walk = walk._replace(synced=synced, passed=walk.passed + len(received))
        if page.after not in (None, walk.after):
            return self._noted(sync, walk._replace(after=page.after, before=oldest))
        walk = self._noted(sync, walk.entering(Stage.COMMENTS, self._tools.clock()))
        if not walk.lost:
            self._tools.announce(sync.install)  # reports need all posts, but can do without the rest
        return walk

    def _page(self, sync: Sync, walk: _Walk) -> "Answer[MediaPage]":
        """The next page. If Meta's cursor has expired, it is found by the time of the last post."""
        account_id, refused = sync.install.instagram_business_account_id, sync.refused
        try:
            return account_media(sync.graph, sync.token, account_id, walk.after, limit=self._page_size, refused=refused)
        except GraphBug:
            if walk.after is None:
                raise
        # Others may have been posted in the same second.
        until = None if walk.before is None else walk.before + 1
        return account_media(sync.graph, sync.token, account_id, until=until, limit=self._page_size, refused=refused)

    def _store_post(self, sync: Sync, media: "Media", post: "Post", synced: Synced) -> Synced:
        """With its pictures, in one write. One post is completed even when time is up."""
        folder, tools = sync.install.id, self._tools
        copied = pictures.copy_missing(tools.pictures, folder, media, (), lambda: True)
        for failure in copied.failures:
            synced = synced.noting("a picture", media.id, failure).counting("PicturesFailed")
        # A backfill may come upon a new post before a sync does, which then has to import it.
        added = tools.media.add(folder, post._replace(pictures=copied.keys, import_pending=True))
        return synced.counting("PostsBackfilled", added)

    # ------------------------------------------------------------------------------------------------------- comments
    def _comments(self, sync: Sync, walk: _Walk) -> _Walk:
        """Read the comments on some posts, newest first. A reading that is cut off continues where it stopped."""
        measuring = walk.entering(Stage.METRICS, self._tools.clock())
        if not walk.synced.may_read_comments:  # the owner does not allow it
            return self._noted(sync, measuring)
        page = next(self._tools.media.newest_first(sync.install.id, walk.after, _MEASURED))
        for post in page:
            if are_due(post):
                if not self._may_go_on(walk):
                    return self._noted(sync, walk)
                walk = self._read(sync, post, walk)
                if walk.cut_off:
                    return self._noted(sync, walk._replace(cut_off=False))
            walk = walk._replace(after=post.key, passed=walk.passed + 1)
        is_end = len(page) < _MEASURED
        return self._noted(sync, measuring._replace(synced=walk.synced) if is_end else walk)

    def _read(self, sync: Sync, post: "Post", walk: _Walk) -> _Walk:
        found, synced = read_comments(sync, post, walk.synced, sync_rules.must_backfill_pause)
        walk = walk._replace(synced=synced)
        if found != post:
            self._tools.media.keep_comments(sync.install.id, found)
            return walk
        return walk._replace(cut_off=synced.may_read_comments and not self._may_go_on(walk))

    # -------------------------------------------------------------------------------------------------------- metrics
    def _metrics(self, sync: Sync, walk: _Walk) -> _Walk:
        """Ask for the insights of some posts that have none yet, the newest ones first."""
        done = walk.entering(Stage.DONE, self._tools.clock())
        if not walk.synced.may_measure:  # the owner does not allow it
            return self._noted(sync, done)
        page = next(self._tools.media.newest_first(sync.install.id, walk.after, _MEASURED))
        for post in page:
            if self._tools.clock() - post.posted_at > sync_rules.INSIGHTS_KEPT or walk.before_business >= _CONVERTED:
                return self._noted(sync, done._replace(synced=walk.synced))
            if not self._may_go_on(walk):
                return self._noted(sync, walk)
            walk = self._measure(sync, post, walk)
            if not walk.synced.may_measure:
                return self._noted(sync, walk._replace(forbidden=True))
            walk = walk._replace(after=post.key, passed=walk.passed + 1)
        return self._noted(sync, walk if len(page) == _MEASURED else done._replace(synced=walk.synced))

    def _measure(self, sync: Sync, post: "Post", walk: _Walk) -> _Walk:
        if post.metrics_at is not None:
            return walk._replace(before_business=0)
        is_due = sync_rules.are_metrics_due(post, sync.job.asked_at, self._tools.clock())
        found, synced = measured(sync, post, walk.synced) if is_due else (post, walk.synced)
        if found.no_insights and not post.no_insights:
            self._tools.media.keep_no_insights(sync.install.id, found)
        elif found != post:
            measurement = posts.measurement(sync.install.id, found, sync.began)
            kept = self._tools.media.keep_first_metrics(sync.install.id, found, measurement)
            synced = synced.counting("InsightsBackfilled", kept)
        return walk._replace(synced=synced, before_business=walk.before_business + 1 if found.no_insights else 0)
