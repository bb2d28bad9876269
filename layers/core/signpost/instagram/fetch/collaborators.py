"""What fetches of accounts, fetches of hashtags and backfills share."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from signpost.platform.clock import rfc3339
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from collections import Counter

    from signpost.instagram.call_count_store import CallCountStore
    from signpost.instagram.cipher import TokenCipher
    from signpost.instagram.fetch.imports import Imports
    from signpost.instagram.fetch.media_store import MediaStore
    from signpost.instagram.fetch.picture_files import PictureFiles
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.health_store import HealthStore
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.installs import Install
    from signpost.instagram.pause_store import PauseStore
    from signpost.instagram.products import Provider
    from signpost.instagram.refused_store import RefusedStore
    from signpost.platform.clock import Clock
    from signpost.platform.event_bus import EventBus


class Collaborators(NamedTuple):
    """`graphs` gives the client of a product. `may_go_on`: whether there is time for more.

    `imports`: None in backfills, because only new posts are imported. `calls`: this run's calls to Meta.
    """

    installs: "InstallStore"
    pauses: "PauseStore"
    refused: "RefusedStore"
    health: "HealthStore"
    cipher: "TokenCipher"
    graphs: "Callable[[Provider], Graph]"
    media: "MediaStore"
    imports: "Imports | None"
    pictures: "PictureFiles"
    bus: "EventBus"
    calls: "Counter[Provider]"
    call_counts: "CallCountStore"
    clock: "Clock"
    may_go_on: Callable[[], bool]

    def announce(self, install: "Install") -> None:
        """Send `AccountSynced`: there is something new about an account. Raises `Unavailable`."""
        detail = {"install": install.id, "account": install.instagram_business_account_id, "at": rfc3339(self.clock())}
        self.bus.send("AccountSynced", detail)

    def count_calls(self) -> None:
        """Count the run's calls. People only look at these numbers, so a failure is no reason to repeat anything."""
        made, now = {provider: number for provider, number in self.calls.items() if number}, self.clock()
        self.calls.clear()
        with suppress(Unavailable):
            self.call_counts.add(made, now)
