"""The Campaigns table.

key          kind      what it holds
<id>         campaign  the campaign
slug#<slug>  (absent)  a copy of it, so that /track/<slug> needs one read as well; always written together
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from signpost.platform.aws import cancellation_reasons, named_errors
from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import Conflict, NotFound, PreconditionFailed
from signpost.platform.ids import is_number_id
from signpost.tracking.campaigns.campaign import Campaign

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX = "by_age"
_SERVICE = "The campaign table"
_MAX_PAGES = 20  # read for one reply of a filtered list
_FILTERED_PAGE = 200  # campaigns looked at in each


class CampaignPage(NamedTuple):
    campaigns: list[Campaign]
    next_before: int | None  # id to continue before; None at the end


class CampaignStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def get(self, key: str) -> Campaign | None:
        with named_errors(_SERVICE):
            reply = self._client.get_item(TableName=self._table, Key={"key": key}, ConsistentRead=True)
        return _campaign(reply["Item"]) if "Item" in reply else None

    def find(self, campaign_id: str) -> Campaign:
        """The campaign that an address names by its id. Raises `NotFound`."""
        campaign = self.get(campaign_id) if is_number_id(campaign_id) else None
        if campaign is None:
            raise NotFound("There is no campaign with this id.")
        return campaign

    def create(self, campaign: Campaign) -> bool:
        """False when the id is taken; make another one.

        Raises:
            Conflict: the slug is taken.
        """
        actions: list[Any] = [self._put_new(str(campaign.id), _item(campaign))]
        if campaign.slug:
            actions.append(self._put_new(_slug_key(campaign.slug), _slug_item(campaign)))
        if campaign.max_clicks is not None:
            actions.append({"Put": {"TableName": self._table, "Item": {"key": _quota_key(campaign), "used": 0}}})
        if self._transact(actions):
            return True
        stored = self.get(str(campaign.id))
        if stored is None:
            raise _slug_taken(campaign)
        return stored == campaign  # true: an earlier try of ours got through, and its reply was lost

    def replace(self, old: Campaign, new: Campaign, used: int | None = None) -> None:
        """Write `new` over `old`; with `used`, begin to count its `max_clicks` from there.

        Raises:
            PreconditionFailed: it is no longer what `old` is, or gone.
            Conflict: the new slug is taken.
        """
        actions: list[Any] = [
            {"Put": {"TableName": self._table, "Item": {"key": str(new.id), **_item(new)}, **_unchanged(old)}}
        ]
        if new.slug and new.slug == old.slug:
            actions.append({"Put": {"TableName": self._table, "Item": {"key": _slug_key(new.slug), **_slug_item(new)}}})
        elif new.slug:
            actions.append(self._put_new(_slug_key(new.slug), _slug_item(new)))
        if old.slug and old.slug != new.slug:
            actions.append({"Delete": {"TableName": self._table, "Key": {"key": _slug_key(old.slug)}}})
        if old.max_clicks is not None and new.max_clicks is None:
            actions.append({"Delete": {"TableName": self._table, "Key": {"key": _quota_key(new)}}})
        if used is not None:
            actions.append({"Put": {"TableName": self._table, "Item": {"key": _quota_key(new), "used": used}}})
        if self._transact(actions):
            return
        stored = self.get(str(new.id))
        if stored == new:
            return  # an earlier try of ours got through, and its reply was lost
        if stored is not None and stored.version == old.version:
            raise _slug_taken(new)
        raise _changed()

    def delete(self, campaign: Campaign) -> None:
        """Raises `PreconditionFailed` when it is no longer what `campaign` is."""
        actions: list[Any] = [
            {"Delete": {"TableName": self._table, "Key": {"key": str(campaign.id)}, **_unchanged(campaign)}}
        ]
        if campaign.slug:
            actions.append({"Delete": {"TableName": self._table, "Key": {"key": _slug_key(campaign.slug)}}})
        if campaign.max_clicks is not None:
            actions.append({"Delete": {"TableName": self._table, "Key": {"key": _quota_key(campaign)}}})
        if not self._transact(actions) and self.get(str(campaign.id)) is not None:
            raise _changed()

    def newest_first(self, platforms: Sequence[str], limit: int, before: int | None) -> CampaignPage:
        """Campaigns that list all of `platforms`, made before the one with the id `before`.

        A page may hold fewer than `limit`, even none, and still not be the last one.
        """
        found: list[Campaign] = []
        values: dict[str, Any] = {":kind": "campaign"}
        condition = "kind = :kind"
        if before is not None:
            values[":before"] = before
            condition += " AND id < :before"
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": _INDEX,
            "KeyConditionExpression": condition,
            "ScanIndexForward": False,
            "Limit": limit + 1,
        }
        if platforms:
            values |= {f":p{index}": name for index, name in enumerate(platforms)}
            query["FilterExpression"] = " AND ".join(
                f"contains(platforms, :p{index})" for index in range(len(platforms))
            )
            query["Limit"] = max(query["Limit"], _FILTERED_PAGE)
        query["ExpressionAttributeValues"] = values
        last_seen: int | None = None
        for _ in range(_MAX_PAGES):
            with named_errors(_SERVICE):
                reply = self._client.query(**query)
            found.extend(_campaign(item) for item in reply["Items"])
            if len(found) > limit:
                return CampaignPage(found[:limit], found[limit - 1].id)
            if "LastEvaluatedKey" not in reply:
                return CampaignPage(found, None)
            query["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
            last_seen = int(str(reply["LastEvaluatedKey"]["id"]))
        return CampaignPage(found, last_seen)

    def ids(self) -> Iterator[list[str]]:
        """The ids of all campaigns, newest first, in pages."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=_INDEX,
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues={":kind": "campaign"},
            ScanIndexForward=False,
        )
        with named_errors(_SERVICE):
            for page in pages:
                yield [str(item["id"]) for item in page["Items"]]

    def _put_new(self, key: str, item: dict[str, Any]) -> dict[str, Any]:
        return {
            "Put": {
                "TableName": self._table,
                "Item": {"key": key, **item},
                "ConditionExpression": "attribute_not_exists(#key)",
                "ExpressionAttributeNames": {"#key": "key"},
            }
        }

    def _transact(self, actions: list[Any]) -> bool:
        """Do all or none; false when a condition did not hold."""
        try:
            with named_errors(_SERVICE):
                self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if any(reason.get("Code") == "ConditionalCheckFailed" for reason in cancellation_reasons(error)):
                return False
            raise
        return True


