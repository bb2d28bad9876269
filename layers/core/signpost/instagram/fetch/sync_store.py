"""What fetches and sweeps write into InstagramInstalls: leases, pauses, how far a sync came, when the next one is due.

A lease keeps two fetches of one install apart, and a deletion from both. It ends by itself when its holder died.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.install_store import SERVICE, InstallStore
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform.aws import conditionally, named_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX: Final = "by_sync"
_PAGE: Final = 500
_DAY: Final = 86_400
_FREE: Final = "attribute_not_exists(lease_until) OR lease_until < :now OR lease_by = :by"


class SyncStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table
        self.installs = InstallStore(client, table)

    # ------------------------------------------------------------------------------------------------------ leases
    def lease(self, install: Install, by: str, now: float, seconds: float) -> bool:
        """Whether `by` now has the install for itself; false when somebody else has, or it was connected anew."""
        return self.installs.change(
            install,
            "SET lease_by = :by, lease_until = :until",
            {":by": by, ":now": _number(now), ":until": _number(now + seconds)},
            f"({_FREE}) AND attribute_not_exists(erasing)",
        )

    def release(self, install: Install, by: str, sync_at: float | None = None) -> bool:
        """End the lease before its time; with `sync_at`, the sweep lets the install rest until then."""
        update, values = ("SET sync_at = :at ", {":at": _number(sync_at)}) if sync_at is not None else ("", {})
        condition = "lease_by = :by" + (" AND attribute_exists(#sync)" if sync_at is not None else "")
        names = ("sync",) if sync_at is not None else ()
        return self.installs.change(
            install, f"{update}REMOVE lease_by, lease_until", {":by": by, **values}, condition, names
        )

    def finish(self, install: Install, by: str, *, sync_at: float, facts: Mapping[str, Any]) -> bool:
        """Note that a sync came to its end: `facts` are fields of Install. False: the lease or the connection ended."""
        told = {name: value for name, value in facts.items() if value is not None}
        update = "SET #sync = :due, sync_at = :sync_at, " + ", ".join(f"#{name} = :{name}" for name in told)
        values: dict[str, Any] = {
            f":{name}": _number(value) if isinstance(value, float) else value for name, value in told.items()
        }
        return self.installs.change(
            install,
            f"{update} REMOVE lease_by, lease_until, paused_until",
            {
                ":by": by,
                ":due": "due",
                ":sync_at": _number(sync_at),
                ":active": ConnectionState.ACTIVE.value,
                ":expiring": ConnectionState.EXPIRING.value,
                **values,
            },
            # One that was ended meanwhile must not be synced again by this.
            "lease_by = :by AND #state IN (:active, :expiring)",
            ("sync", *told),
        )

    def rest(self, install: Install, until: float) -> bool:
        """Let the sweep pass this install by until then; false when it does already, or the install is not synced."""
        return self.installs.change(
            install,
            "SET sync_at = :until",
            {":until": _number(until)},
            "attribute_exists(#sync) AND sync_at < :until",
            ("sync",),
        )

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
        return self.installs.change(install, "SET paused_until = :until", {":until": _number(until)})

    def pause_all(self, provider: Provider, until: float) -> None:
        """Make no calls for any install of this product until then; a longer pause that is set already stays."""
        conditionally(
            SERVICE,
            self._client.update_item,
            TableName=self._table,
            Key={"key": _pause_key(provider)},
            UpdateExpression="SET paused_until = :until, #ttl = :ttl",
            ConditionExpression="attribute_not_exists(paused_until) OR paused_until < :until",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={":until": _number(until), ":ttl": int(until) + _DAY},
        )

    # --------------------------------------------------------------------------------------------------- the sweep
    def due(self, now: float) -> Iterator[list[str]]:
        """The ids of the installs to be synced by now, longest due first, page by page."""
        start: dict[str, Any] = {}
        while True:
            with named_errors(SERVICE):
                reply = self._client.query(
                    TableName=self._table,
                    IndexName=_INDEX,
                    KeyConditionExpression="#sync = :due AND sync_at <= :now",
                    ExpressionAttributeNames={"#sync": "sync"},
                    ExpressionAttributeValues={":due": "due", ":now": _number(now)},
                    Limit=_PAGE,
                    **start,
                )
            yield [str(item["key"]) for item in reply["Items"]]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def claim(self, install_id: str, now: float, until: float) -> bool:
        """Take an install that is due for this sweep; false when it is not due any more.

        It is due again at `until` unless a fetch has ended before.
        """
        return conditionally(
            SERVICE,
            self._client.update_item,
            TableName=self._table,
            Key={"key": install_id},
            UpdateExpression="SET sync_at = :until",
            ConditionExpression="#sync = :due AND sync_at <= :now",
            ExpressionAttributeNames={"#sync": "sync"},
            ExpressionAttributeValues={":due": "due", ":now": _number(now), ":until": _number(until)},
        )

    def _provider_pause(self, provider: Provider) -> float:
        with named_errors(SERVICE):
            reply = self._client.get_item(TableName=self._table, Key={"key": _pause_key(provider)}, ConsistentRead=True)
        return float(reply.get("Item", {}).get("paused_until", 0))  # type: ignore[arg-type]


def _pause_key(provider: Provider) -> str:
    return f"pause#{provider.value}"


def _number(seconds: float) -> Decimal:
    return Decimal(str(seconds))
