"""What fetches and sweeps write into InstagramInstalls: leases, pauses, how far a sync came, when the next one is due.

A lease keeps two fetches of one install apart, and a deletion from both. It ends by itself when its holder died.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform.dynamodb import Attr, Change, Key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX: Final = "by_sync"
_PAGE: Final = 500
_DAY: Final = 86_400


class SyncStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb_json()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.installs = InstallStore(client, table)
        self._table = self.installs.table

    # ------------------------------------------------------------------------------------------------------ leases
    def lease(self, install: Install, by: str, now: float, seconds: float) -> bool:
        """Whether `by` now has the install for itself; false when somebody else has, or it was connected anew."""
        is_free = Attr("lease_until").not_exists() | Attr("lease_until").lt(now) | Attr("lease_by").eq(by)
        return self.installs.change(
            install,
            Change(set={"lease_by": by, "lease_until": now + seconds}),
            is_free & Attr("erasing").not_exists(),
        )

    def release(self, install: Install, by: str, sync_at: float | None = None) -> bool:
        """End the lease before its time; with `sync_at`, the sweep lets the install rest until then."""
        is_holder, lease = Attr("lease_by").eq(by), ("lease_by", "lease_until")
        if sync_at is None:
            return self.installs.change(install, Change(remove=lease), is_holder)
        change = Change(set={"sync_at": sync_at}, remove=lease)
        return self.installs.change(install, change, is_holder & Attr("sync").exists())

    def finish(self, install: Install, by: str, *, sync_at: float, facts: Mapping[str, Any]) -> bool:
        """Note that a sync came to its end: `facts` are fields of Install. False: the lease or the connection ended."""
        told = {name: value for name, value in facts.items() if value is not None}
        connected = (ConnectionState.ACTIVE.value, ConnectionState.EXPIRING.value)
        return self.installs.change(
            install,
            Change(set={"sync": "due", "sync_at": sync_at, **told}, remove=("lease_by", "lease_until", "paused_until")),
            # One that was ended meanwhile must not be synced again by this.
            Attr("lease_by").eq(by) & Attr("state").is_in(connected),
        )

    def rest(self, install: Install, until: float) -> bool:
        """Let the sweep pass this install by until then; false when it does already, or the install is not synced."""
        is_earlier = Attr("sync").exists() & Attr("sync_at").lt(until)
        return self.installs.change(install, Change(set={"sync_at": until}), is_earlier)

    # ------------------------------------------------------------------------------------------------------ pauses
    def paused_until(self, install: Install, now: float) -> float | None:
        """Until when no call may be made in the name of this install; None when calls may be made."""
        until = max(install.paused_until or 0.0, self._provider_pause(install.provider))
        return until if until > now else None

    def hold(self, install: Install, until: float, *, whole_app: bool) -> None:
        """Make no calls until then for this install or, with `whole_app`, for any of its product."""
        if whole_app:
            self.pause_all(install.provider, until)
        else:
            self.pause(install, until)

    def pause(self, install: Install, until: float) -> bool:
        """Make no calls for this install until then."""
        return self.installs.change(install, Change(set={"paused_until": until}))

    def pause_all(self, provider: Provider, until: float) -> None:
        """Make no calls for any install of this product until then; a longer pause that is set already stays."""
        self._table.update_if(
            _pause_key(provider),
            Change(set={"paused_until": until, "ttl": int(until) + _DAY}),
            Attr("paused_until").not_exists() | Attr("paused_until").lt(until),
        )

    # --------------------------------------------------------------------------------------------------- the sweep
    def due(self, now: float) -> Iterator[list[str]]:
        """The ids of the installs to be synced by now, longest due first, page by page."""
        due = Key("sync").eq("due") & Key("sync_at").lte(now)
        for page in self._table.pages(due, index=_INDEX, limit=_PAGE):
            yield [item["key"] for item in page.items]

    def claim(self, install_id: str, now: float, until: float) -> bool:
        """Take an install that is due for this sweep; false when it is not due any more.

        It is due again at `until` unless a fetch has ended before.
        """
        due = Attr("sync").eq("due") & Attr("sync_at").lte(now)
        return self._table.update_if({"key": install_id}, Change(set={"sync_at": until}), due)

    def _provider_pause(self, provider: Provider) -> float:
        item = self._table.get(_pause_key(provider))
        return item["paused_until"] if item else 0.0


def _pause_key(provider: Provider) -> dict[str, str]:
    return {"key": f"pause#{provider.value}"}
