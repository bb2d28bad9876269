"""What the redirect reads and writes: campaigns, clicks, quotas, and the keys that visitors are hashed with.

Campaigns are read consistently and remembered for `FRESH` seconds, as are keys without one, so that a change reaches
every execution environment within that time. While DynamoDB cannot be read, what is remembered is used for `STALE`
seconds.
"""

import os
from typing import Any, NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.tracking.clicks import Item
from signpost.tracking.hours import DAY, HOUR
from signpost.tracking.redirect.destinations import Destination
from signpost.tracking.redirect.dynamodb_client import Client
from signpost.tracking.redirect.errors import DynamoDBError
from signpost.tracking.redirect.memory import Entry, Memory

FRESH = 30.0  # seconds
STALE = 3600.0
_RETRY_READ = 2.0  # so that not every request waits for DynamoDB while it is down
_SLOTS = 16

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
            DynamoDBError: DynamoDB cannot be read, and nothing recent enough is remembered.
        """
        now = self._clock()
        entry = self._memory.get(key)
        if entry is not None and now < entry.look_again_at:
            return entry.destination
        try:
            destination = self._read(key)
        except DynamoDBError:
            if entry is None or now - entry.read_at > STALE:
                raise
            self._memory.put(key, entry._replace(look_again_at=now + _RETRY_READ))
            return entry.destination
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

    def take(self, campaign_id: str, max_clicks: int, click: str) -> bool:
        """Take one of a campaign's `max_clicks`; False when none is left.

        `click` is the click's ULID. The last few are kept with the number, so that a second try, after a lost reply,
        does not take another one.

        Raises:
            DynamoDBError: one may or may not be left.
        """
        slot = f"taken{ord(click[-1]) % _SLOTS}"
        request = {
            "TableName": self._tables.campaigns,
            "Key": {"key": {"S": f"quota#{campaign_id}"}},
            "UpdateExpression": "SET #slot = :click ADD used :one",
            # Without a number, the campaign or its limit is gone.
            "ConditionExpression": "used < :max AND (attribute_not_exists(#slot) OR #slot <> :click)",
            "ExpressionAttributeNames": {"#slot": slot},
            "ExpressionAttributeValues": {":click": {"S": click}, ":one": {"N": "1"}, ":max": {"N": str(max_clicks)}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._client.call("UpdateItem", request, self._budget)
        except DynamoDBError as error:
            if error.code != "ConditionalCheckFailedException":
                raise
            return bool(error.item.get(slot, {}).get("S") == click)
        return True

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

    def _read(self, key: str) -> Destination | None:
        # Ids are all digits; slugs never are.
        stored_key = key if key.isdecimal() else f"slug#{key}"
        reply = self._client.call(
            "GetItem",
            {"TableName": self._tables.campaigns, "Key": {"key": {"S": stored_key}}, "ConsistentRead": True},
            self._budget,
        )
        attributes: Attributes | None = reply.get("Item")
        return _destination(attributes) if attributes else None


def _attribute(value: str | int | bool) -> dict[str, str | bool]:
    if value is True or value is False:
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _destination(attributes: Attributes) -> Destination:
    expires_at = attributes.get("expires_at_seconds", {}).get("N")
    max_clicks = attributes.get("max_clicks", {}).get("N")
    return Destination(
        campaign_id=attributes["id"]["N"],
        redirect_url=attributes["redirect_url"]["S"],
        platform_urls={platform: url["S"] for platform, url in attributes["platform_urls"]["M"].items()},
        forward_query=attributes["forward_query"]["BOOL"],
        expires_at=None if expires_at is None else float(expires_at),
        max_clicks=None if max_clicks is None else int(max_clicks),
    )
