"""Fetches an account: decides whether, leases it, and handles Meta's errors. Its steps do the rest."""

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram import backfills
from signpost.instagram.backfills import Stage
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.fetch import refusals, sync_rules
from signpost.instagram.fetch.account_steps import ACCOUNT_STEPS
from signpost.instagram.fetch.account_sync import sync_posts
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, backfill, later
from signpost.instagram.fetch.steps import News, Sync, Synced, TakenOver, Wishes, are_wishes_due, begin
from signpost.instagram.graph.errors import ObjectMissing, PermissionMissing, PolicyBlock, Throttled, TokenDead
from signpost.instagram.health import Cause, cause_of
from signpost.instagram.installs import former_names
from signpost.instagram.token_errors import TokenUnreadable
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.fetch.collaborators import Collaborators
    from signpost.instagram.fetch.opening_store import Opening, OpeningStore
    from signpost.instagram.fetch.sync_store import SyncStore
    from signpost.instagram.graph.models import ProfessionalAccount
    from signpost.instagram.installs import Install
    from signpost.platform.queue import MessageQueue


class _End(NamedTuple):
    """How a fetch under a lease ended. `next_sync`: sweeps leave the install alone until then."""

    result: FetchResult
    next_sync: float | None = None
    lease_ended: bool = False


