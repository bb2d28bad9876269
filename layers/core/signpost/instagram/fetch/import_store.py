"""The Imports table: which posts were imported, each once.

{install, media_id, claimed_by, claimed_until}   somebody is about to send the event
{install, media_id, imported_at}                 it was sent
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.platform.aws import conditionally, named_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The import table"
_CLAIM_S: Final = 60.0  # far longer than sending an event takes, far shorter than anybody would mind waiting


class Import(NamedTuple):
    """It is ours to do (neither is set), it was done, or somebody else is at it. Seconds since 1970."""

    imported_at: float | None = None
    busy_until: float | None = None


class ImportStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def claim(self, install_id: str, media_id: str, by: str, now: float) -> Import:
        """Take an import to do, for a minute, unless it was done or somebody else has taken it.

        `by` names one run, so that a repetition by the SDK finds its own claim.
        """
        taken = self._update(
            install_id,
            media_id,
            "SET claimed_by = :by, claimed_until = :until",
            {":by": by, ":now": _number(now), ":until": _number(now + _CLAIM_S)},
            "attribute_not_exists(imported_at) AND (attribute_not_exists(claimed_until) "
            "OR claimed_until < :now OR claimed_by = :by)",
        )
        return Import() if taken else self._stored(install_id, media_id, now)

    def done(self, install_id: str, media_id: str, by: str, now: float) -> bool:
        """Note that its event was sent; false when somebody else has taken it over, and sends it again."""
        update = "SET imported_at = :now REMOVE claimed_by, claimed_until"
        return self._update(install_id, media_id, update, {":now": _number(now), ":by": by}, "claimed_by = :by")

    def release(self, install_id: str, media_id: str, by: str) -> bool:
        """Let another run have it: the event could not be sent."""
        return self._update(install_id, media_id, "REMOVE claimed_by, claimed_until", {":by": by}, "claimed_by = :by")

    def _update(self, install_id: str, media_id: str, update: str, values: dict[str, Any], condition: str) -> bool:
        return conditionally(
            SERVICE,
            self._client.update_item,
            TableName=self._table,
            Key={"install": install_id, "media_id": media_id},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )

    def _stored(self, install_id: str, media_id: str, now: float) -> Import:
        with named_errors(SERVICE):
            reply = self._client.get_item(
                TableName=self._table, Key={"install": install_id, "media_id": media_id}, ConsistentRead=True
            )
        stored: dict[str, Any] = dict(reply.get("Item", {}))
        if "imported_at" in stored:
            return Import(imported_at=float(stored["imported_at"]))
        return Import(busy_until=float(stored.get("claimed_until", now)))


def _number(seconds: float) -> Decimal:
    return Decimal(str(seconds))
