"""What the redirect reads and writes: campaigns, clicks, quotas, and the keys that visitors are hashed with.

Campaigns are read consistently and cached for `FRESH` seconds, as are keys without one, so that a change reaches every
execution environment within that time. While DynamoDB cannot be read, the cache is used for `STALE` seconds.
"""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.tracking.clicks import Item
from signpost.tracking.hours import DAY, HOUR
from signpost.tracking.limits import FRESH
from signpost.tracking.redirect.destinations import Destination, Limit, Quota
from signpost.tracking.redirect.dynamodb_client import Client
from signpost.tracking.redirect.errors import DynamoDBError
from signpost.tracking.redirect.memory import Entry, Memory

STALE = 3600.0  # seconds
_RETRY_READ = 2.0  # so that not every request waits for DynamoDB while it is down
_SLOTS = 16
_PAGE = 500  # clicks; a reply stays far below the client's limit
_CONDITION_FAILED = "ConditionalCheckFailedException"

Attributes = dict[str, dict[str, Any]]


class Tables(NamedTuple):
    campaigns: str
    clicks: str
    visitor_keys: str


class RedirectStore:
    """`budget` is how many seconds one call may take, over both tries."""

    def __init__(self, client: Client, tables: Tables, budget: float, clock: Clock = system_clock) -> None:
        self._client, self._tables, self._budget, self._clock = client, tables, budget, clock
        self._memory = Memory()
        self._visitor_day, self._visitor_key, self._look_for_visitor_key_at = "", b"", 0.0

    def destination(self, key: str) -> Destination | None:
        """The campaign with that id or slug, or None.

        Raises:
            DynamoDBError: DynamoDB cannot be read, and nothing recent enough is cached.
        """
        now = self._clock()
        entry = self._memory.get(key)
        if entry is not None and now < entry.look_again_at:
            return entry.destination
        try:
            return self.read(key)
        except DynamoDBError:
            if entry is None or now - entry.read_at > STALE:
                raise
            self._memory.put(key, entry._replace(look_again_at=now + _RETRY_READ))
            return entry.destination

    def read(self, key: str) -> Destination | None:
        """The same, as it is now.

        Raises:
            DynamoDBError: DynamoDB cannot be read.
        """
        now = self._clock()
        destination = None
        for stored_key in _stored_keys(key):
            reply = self._client.call(
                "GetItem",
                {"TableName": self._tables.campaigns, "Key": {"key": {"S": stored_key}}, "ConsistentRead": True},
                self._budget,
            )
            attributes: Attributes | None = reply.get("Item")
            if attributes:
                destination = _destination(attributes)
                break
        self._memory.put(key, Entry(destination, now, now + FRESH))
        return destination

    def add_click(self, item: Item) -> None:
        """Store a click. Storing it again changes nothing.

        Raises:
            DynamoDBError: the click may or may not be stored.
        """
        self._client.call(
            "PutItem",
            {"TableName": self._tables.clicks, "Item": {n: _attribute(v) for n, v in item.items()}},
            self._budget,
        )

    def take(self, campaign_id: str, limit: str, click: str, *, in_force: bool) -> Quota | None:
        """Take one click from a limit. Returns None when that is done, otherwise the current quota.

        Once the limit is `in_force`, none can be taken before all earlier clicks are counted. `click` is a ULID. The
        last few are kept with the number, so that a retry after a lost reply does not take another one.

        Raises:
            DynamoDBError: one may or may not be left.
        """
        slot = f"taken{ord(click[-1]) % _SLOTS}"
        request = {
            **self._quota(campaign_id),
            "UpdateExpression": "SET #slot = :click ADD used :one",
            "ConditionExpression": "#limit = :limit AND used < #max"
            " AND (attribute_not_exists(#slot) OR #slot <> :click)"
            + (" AND attribute_not_exists(uncounted)" if in_force else ""),
            "ExpressionAttributeNames": {"#slot": slot, "#limit": "limit", "#max": "max"},
            "ExpressionAttributeValues": {":click": {"S": click}, ":one": {"N": "1"}, ":limit": {"S": limit}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._client.call("UpdateItem", request, self._budget)
        except DynamoDBError as error:
            if error.code != _CONDITION_FAILED:
                raise
            return _quota(error.item, slot)
        return None

    def untaken(self, click_partition: str, limit: str, first: str, last: str) -> Iterator[list[dict[str, str]]]:
        """A partition's clicks from the ULID `first` to `last` that were not taken from this limit, in pages.

        Each is represented by its stored User-Agent; known bots are left out. A page may be empty.

        Raises:
            DynamoDBError: not all can be read.
        """
        request: dict[str, Any] = {
            "TableName": self._tables.clicks,
            "KeyConditionExpression": "#partition = :partition AND click BETWEEN :first AND :last",
            "FilterExpression": "attribute_not_exists(bot) AND (attribute_not_exists(#limit) OR #limit <> :limit)",
            "ProjectionExpression": "#agent",
            "ExpressionAttributeNames": {"#partition": "partition", "#limit": "limit", "#agent": "agent"},
            "ExpressionAttributeValues": {
                ":partition": {"S": click_partition},
                ":first": {"S": first},
                ":last": {"S": last},
                ":limit": {"S": limit},
            },
            "ConsistentRead": True,
            "Limit": _PAGE,
        }
        while True:
            reply = self._client.call("Query", request, self._budget)
            yield [{name: value["S"] for name, value in item.items()} for item in reply["Items"]]
            if "LastEvaluatedKey" not in reply:
                return
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]

    def add_counted(self, campaign_id: str, limit: str, bucket: str, number: int) -> None:
        """Add a bucket's clicks to `used`, unless that has been done.

        Raises:
            DynamoDBError: it may or may not be done.
        """
        request = {
            **self._quota(campaign_id),
            "UpdateExpression": "ADD used :number DELETE uncounted :buckets",
            "ConditionExpression": "#limit = :limit AND contains(uncounted, :bucket)",
            "ExpressionAttributeNames": {"#limit": "limit"},
            "ExpressionAttributeValues": {
                ":number": {"N": str(number)},
                ":buckets": {"SS": [bucket]},
                ":bucket": {"S": bucket},
                ":limit": {"S": limit},
            },
        }
        try:
            self._client.call("UpdateItem", request, self._budget)
        except DynamoDBError as error:
            if error.code != _CONDITION_FAILED:
                raise

    def visitor_key(self, day: str) -> bytes:
        """The key that a UTC day's visitors are hashed with, made when it is first needed; empty if DynamoDB is down.

        It expires an hour after its day, and DynamoDB deletes it within days. After that, nobody can find out who a
        visitor was.
        """
        now = self._clock()
        if self._visitor_day != day and now >= self._look_for_visitor_key_at:
            try:
                self._visitor_key = self._find_visitor_key(day, now)
                self._visitor_day = day
            except DynamoDBError:
                self._look_for_visitor_key_at = now + _RETRY_READ
        return self._visitor_key if self._visitor_day == day else b""

    def _find_visitor_key(self, day: str, now: float) -> bytes:
        request = {
            "TableName": self._tables.visitor_keys,
            "Key": {"day": {"S": day}},
            "UpdateExpression": "SET secret = if_not_exists(secret, :secret), #ttl = if_not_exists(#ttl, :ttl)",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {
                ":secret": {"S": os.urandom(32).hex()},
                ":ttl": {"N": str(int(now) // DAY * DAY + DAY + HOUR)},
            },
            "ReturnValues": "ALL_NEW",
        }
        reply = self._client.call("UpdateItem", request, self._budget)
        return bytes.fromhex(reply["Attributes"]["secret"]["S"])

    def _quota(self, campaign_id: str) -> dict[str, Any]:
        return {"TableName": self._tables.campaigns, "Key": {"key": {"S": f"quota#{campaign_id}"}}}


def _stored_keys(key: str) -> tuple[str, ...]:
    """Where the campaign is: ids are all digits, which slugs never are. Slugs used to be kept as they were written."""
    if key.isdecimal():
        return (key,)
    lower = key.lower()
    return (f"slug#{lower}",) if key == lower else (f"slug#{lower}", f"slug#{key}")


def _attribute(value: str | int | bool) -> dict[str, str | bool]:
    if value is True or value is False:
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _destination(attributes: Attributes) -> Destination:
    expires_at = attributes.get("expires_at_seconds", {}).get("N")
    limit = attributes.get("limit", {}).get("S")
    return Destination(
        campaign_id=attributes["id"]["N"],
        redirect_url=attributes["redirect_url"]["S"],
        platform_urls={platform: url["S"] for platform, url in attributes["platform_urls"]["M"].items()},
        forward_query=attributes["forward_query"]["BOOL"],
        expires_at=None if expires_at is None else float(expires_at),
        limit=None if limit is None else Limit(limit, float(attributes["limit_from_seconds"]["N"])),
    )


def _quota(item: Attributes, slot: str) -> Quota:
    if not item:
        return Quota()
    return Quota(
        limit=item["limit"]["S"],
        used=int(item["used"]["N"]),
        max=int(item["max"]["N"]),
        uncounted=item.get("uncounted", {}).get("SS", ()),
        counted_to=item.get("counted_to", {}).get("S", ""),
        taken_by=item.get(slot, {}).get("S", ""),
    )
