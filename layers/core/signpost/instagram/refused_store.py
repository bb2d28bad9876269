"""What Meta refuses, remembered for a day in InstagramInstalls: the item `refused#<provider>#<version>`.

Each name (`graph/refused.py`) is an attribute; its value is the time until which it is left out.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from signpost.instagram.connection_states import DAY
from signpost.instagram.graph.refused import Refused
from signpost.platform.dynamodb import Attr, Change

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.products import Provider
    from signpost.platform.dynamodb import Item

_KIND: Final = ("field/", "metric/")


class RefusedStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, installs: "InstallStore") -> None:
        self._table = installs.table

    def read(self, provider: "Provider", version: str, now: float) -> Refused:
        return refused_from(self._table.get({"key": key(provider, version)}) or {}, now)

    def keep(self, provider: "Provider", version: str, names: Collection[str], now: float) -> None:
        """Leave these out for a day."""
        if names:
            until = now + DAY
            change = Change(set={**dict.fromkeys(names, until), "ttl": int(until) + DAY})
            self._table.update_if({"key": key(provider, version)}, change, Attr("connection").not_exists())


def key(provider: "Provider", version: str) -> str:
    return f"refused#{provider.value}#{version}"


def refused_from(stored: "Item", now: float) -> Refused:
    return Refused(name for name, until in stored.items() if name.startswith(_KIND) and until > now)
