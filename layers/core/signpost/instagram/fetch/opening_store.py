"""What a fetch reads before it begins, in one call: the install, pauses, and what Meta refuses."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram import installs, pause_store, refused_store
from signpost.instagram.graph.refused import Refused
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore


class Opening(NamedTuple):
    """`paused_until`: when calls for this install may resume; None if they may be made now."""

    install: Install
    paused_until: float | None
    refused: Refused


class OpeningStore:
    """`version`: that of Meta's API."""

    def __init__(self, installs: "InstallStore", version: str) -> None:
        self._installs, self._version = installs, version

    def read(self, install_id: str, now: float) -> Opening | None:
        """None: there is no such install. Raises `Unavailable` when DynamoDB does not answer."""
        name = install_id.partition("-")[0]
        if name not in {each.value for each in Provider}:
            return None
        provider = Provider(name)
        pause, refused = pause_store.key(provider), refused_store.key(provider, self._version)
        items = {item["key"]: item for item in self._installs.items([install_id, pause, refused])}
        if install_id not in items:
            return None
        install = installs.from_item(items[install_id])
        until = max(install.paused_until or 0.0, items.get(pause, {}).get("paused_until", 0.0))
        left_out = refused_store.refused_from(items.get(refused, {}), now)
        return Opening(install, until if until > now else None, left_out)
