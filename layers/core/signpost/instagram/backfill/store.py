"""What backfills write to InstagramInstalls: their lease and their progress.

They have their own lease, so that fetches of new posts never wait for them; an erasure waits for both.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.platform.dynamodb import Attr, Change

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.installs import Install

_LEASE: Final = ("backfill_by", "backfill_until")


class BackfillStore:
    """Every method raises `Unavailable` when DynamoDB does not answer.

    Each returns False, and changes nothing, when the account was connected again meanwhile or is gone.
    """

    def __init__(self, installs: "InstallStore") -> None:
        self._installs = installs

    def lease(self, install: "Install", by: str, now: float, seconds: float) -> bool:
        """Reserve the install for the run `by`. False when another backfill has it, or it is being erased."""
        ended = Attr("backfill_until").not_exists() | Attr("backfill_until").lt(now)
        free = (ended | Attr("backfill_by").eq(by)) & Attr("erasing").not_exists() & Attr("stopped_at").not_exists()
        lease = {"backfill_by": by, "backfill_until": now + seconds, "backfill_at": now}
        return self._installs.change(install, Change(set=lease), free)

    def save(self, install: "Install", by: str, fields: Mapping[str, Any]) -> bool:
        """Save its progress: `fields` are fields of Install; None removes one. False also without the lease."""
        full = {name: value for name, value in fields.items() if value is not None}
        gone = [name for name in fields if name not in full]
        return self._installs.change(install, Change(set=full, remove=gone), Attr("backfill_by").eq(by))

    def end_lease(self, install: "Install", by: str, *, announced: bool = False) -> bool:
        """`announced`: others were told what is new."""
        gone = (*_LEASE, "backfill_news") if announced else _LEASE
        return self._installs.change(install, Change(remove=gone), Attr("backfill_by").eq(by))

    def announced(self, install: "Install") -> bool:
        """Note that others were told what earlier runs had found."""
        return self._installs.change(install, Change(remove=["backfill_news"]))

    def wait(self, install: "Install", until: float) -> bool:
        """Record that it is alive: its message arrives again at about that time."""
        stays = Attr("erasing").not_exists() & Attr("stopped_at").not_exists()
        return self._installs.change(install, Change(set={"backfill_at": until}), stays)
