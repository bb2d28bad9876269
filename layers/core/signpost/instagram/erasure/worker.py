"""Ends connections and erases installs, one by one, as requested. A repetition continues where the last run stopped.

First an install is seized, so that nothing fetches or connects it; then everything that it owns is erased; finally the
items that lead to it. So what an interrupted run left can be found again; once nothing is found, all is erased.

For each install that is gone, the event `AccountErased {install, account}` is sent, at least once, before the request
counts as done.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.deletion.request import Kind, Request, is_about
from signpost.instagram.erasure.errors import OutOfTime
from signpost.instagram.installs import Install
from signpost.platform.clock import Clock

if TYPE_CHECKING:
    from signpost.instagram.deletion.store import DeletionStore
    from signpost.instagram.erasure.store import ErasureStore
    from signpost.instagram.install_store import InstallStore
    from signpost.platform.event_bus import EventBus


class Erasure(NamedTuple):
    """Every method raises `Unavailable` when AWS does not answer. `timer` gives seconds since some fixed moment."""

    installs: "InstallStore"
    requests: "DeletionStore"
    store: "ErasureStore"
    bus: "EventBus"
    clock: Clock
    timer: Callable[[], float]

    def end(self, request: Request) -> int:
        """Forget the tokens of the person who removed the app; their posts stay. Returns how many installs had one."""
        ended = 0
        for install in self._meant(request):
            if self.installs.revoke(install):  # or else it was connected again after the request, or is gone
                ended += 1
        return ended

    def erase(self, request: Request, seconds: float) -> None:
        """Erase everything about the person, and record that it is done. Begins nothing new after `seconds`.

        Raises:
            OutOfTime: there is more to do.
            Busy: a fetch is working on an install. The installs after it are still there.
        """
        end = self.timer() + seconds

        def check_time() -> None:
            if self.timer() >= end:
                raise OutOfTime

        self.requests.begin(request.code, request.received_at)
        for install in self._meant(request):
            check_time()
            if self.store.seize(install, request.code, self.clock()):
                self._erase(install, request.code, check_time)
                self._announce(request.code)
        self._announce(request.code)  # also those that an interrupted run has erased
        self.requests.finish(request.code, self.clock())

    def _erase(self, install: Install, code: str, check_time: Callable[[], None]) -> None:
        self.store.erase_pictures(install, check_time)
        self.store.erase_posts(install, code, self.clock(), check_time)
        self.store.erase_imports(install, code, check_time)
        self.store.erase_hashtags(install)
        self.store.erase_links(install)
        self.store.erase_install(install, code)

    def _announce(self, code: str) -> None:
        for install_id in self.store.to_announce(code):
            account = install_id.partition("-")[2]
            self.bus.send("AccountErased", {"install": install_id, "account": account})
            self.store.announced(code, install_id)

    def _meant(self, request: Request) -> Iterator[Install]:
        # With Instagram Login, the id may be stored as one of the account's.
        of_account = self.installs.of_accounts([request.person_id]).get(request.person_id, ())
        of_person = () if request.kind is Kind.ERASE_ACCOUNT else self.installs.of_person(request.person_id)
        for install_id in sorted({*of_person, *of_account}):
            install = self.installs.get(install_id)
            if install is not None and is_about(request, install):
                yield install
