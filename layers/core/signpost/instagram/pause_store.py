"""Pauses of calls to Meta: for one account or, when the app is throttled, for every account of a product.

Stored in InstagramInstalls as `paused_until`, in an install or in the item `pause#<provider>`. Backfills pause earlier
than fetches: `pause#<provider>#backfill` is only for them.
"""

from typing import TYPE_CHECKING

from signpost.instagram.connection_states import DAY
from signpost.platform.dynamodb import Attr, Change

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.installs import Install
    from signpost.instagram.products import Provider


class PauseStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, installs: "InstallStore") -> None:
        self._installs = installs

    def paused_until(self, install: "Install", now: float) -> float | None:
        """When calls for this install may resume; None if they may be made now."""
        until = max(install.paused_until or 0.0, self.product_paused_until(install.provider, now) or 0.0)
        return until if until > now else None

    def product_paused_until(self, provider: "Provider", now: float) -> float | None:
        """The same for calls without an install, such as those of a login."""
        until: float = (self._installs.table.get({"key": key(provider)}) or {}).get("paused_until", 0.0)
        return until if until > now else None

    def pause(self, install: "Install", until: float, *, whole_app: bool) -> None:
        """Make no calls for this install until then or, with `whole_app`, for any install of its product."""
        if whole_app:
            self.pause_product(install.provider, until)
        else:
            self._installs.change(install, Change(set={"paused_until": until}))

    def pause_product(self, provider: "Provider", until: float) -> None:
        """A longer pause that is already set stays."""
        self._pause(key(provider), until)

    def backfills_paused_until(self, install: "Install", now: float) -> float | None:
        """When backfills of this install may make calls again; None if they may make them now."""
        product = self._installs.table.get({"key": _backfill_key(install.provider)}) or {}
        until = max(product.get("paused_until", 0.0), self.paused_until(install, now) or 0.0)
        return until if until > now else None

    def pause_backfills(self, provider: "Provider", until: float) -> None:
        """Leave the rest of the app's limit to fetches until then."""
        self._pause(_backfill_key(provider), until)

    def _pause(self, name: str, until: float) -> None:
        shorter = Attr("paused_until").not_exists() | Attr("paused_until").lt(until)
        change = Change(set={"paused_until": until, "ttl": int(until) + DAY})
        self._installs.table.update_if({"key": name}, change, shorter)


def key(provider: "Provider") -> str:
    return f"pause#{provider.value}"


def _backfill_key(provider: "Provider") -> str:
    return f"{key(provider)}#backfill"
