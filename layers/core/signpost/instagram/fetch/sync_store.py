"""What fetches write to InstagramInstalls: leases, the progress of a sync, and when the next one is due.

A lease keeps fetches and erasures of an install apart. It expires if its holder dies.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signpost.instagram.backfills import LOST_AFTER
from signpost.instagram.connection_states import ConnectionState
from signpost.platform.dynamodb import Attr, Change

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.installs import Install

_LEASE = ("lease_by", "lease_until")
_TROUBLE = ("paused_until", "refused_since", "missing_since")
_ENDED = (*_LEASE, *_TROUBLE, "news", "start_asked_at")
_CONNECTED = (ConnectionState.ACTIVE.value, ConnectionState.EXPIRING.value)


class SyncStore:
    """Every method raises `Unavailable` when DynamoDB does not answer.

    Each returns False, and changes nothing, when the account was connected again meanwhile or is gone.
    """

    def __init__(self, installs: "InstallStore") -> None:
        self._installs = installs

    def lease(self, install: "Install", by: str, now: float, seconds: float) -> bool:
        """Reserve the install for the run `by`. False when another run has it, or it is being erased."""
        ended = Attr("lease_until").not_exists() | Attr("lease_until").lt(now)
        free = (ended | Attr("lease_by").eq(by)) & Attr("erasing").not_exists() & Attr("stopped_at").not_exists()
        return self._installs.change(install, Change(set={"lease_by": by, "lease_until": now + seconds}), free)

    def end_lease(self, install: "Install", by: str, next_sync: float | None = None) -> bool:
        """End the lease early. With `next_sync`, sweeps leave the install alone until then."""
        held = Attr("lease_by").eq(by)
        if next_sync is None:
            return self._installs.change(install, Change(remove=_LEASE), held)
        change = Change(set={"sync_at": next_sync}, remove=_LEASE)
        return self._installs.change(install, change, held & Attr("sync").exists())

    def holds(self, install: "Install", by: str) -> bool:
        """Whether the run still has its lease: nobody has stopped the sync."""
        item = self._installs.table.get({"key": install.id}) or {}
        return item.get("lease_by") == by

    def note_news(self, install: "Install", by: str) -> bool:
        """Note, before it is stored, that there is something to count and announce."""
        return self._installs.change(install, Change(set={"news": by}))

    def finish(
        self, install: "Install", by: str, *, next_sync: float, facts: Mapping[str, Any], added: int = 0
    ) -> bool:
        """Note that a sync is complete. False: the lease or the connection has ended.

        `facts`: fields of Install. `added`: how many posts to add to `posts_stored`.
        """
        known = {name: value for name, value in facts.items() if value is not None}
        return self._installs.change(
            install,
            Change(
                set={"sync": "due", "sync_at": next_sync, **known},
                add={"posts_stored": added} if added else {},
                remove=_ENDED,
            ),
            # A connection that ended meanwhile must not be synced again because of this.
            Attr("lease_by").eq(by) & Attr("state").is_in(_CONNECTED),
        )

    def start_backfill(self, install: "Install", now: float) -> bool:
        """Claim the start of a backfill, so that of two fetches only one starts it."""
        silent = Attr("backfill_at").not_exists() | Attr("backfill_at").lte(now - LOST_AFTER)
        return self._installs.change(install, Change(set={"backfill_at": now}), silent)

    def note_trouble(self, install: "Install", name: str, now: float) -> bool:
        """Record when it began: `refused_since` or `missing_since`. A successful sync removes it."""
        return self._installs.change(install, Change(set_once={name: now}))

    def postpone(self, install: "Install", until: float) -> bool:
        """Have sweeps leave the install alone until then; False when they do already, or it is not synced."""
        sooner = Attr("sync").exists() & Attr("sync_at").lt(until)
        return self._installs.change(install, Change(set={"sync_at": until}), sooner)
