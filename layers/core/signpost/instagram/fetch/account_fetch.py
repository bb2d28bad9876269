"""Fetching an account: whether to, by whom, and what follows from what Meta says. The posts are `account_sync`'s."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from signpost.instagram.cipher import TokenCipher
from signpost.instagram.connection_states import ConnectionState, state_after
from signpost.instagram.fetch import sync_rules
from signpost.instagram.fetch.account_sync import AccountSync, Tools
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, later
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.errors import ObjectMissing, PermissionMissing, PolicyBlock, Throttled, TokenDead
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.token_errors import TokenUnreadable
from signpost.platform.errors import Unavailable

Graphs = Callable[[Provider], Graph]


def concerns_app(error: Throttled | PolicyBlock) -> bool:
    """Whether no account's calls may go on."""
    return isinstance(error, Throttled) and (error.scope == "app" or error.facts.usage.app_full)


def blocked(error: Throttled | PolicyBlock) -> tuple[Problem, ...]:
    """What somebody should look at; a throttle passes by itself."""
    if isinstance(error, Throttled):
        return ()
    return (Problem("blocked because of Meta's policies", reason=error.facts.message),)


class MediaFetch:
    """`hint_delay`: how many seconds after a webhook its fetch is to be."""

    def __init__(self, store: SyncStore, cipher: TokenCipher, graphs: Graphs, tools: Tools, hint_delay: float) -> None:
        self._store, self._cipher, self._graphs, self._tools = store, cipher, graphs, tools
        self._hint_delay = hint_delay

    def fetch(self, job: Job, by: str, seconds: float, receives: int = 1) -> FetchResult:
        """Bring an account up to date. `by` names this run, which ends within `seconds`.

        Raises:
            MetaUnavailable, ObjectMissing, Unavailable: have the message delivered again.
        """
        now = self._tools.clock()
        install = self._store.installs.get(job.install)
        if install is None or not install.is_connected:
            return FetchResult("not connected")
        if self._is_served(install, job):
            return FetchResult("served already")
        paused_until = self._store.paused_until(install, now)
        if paused_until is not None:
            self._rest(install, paused_until)
            return later("paused", job, paused_until - now)
        if not self._store.lease(install, by, now, seconds):
            return later("in other hands", job, sync_rules.LEASED_AGAIN)
        try:
            outcome = self._guarded(install, job, by, receives)
        except Exception:
            self._release(install, by)
            raise
        return outcome

    def _guarded(self, install: Install, job: Job, by: str, receives: int) -> FetchResult:
        """Fetch under the lease; what Meta says against the whole connection ends or pauses it."""
        try:
            return self._fetch(install, job, by)
        except (Throttled, PolicyBlock) as error:
            outcome = self._paused(install, job, by, error.retry_after, whole_app=concerns_app(error))
            return outcome._replace(problems=blocked(error))
        except TokenDead as error:
            return self._ended(install, by, state_after(error.reason), f"token dead: {error.reason}")
        except PermissionMissing:
            return self._ended(install, by, ConnectionState.PERMISSION_MISSING, "permission missing")
        except ObjectMissing as error:
            if receives < ObjectMissing.tries:
                raise
            self._release(install, by, self._tools.clock() + sync_rules.DAY)
            return FetchResult("account missing", problems=(Problem("the account", reason=error.facts.message),))
        except TokenUnreadable as error:
            self._release(install, by, self._tools.clock() + sync_rules.DAY)
            return FetchResult("token unreadable", problems=(Problem("the stored token", reason=str(error)),))

    def _fetch(self, install: Install, job: Job, by: str) -> FetchResult:
        token = self._cipher.decrypt(install.id, install.token)
        sync = AccountSync(self._tools, self._graphs(install.provider), token, install, job, by)
        sync.run()
        outcome = self._outcome(sync, install, job, by)
        return outcome._replace(
            counts=sync.counts + Counter(outcome.counts), problems=(*sync.problems, *outcome.problems)
        )

    def _outcome(self, sync: AccountSync, install: Install, job: Job, by: str) -> FetchResult:
        if sync.usage.must_pause:
            # What the calls so far told is stored; the rest has to wait.
            rest = sync_rules.pause_after(sync.usage)
            return self._paused(install, job, by, rest, whole_app=sync.usage.app_full)
        if not sync.complete:
            self._release(install, by)
            rest_of_it = job._replace(after=sync.after, began=sync.began, newest=sync.newest)
            return FetchResult("out of time", rest_of_it)
        if sync.failed is not None:
            raise sync.failed
        if sync.busy_until is not None:
            self._release(install, by)
            return later("an import in other hands", job, sync.busy_until - self._tools.clock())
        return self._finished(sync, install, by)

    def _finished(self, sync: AccountSync, install: Install, by: str) -> FetchResult:
        account = sync.account()
        now = self._tools.clock()
        newest = max((time for time in (sync.newest, install.last_media_at) if time is not None), default=None)
        facts = {
            "fetched_from": sync.began,
            "synced_at": now,
            "last_media_at": newest,
            "instagram_account": account and account.username,
            "name": account and account.name,
            "profile_picture_url": account and account.profile_picture_url,
            "followers_count": account and account.followers_count,
            "media_count": account and account.media_count,
        }
        held = self._store.finish(install, by, sync_at=sync_rules.next_sync(now, sync.posted), facts=facts)
        return FetchResult("fetched" if held else "taken over")

    def _is_served(self, install: Install, job: Job) -> bool:
        delay = self._hint_delay if job.why == "webhook" else 0.0
        return install.fetched_from is not None and install.fetched_from >= sync_rules.served_from(job.asked_at, delay)

    def _paused(self, install: Install, job: Job, by: str, seconds: float, *, whole_app: bool) -> FetchResult:
        until = self._tools.clock() + seconds
        self._store.hold(install, until, whole_app=whole_app)
        self._rest(install, until)
        self._release(install, by)
        outcome = later("throttled", job, seconds)
        return outcome._replace(counts=Counter(MetaThrottled=1)) if whole_app else outcome

    def _ended(self, install: Install, by: str, state: ConnectionState, result: str) -> FetchResult:
        died = self._store.installs.end(install, state)
        self._release(install, by)
        return FetchResult(result, counts=Counter(TokensDied=1) if died else Counter())

    def _rest(self, install: Install, until: float) -> None:
        """Have no sweep add to the message that waits; it does, should that one come to nothing."""
        end = until + sync_rules.CLAIM
        if install.sync_at is not None and install.sync_at < end:
            self._store.rest(install, end)

    def _release(self, install: Install, by: str, sync_at: float | None = None) -> None:
        with suppress(Unavailable):  # it ends by itself soon
            self._store.release(install, by, sync_at)