class AccountFetch:
    """`hint_delay`: seconds from a webhook to its fetch. `backfills`: where to ask for all older posts."""

    def __init__(
        self,
        tools: "Collaborators",
        openings: "OpeningStore",
        syncs: "SyncStore",
        backfills: "MessageQueue",
        hint_delay: float,
    ) -> None:
        self._tools, self._openings, self._syncs = tools, openings, syncs
        self._backfills, self._hint_delay = backfills, hint_delay

    def fetch(self, job: Job, by: str, seconds: float, receives: int = 1) -> FetchResult:
        """Bring an account up to date. `by` names this run, which ends within `seconds`.

        Raises:
            MetaUnavailable, ObjectMissing, Unavailable: have the message delivered again.
        """
        now = self._tools.clock()
        opening = self._openings.read(job.install, now)
        if opening is None:
            return FetchResult("not connected")
        install, paused_until = opening.install, opening.paused_until
        if needless := self._is_needless(install, job):
            return FetchResult(needless)
        if paused_until is not None:
            self._postpone(install, paused_until)
            return later("paused", job, paused_until - now)
        if not self._syncs.lease(install, by, now, seconds):
            return later("fetched by another run", job, sync_rules.LEASED_AGAIN)
        try:
            end = self._guarded(opening, job, by, receives)
        except TakenOver:
            return FetchResult("taken over")
        except Exception:
            self._end_lease(install, by)
            raise
        if not end.lease_ended:
            self._end_lease(install, by, end.next_sync)
        return end.result

    def _is_needless(self, install: "Install", job: Job) -> str:
        """Why there is nothing to do, if so."""
        if not install.is_connected:
            return "not connected"
        if install.stopped_at is not None:
            return "stopped"
        delay = self._hint_delay if job.why == "webhook" else 0.0
        is_served = (install.fetched_from or 0.0) >= sync_rules.served_from(job.asked_at, delay)
        return "served already" if is_served else ""

    def _guarded(self, opening: "Opening", job: Job, by: str, receives: int) -> _End:
        """Fetch under the lease. An error that concerns the whole connection ends or pauses it."""
        tools, tomorrow, install = self._tools, self._tools.clock() + sync_rules.DAY, opening.install
        try:
            try:
                return self._fetch(opening, job, by)
            except PermissionMissing as error:
                return self._refused(install, job, error)
        except (Throttled, PolicyBlock) as error:
            result = refusals.throttled(tools, install, job, error)
            self._postpone(install, tools.clock() + error.retry_after)
            return _End(result)
        except TokenDead as error:
            return _End(refusals.token_dead(tools, install, error))
        except ObjectMissing as error:
            if receives < ObjectMissing.tries and install.missing_since is None:
                raise
            return self._missing(install, error)
        except TokenUnreadable as error:
            problem = Problem("the stored token", reason=str(error))
            return _End(FetchResult("token unreadable", problems=(problem,)), tomorrow)

    def _refused(self, install: "Install", job: Job, error: PermissionMissing) -> _End:
        """Find out whose permission is missing before acting on it."""
        tools, now = self._tools, self._tools.clock()
        token, graph = tools.cipher.decrypt(install.id, install.token), tools.graphs(install.provider)
        cause = cause_of(error, install, tools.health.get(install.provider), graph=graph, token=token, now=now)
        if cause is Cause.ACCOUNT:
            missing = ConnectionState.PERMISSION_MISSING
            return _End(refusals.ended(tools, install, missing, "permission missing"))
        self._syncs.note_trouble(install, "refused_since", now)
        if cause is Cause.APP:
            result = refusals.app_blocked(tools, install, job, error)
            self._postpone(install, now + result.delay)
            return _End(result)
        problem = Problem("a permission, perhaps", reason=error.facts.message)
        return _End(FetchResult("permission unclear", problems=(problem,)), now + sync_rules.HOUR)

    def _missing(self, install: "Install", error: ObjectMissing) -> _End:
        """Check again daily. After three days it is not a temporary fault."""
        tools, now = self._tools, self._tools.clock()
        if now - (install.missing_since or now) >= sync_rules.MISSING_AFTER:
            missing = ConnectionState.ACCOUNT_MISSING
            return _End(refusals.ended(tools, install, missing, "account missing"))
        self._syncs.note_trouble(install, "missing_since", now)
        problem = Problem("the account", reason=error.facts.message)
        return _End(FetchResult("account not found", problems=(problem,)), now + sync_rules.DAY)

    def _fetch(self, opening: "Opening", job: Job, by: str) -> _End:
        install, now = opening.install, self._tools.clock()
        graph = self._tools.graphs(install.provider).on_behalf_of(install.instagram_business_account_id)
        imports = self._tools.imports
        sync = Sync(
            tools=self._tools,
            token=self._tools.cipher.decrypt(install.id, install.token),
            began=job.began if job.began is not None else now,
            graph=graph,
            refused=opening.refused,
            install=install,
            job=job,
            by=by,
            wishes=Wishes(
                lambda: imports.wishes(install) if imports else (), are_due=are_wishes_due(job, install, now)
            ),
            news=News(lambda: self._syncs.note_news(install, by)),
            still_mine=lambda: self._syncs.holds(install, by),
        )
        synced = sync_posts(sync, begin(job, install))
        if synced.is_whole:
            for step in ACCOUNT_STEPS:
                if not synced.usage.must_pause and self._tools.may_go_on():
                    synced = step(sync, synced)
            end = self._finished(sync, synced)
        else:
            end = self._interrupted(sync, synced)
        counts = Counter(synced.counts) + Counter(end.result.counts)
        result = end.result._replace(counts=counts, problems=synced.problems)
        return end._replace(result=refusals.kept(self._tools, graph, sync.refused, result))

    def _interrupted(self, sync: Sync, synced: Synced) -> _End:
        if synced.usage.must_pause:
            # What was fetched is stored; the rest must wait.
            seconds = sync_rules.pause_after(synced.usage)
            result = refusals.paused(self._tools, sync.install, sync.job, seconds, whole_app=synced.usage.app_full)
            self._postpone(sync.install, self._tools.clock() + seconds)
            return _End(result)
        if not synced.complete:
            rest = sync.job._replace(after=synced.after, began=sync.began, newest=synced.newest)
            return _End(FetchResult("out of time", rest))
        if synced.failed is not None:
            raise synced.failed
        busy = (synced.busy_until or 0.0) - self._tools.clock()
        return _End(later("imported by another run", sync.job, busy))

    def _finished(self, sync: Sync, synced: Synced) -> _End:
        now, account, install = self._tools.clock(), synced.account, sync.install
        newest = [time for time in (synced.newest, install.last_media_at) if time is not None]
        facts = {
            "fetched_from": sync.began,
            "synced_at": now,
            "last_media_at": max(newest, default=None),
            "instagram_account": account and account.username,
            "former_names": account and _former_names(install, account),
            "name": account and account.name,
            "profile_picture_url": account and account.profile_picture_url,
            "followers_count": account and account.followers_count,
            "media_count": account and account.media_count,
            "wishes_at": sync.began if sync.wishes.are_due else None,
            **synced.facts,
        }
        added = synced.counts.get("MediaStored", 0)
        if self._must_count(install, synced):
            facts["posts_stored"], added = self._tools.media.count(install.id), 0
        if sync.news.is_noted or install.news is not None:
            self._tools.announce(install)
        next_sync = sync_rules.next_sync(now, synced.posted)
        last_story_at = synced.facts.get("last_story_at", install.last_story_at)
        next_sync = sync_rules.next_look(now, next_sync, synced.stories, last_story_at)
        held = self._syncs.finish(install, sync.by, next_sync=next_sync, facts=facts, added=added)
        if held and synced.usage.must_pause:  # reached by the last calls
            until = now + sync_rules.pause_after(synced.usage)
            self._tools.pauses.pause(install, until, whole_app=synced.usage.app_full)
        if held and backfills.is_due(install, now):
            self._start_backfill(install, now)
        self._tools.health.worked(install.provider, now)
        return _End(FetchResult("fetched" if held else "taken over"), lease_ended=True)

    def _must_count(self, install: "Install", synced: Synced) -> bool:
        """Whether to count all posts, not just to add the new ones.

        Do so if a run ended before it added its posts, while a backfill adds some, and once a week to be sure.
        """
        stage = backfills.progress(install).stage
        is_walking = stage in (Stage.WAITING, Stage.POSTS) and bool(synced.counts.get("MediaStored"))
        is_week_over = install.demographics_at != synced.facts.get("demographics_at", install.demographics_at)
        return install.posts_stored is None or install.news is not None or is_walking or is_week_over

    def _start_backfill(self, install: "Install", now: float) -> None:
        """Queue the backfill of all older posts. If that fails, the next sync does it."""
        with suppress(Unavailable):
            if self._syncs.start_backfill(install, now):
                self._backfills.send([backfill(install.id, now).message()])

    def _postpone(self, install: "Install", until: float) -> None:
        """Keep sweeps from sending another message while this one waits. If it is lost, they send one."""
        end = until + sync_rules.CLAIM
        if install.sync_at is not None and install.sync_at < end:
            self._syncs.postpone(install, end)

    def _end_lease(self, install: "Install", by: str, next_sync: float | None = None) -> None:
        with suppress(Unavailable):  # it expires soon
            self._syncs.end_lease(install, by, next_sync)


def _former_names(install: "Install", account: "ProfessionalAccount") -> tuple[str, ...]:
    """Meta sometimes leaves the name out."""
    return former_names(install.former_names, install.instagram_account, account.username or install.instagram_account)
