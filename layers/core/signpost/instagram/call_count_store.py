"""Stores how many calls to Meta were made, one write for each run: see `call_counts.py`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from signpost.instagram import call_counts
from signpost.platform.dynamodb import Attr, Change

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.products import Provider


class CallCountStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, installs: "InstallStore") -> None:
        self._table = installs.table

    def add(self, calls: Mapping["Provider", int], now: float) -> None:
        for provider, number in calls.items():
            key = {"key": call_counts.key(provider, call_counts.day_of(now))}
            change = Change(set={"ttl": int(now) + call_counts.KEPT}, add={"calls": number})
            self._table.update_if(key, change, Attr("connection").not_exists())
