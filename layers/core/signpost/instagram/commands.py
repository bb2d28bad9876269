"""What other contexts may have done: an account synced now, no longer synced, or erased."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from signpost.instagram.backfills import LOST_AFTER, Stage
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.deletion.request import Kind, Request, message
from signpost.instagram.fetch.jobs import START, Job
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Attr, Change, ConditionBase
from signpost.platform.errors import Conflict, NotFound, Unavailable
from signpost.platform.ids import ulid
from signpost.platform.queue import MessageQueue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_POSTS: Final = 100  # the newest ones
_ASKED_FOR: Final = 2 * 3600.0  # seconds after which a requested sync that has not ended counts as lost
_CONNECTED: Final = (ConnectionState.ACTIVE.value, ConnectionState.EXPIRING.value)
_LEASES: Final = ("lease_by", "lease_until", "backfill_by", "backfill_until")


class AlreadyActive(Conflict):
    code = "already_active"


class NotActive(Conflict):
    code = "not_active"


class NotConnected(Conflict):
    code = "not_connected"


class Commands:
    """Every method raises `Unavailable` when AWS does not answer, and may be called again.

    `fetches` is the queue of fetches, `deletions` that of deletion requests.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        installs_table: str,
        fetches: MessageQueue,
        deletions: MessageQueue,
        *,
        clock: Clock = system_clock,
        new_id: Callable[[float], str] = ulid,
    ) -> None:
        self._installs = InstallStore(client, installs_table)
        self._fetches, self._deletions, self._clock, self._new_id = fetches, deletions, clock, new_id

    def start_sync(self, install_id: str) -> None:
        """Sync an account now and regularly: first its newest posts, then what its backfill has not fetched yet.

        Raises:
            NotFound: there is no such install.
            NotConnected: the connection has ended; its owner has to connect the account again.
            AlreadyActive: a sync is running, or was asked for within two hours.
        """
        install, now = self._connected(install_id), self._clock()
        # If the message is lost, the sweep sends another one.
        due = {"sync": "due", "sync_at": now + _ASKED_FOR, "start_asked_at": now}
        again = {"backfill_stage": Stage.COMMENTS.value} if install.backfill_stage == Stage.DONE else {}
        gone = ["stopped_at"]
        if again:
            gone += ["backfill_after", "backfill_done_at", "backfill_at", "backfill_passed", "backfill_stage_at"]
        asked = Attr("start_asked_at")
        is_free = (
            _ended("lease_until", now)
            & (_ended("backfill_until", now) & _silent(install, now))
            & (asked.not_exists() | asked.lt(now - _ASKED_FOR) | asked.eq(now))
            & Attr("state").is_in(_CONNECTED)
            & Attr("erasing").not_exists()
        )
        if not self._installs.change(install, Change(set=due | again, remove=gone), is_free):
            self._connected(install_id)
            raise AlreadyActive("The account is being synced already.")
        try:
            self._fetches.send([Job(install_id, START, now, _POSTS).message()])
        except Unavailable:
            with suppress(Unavailable):  # it can be asked for again, and the next sweep does it anyway
                undone = Change(set={"sync_at": now}, remove=["start_asked_at"])
                self._installs.change(install, undone, Attr("start_asked_at").eq(now))
            raise

    def stop_sync(self, install_id: str) -> None:
        """Stop syncing an account. A running sync or backfill ends before its next page. Posts stay.

        Raises:
            NotFound: there is no such install.
            NotActive: it is not synced anyway.
        """
        install, now = self._found(install_id), self._clock()
        stopped = Attr("stopped_at")
        is_synced = Attr("state").is_in(_CONNECTED) & (stopped.not_exists() | stopped.eq(now))
        change = Change(set={"stopped_at": now}, remove=("sync", "sync_at", "start_asked_at", "backfill_at", *_LEASES))
        # Without its lease, a run can no longer save its progress. Posts that it still stores do no harm.
        if not self._installs.change(install, change, is_synced & Attr("erasing").not_exists()):
            raise NotActive("The account is not being synced.")

    def erase_account(self, account_id: str, asked_at: float) -> None:
        """Request the erasure of all installs of a professional account, with everything that is stored about it.

        Installs that are connected again after the request stay.
        """
        request = Request(Kind.ERASE_ACCOUNT, account_id, None, asked_at, self._new_id(self._clock()))
        self._deletions.send([message(request)])

    def _found(self, install_id: str) -> Install:
        install = self._installs.get(install_id)
        if install is None:
            raise NotFound("No such account is connected.")
        return install

    def _connected(self, install_id: str) -> Install:
        install = self._found(install_id)
        if not install.is_connected:
            raise NotConnected("The connection to Instagram has ended; connect the account again.")
        return install


def _ended(name: str, now: float) -> ConditionBase:
    return Attr(name).not_exists() | Attr(name).lt(now)


def _silent(install: Install, now: float) -> ConditionBase:
    """Whether no backfill is running. One that is done gives no more signs of life."""
    if install.backfill_stage == Stage.DONE:
        return Attr("backfill_stage").eq(Stage.DONE.value)
    return Attr("backfill_at").not_exists() | Attr("backfill_at").lte(now - LOST_AFTER)
