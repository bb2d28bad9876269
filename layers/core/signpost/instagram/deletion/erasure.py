"""Ends connections and erases installs, one after the other, as a request says; a repetition goes on where it stopped.

An install goes in this order: it is seized, so that nobody fetches or connects it; then all that it owns goes; last
what it is found by. So whatever a cut leaves is found again, and once nothing is found all is erased.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.deletion.request import Request, is_about
from signpost.instagram.installs import Install
from signpost.platform.clock import Clock

if TYPE_CHECKING:
    from signpost.instagram.deletion.erasure_store import ErasureStore
    from signpost.instagram.deletion.store import DeletionStore
    from signpost.instagram.install_store import InstallStore


class OutOfTime(Exception):
    """What was done is kept; the next run goes on from there."""


class Erasure(NamedTuple):
    """`may_go_on` tells whether there is time for one more call or two."""

    installs: "InstallStore"
    requests: "DeletionStore"
    store: "ErasureStore"
    may_go_on: Callable[[], bool]
    clock: Clock

    def end(self, wanted: Request) -> int:
        """Forget the tokens of the person who removed the app; returns of how many installs. Their posts stay."""
        # One that is not revoked was connected again after the request was made, or is gone.
        return sum(self.installs.revoke(install) for install in self._meant(wanted))

    def erase(self, wanted: Request) -> None:
        """Erase everything about the person, and note that it is done.

        Raises:
            OutOfTime: there is more to do.
            Busy: a fetch works on an install; that one comes before all that is left.
        """
        self.requests.begin(wanted.code, wanted.received_at)
        for install in self._meant(wanted):
            self._check_time()
            if self.store.seize(install, wanted.code, self.clock()):
                self._erase(install, wanted.code)
        self.requests.finish(wanted.code, self.clock())

    def _erase(self, install: Install, code: str) -> None:
        self.store.erase_pictures(install, self._check_time)
        self.store.erase_posts(install, code, self._check_time)
        self.store.erase_imports(install, code, self._check_time)
        self.store.erase_hashtags(install)
        self.store.erase_links(install)
        self.store.erase_install(install, code)

    def _meant(self, wanted: Request) -> Iterator[Install]:
        # With Instagram Login, the id may be kept as one of the account's.
        of_account = self.installs.of_accounts([wanted.person_id]).get(wanted.person_id, ())
        for install_id in sorted({*self.installs.of_person(wanted.person_id), *of_account}):
            install = self.installs.get(install_id)
            if install is not None and is_about(wanted, install):
                yield install

    def _check_time(self) -> None:
        if not self.may_go_on():
            raise OutOfTime