def _slug_taken(campaign: Campaign) -> Conflict:
    return Conflict(f"The slug '{campaign.slug}' belongs to another campaign; choose another one.")


def _changed() -> PreconditionFailed:
    return PreconditionFailed("The campaign was changed by somebody else; read it again.")


def _unchanged(campaign: Campaign) -> dict[str, Any]:
    return {"ConditionExpression": "version = :was", "ExpressionAttributeValues": {":was": campaign.version}}


def _slug_key(slug: str) -> str:
    return f"slug#{slug}"


def _quota_key(campaign: Campaign) -> str:
    return f"quota#{campaign.id}"


def _item(campaign: Campaign) -> dict[str, Any]:
    fields = {name: value for name, value in campaign._asdict().items() if value is not None}
    if campaign.expires_at is not None:
        # As a number too: the redirect compares it on every click.
        fields["expires_at_seconds"] = Decimal(str(from_rfc3339(campaign.expires_at)))
    return {"kind": "campaign", **fields}


def _slug_item(campaign: Campaign) -> dict[str, Any]:
    return {name: value for name, value in _item(campaign).items() if name != "kind"}


def _campaign(item: dict[str, Any]) -> Campaign:
    whole = {name: int(item[name]) if item.get(name) is not None else None for name in ("id", "max_clicks", "version")}
    return Campaign(**{**{name: item.get(name) for name in Campaign._fields}, **whole})  # type: ignore[arg-type]
