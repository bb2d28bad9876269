"""Fetches an account: decides whether, leases it, and handles Meta's errors. `account_sync` fetches the posts."""

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram import backfills
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.fetch import refusals, sync_rules
from signpost.instagram.fetch.account_sync import sync_posts
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, backfill, later
from signpost.instagram.fetch.steps import Sync, Synced, begin, sync_account
from signpost.instagram.graph.errors import ObjectMissing, PermissionMissing, PolicyBlock, Throttled, TokenDead
from signpost.instagram.health import Cause, cause_of
from signpost.instagram.installs import former_names
from signpost.instagram.token_errors import TokenUnreadable
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.fetch.collaborators import Collaborators
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
        self, tools: "Collaborators", syncs: "SyncStore", backfills: "MessageQueue", hint_delay: float
    ) -> None:
        self._tools, self._syncs, self._backfills, self._hint_delay = tools, syncs, backfills, hint_delay

    def fetch(self, job: Job, by: str, seconds: float, receives: int = 1) -> FetchResult:
        """Bring an account up to date. `by` names this run, which ends within `seconds`.

        Raises:
            MetaUnavailable, ObjectMissing, Unavailable: have the message delivered again.
        """
        now = self._tools.clock()
        install = self._tools.installs.get(job.install)
        if install is None or not install.is_connected:
            return FetchResult("not connected")
        if self._is_served(install, job):
            return FetchResult("served already")
        paused_until = self._tools.pauses.paused_until(install, now)
        if paused_until is not None:
            self._postpone(install, paused_until)
            return later("paused", job, paused_until - now)
        if not self._syncs.lease(install, by, now, seconds):
            return later("fetched by another run", job, sync_rules.LEASED_AGAIN)
        try:
            end = self._guarded(install, job, by, receives)
        except Exception:
            self._end_lease(install, by)
            raise
        if not end.lease_ended:
            self._end_lease(install, by, end.next_sync)
        return end.result

    def _is_served(self, install: "Install", job: Job) -> bool:
        delay = self._hint_delay if job.why == "webhook" else 0.0
        return install.fetched_from is not None and install.fetched_from >= sync_rules.served_from(job.asked_at, delay)

    def _guarded(self, install: "Install", job: Job, by: str, receives: int) -> _End:
        """Fetch under the lease. An error that concerns the whole connection ends or pauses it."""
        tools, tomorrow = self._tools, self._tools.clock() + sync_rules.DAY
        try:
            try:
                return self._fetch(install, job, by)
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

    def _fetch(self, install: "Install", job: Job, by: str) -> _End:
        graph = self._tools.graphs(install.provider).on_behalf_of(install.instagram_business_account_id)
        sync = Sync(
            tools=self._tools,
            token=self._tools.cipher.decrypt(install.id, install.token),
            began=job.began if job.began is not None else self._tools.clock(),
            graph=graph,
            refused=self._tools.refused.read(install.provider, graph.settings.version, self._tools.clock()),
            install=install,
            job=job,
            by=by,
            wishes=self._tools.imports.wishes(install) if self._tools.imports else (),
        )
        synced = sync_posts(sync, begin(job, install))
        if synced.is_whole:
            synced = sync_account(sync, synced)
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
        now, account = self._tools.clock(), synced.account
        newest = [time for time in (synced.newest, sync.install.last_media_at) if time is not None]
        facts = {
            "fetched_from": sync.began,
            "synced_at": now,
            "last_media_at": max(newest, default=None),
            "instagram_account": account and account.username,
            "former_names": account and _former_names(sync.install, account),
            "name": account and account.name,
            "profile_picture_url": account and account.profile_picture_url,
            "followers_count": account and account.followers_count,
            "media_count": account and account.media_count,
        }
        # Also if they were stored by a run that ended before it counted them.
        is_new = facts["last_media_at"] != sync.install.last_media_at
        if is_new or synced.counts.get("MediaStored") or sync.install.posts_stored is None:
            facts["posts_stored"] = self._tools.media.count(sync.install.id)
        next_sync = sync_rules.next_sync(now, synced.posted)
        held = self._syncs.finish(sync.install, sync.by, next_sync=next_sync, facts=facts)
        if held and backfills.is_due(sync.install, now):
            self._start_backfill(sync.install, now)
        self._tools.health.worked(sync.install.provider, now)
        return _End(FetchResult("fetched" if held else "taken over"), lease_ended=True)

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
    """Meta leaves the name out at times."""
    return former_names(install.former_names, install.instagram_account, account.username or install.instagram_account)
