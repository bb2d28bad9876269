"""The ClickCounts table.

    campaign   period              what it holds
    <id>       hour#2026-11-21T07  the hour's counters; while open also `shard:<id>`, the highest sequence number that
                                   was added from that stream shard; `settled` once recounted
    <id>       day#2026-11-21      the sum of the day's settled hours; `visitors`, how many different ones; `hours`, the
                                   five totals of each settled hour
    <id>       visitors#2026-11-21T07#<ULID>  pseudonyms of the hour's visitors, 8 bytes each, some perhaps twice
    <id>       total               the sum of all settled hours without breakdowns; `settled_until`, the first hour
                                   that is not settled
    <id>       listed              what lists show: total and open hours at the last refresh
    <id>       progress            how far the recount of a very large hour has come
    recount    <id>#2026-11-21T07  this hour got a click after it was settled; `token` tells one request from the next

Hours and totals carry `revision`, raised by each change: whoever read one writes on condition that it still is what
was read.
"""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from signpost.platform.aws import cancellation_reasons, conditionally, named_errors
from signpost.platform.errors import Conflict
from signpost.tracking.counting.counts import (
    TOTALS,
    VISITORS,
    Counts,
    Day,
    Hour,
    RecountProgress,
    RecountRequest,
    Total,
)
from signpost.tracking.hours import day_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MARK = "shard:"
_SERVICE = "The click counts"
_RECOUNT = "recount"
_BATCH_GET = 100  # DynamoDB's limit of keys in one call


class CountStore:
    """All reads are consistent. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    # ------------------------------------------------------------------------------------------------- live counts
    def hour(self, campaign_id: str, hour: str) -> Hour:
        return _hour(self._get(campaign_id, f"hour#{hour}"))

    def add(
        self, campaign_id: str, hour: str, counts: Mapping[str, int], *, shard: str, after: str | None, upto: str
    ) -> Hour | None:
        """Add `counts` to an open hour whose mark for `shard` is still `after`, and move the mark to `upto`.

        One conditional write, so doing it again does nothing. Returns None when it was done, and the hour as it
        is when it was not, because it is settled or its mark is another.
        """
        names = {f"#n{index}": name for index, name in enumerate(counts)}
        values: dict[str, Any] = {f":n{index}": number for index, number in enumerate(counts.values())}
        names |= {"#mark": _MARK + shard}
        values |= {":upto": upto, ":one": 1}
        if after is not None:
            values[":after"] = after
        unchanged = "attribute_not_exists(#mark)" if after is None else "#mark = :after"
        additions = ", ".join(f"#n{index} :n{index}" for index in range(len(counts)))
        added = conditionally(
            _SERVICE,
            self._client.update_item,
            TableName=self._table,
            Key={"campaign": campaign_id, "period": f"hour#{hour}"},
            UpdateExpression=f"ADD revision :one, {additions} SET #mark = :upto",
            ConditionExpression=f"attribute_not_exists(settled) AND {unchanged}",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
        return None if added else self.hour(campaign_id, hour)

    # --------------------------------------------------------------------------------------------------- settling
    def total(self, campaign_id: str) -> Total:
        item = self._get(campaign_id, "total")
        return Total(_counts(item), item.get("settled_until"), int(item.get("revision", 0)))

    def hours(self, campaign_id: str, first: str, last: str) -> dict[str, Hour]:
        """The hours from `first` to `last`, both included, that have any counts."""
        found = self._query(campaign_id, f"hour#{first}", f"hour#{last}")
        return {item["period"].removeprefix("hour#"): _hour(item) for item in found}

    def day(self, campaign_id: str, day: str) -> Day:
        return _day(self._get(campaign_id, f"day#{day}"))

    def days(self, campaign_id: str, first: str, last: str) -> dict[str, Day]:
        """The days from `first` to `last`, both included, that have settled hours with clicks."""
        found = self._query(campaign_id, f"day#{first}", f"day#{last}")
        return {item["period"].removeprefix("day#"): _day(item) for item in found}

    def add_visitors(self, campaign_id: str, hour: str, key: str, visitors: Collection[int], ttl: int) -> None:
        """Keep pseudonyms of an hour's visitors until `ttl`, seconds since 1970, beside those kept before.

        `key` is new each time: a recount that was overtaken by another must not write over what that one found.
        """
        item: dict[str, Any] = {
            "campaign": campaign_id,
            "period": f"visitors#{hour}#{key}",
            "visitors": array("Q", sorted(visitors)).tobytes(),
            "ttl": ttl,
        }
        with named_errors(_SERVICE):
            self._client.put_item(TableName=self._table, Item=item)

    def visitors(self, campaign_id: str, day: str) -> int:
        """How many different visitors a day's settled hours had."""
        different: set[int] = set()
        for item in self._query(campaign_id, f"visitors#{day}T", f"visitors#{day}T~"):
            different.update(array("Q", bytes(item["visitors"])))
        return len(different)

    def settle(
        self,
        campaign_id: str,
        hour: str,
        counts: Counts,
        *,
        was: Hour,
        total: Total,
        new_total: Total,
        day: Day,
    ) -> None:
        """Replace an hour's counters, its day's and the total, all or none.

        Raises:
            Conflict: the hour or the total changed since they were read; nothing was written.
        """
        key = {"campaign": campaign_id}
        hour_item = {**key, "period": f"hour#{hour}", "settled": True, "revision": was.revision + 1, **counts}
        self._transact(
            [
                self._put(hour_item, was.revision),
                self._put(_total_item(campaign_id, new_total), total.revision),
                {"Put": {"TableName": self._table, "Item": {**key, "period": f"day#{day_of(hour)}", **_day_item(day)}}},
                {"Delete": {"TableName": self._table, "Key": {**key, "period": "progress"}}},
            ]
        )

    def skip_to(self, campaign_id: str, total: Total, hour: str) -> None:
        """Settle the empty hours before `hour` at once.

        Raises:
            Conflict: the total changed since it was read.
        """
        item = _total_item(campaign_id, total._replace(settled_until=hour, revision=total.revision + 1))
        self._transact([self._put(item, total.revision)])

    def progress(self, campaign_id: str) -> RecountProgress | None:
        item = self._get(campaign_id, "progress")
        if not item:
            return None
        return RecountProgress(
            item["hour"],
            int(item["of_revision"]),
            item["token"],
            int(item["bucket"]),
            item["last_click"],
            _counts(item["counts"]),
        )

    def save_progress(self, campaign_id: str, progress: RecountProgress) -> None:
        item: dict[str, Any] = {
            "campaign": campaign_id,
            "period": "progress",
            "hour": progress.hour,
            "of_revision": progress.revision,
            "token": progress.token,
            "bucket": progress.bucket,
            "last_click": progress.last_click,
            "counts": dict(progress.counts),
        }
        with named_errors(_SERVICE):
            self._client.put_item(TableName=self._table, Item=item)

    # ---------------------------------------------------------------------------------------------- late clicks
    def ask_recount(self, campaign_id: str, hour: str, token: str) -> None:
        """Have a settled hour counted again. `token` is new for each late click, so that none is overlooked."""
        item = {"campaign": _RECOUNT, "period": f"{campaign_id}#{hour}", "token": token}
        with named_errors(_SERVICE):
            self._client.put_item(TableName=self._table, Item=item)

    def recount_requests(self) -> Iterator[RecountRequest]:
        for item in self._query(_RECOUNT, "0", "~"):
            campaign_id, _, hour = item["period"].partition("#")
            yield RecountRequest(campaign_id, hour, item["token"])

    def recount_done(self, request: RecountRequest) -> None:
        """Forget a request, unless another late click has renewed it."""
        conditionally(
            _SERVICE,
            self._client.delete_item,
            TableName=self._table,
            Key={"campaign": _RECOUNT, "period": f"{request.campaign_id}#{request.hour}"},
            ConditionExpression="#token = :token",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":token": request.token},
        )

    # ---------------------------------------------------------------------------------------------------- reading
    def current(self, campaign_id: str, total: Total | None = None) -> Counts:
        """All counts of a campaign without breakdowns: the settled total and the hours after it."""
        total = total or self.total(campaign_id)
        result = Counts(total.counts)
        for hour in self.hours(campaign_id, total.settled_until or "0", "~").values():
            result.update(_totals(hour.counts))
        return result

    def set_listed(self, campaign_id: str, counts: Counts) -> None:
        with named_errors(_SERVICE):
            self._client.put_item(
                TableName=self._table, Item={"campaign": campaign_id, "period": "listed", **_totals(counts)}
            )

    def listed(self, campaign_ids: Sequence[str]) -> dict[str, Counts]:
        """What lists show of these campaigns; those never counted are absent."""
        result: dict[str, Counts] = {}
        for start in range(0, len(campaign_ids), _BATCH_GET):
            keys: list[Any] = [{"campaign": each, "period": "listed"} for each in campaign_ids[start:][:_BATCH_GET]]
            while keys:
                with named_errors(_SERVICE):
                    reply = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys}})
                for item in reply["Responses"].get(self._table, []):
                    result[str(item["campaign"])] = _counts(item)
                left = reply["UnprocessedKeys"].get(self._table)
                keys = list(left["Keys"]) if left else []
        return result

    # -------------------------------------------------------------------------------------------------- DynamoDB
    def _get(self, campaign_id: str, period: str) -> dict[str, Any]:
        with named_errors(_SERVICE):
            reply = self._client.get_item(
                TableName=self._table, Key={"campaign": campaign_id, "period": period}, ConsistentRead=True
            )
        return reply.get("Item", {})

    def _query(self, campaign_id: str, first: str, last: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="campaign = :campaign AND period BETWEEN :first AND :last",
            ExpressionAttributeValues={":campaign": campaign_id, ":first": first, ":last": last},
            ConsistentRead=True,
        )
        with named_errors(_SERVICE):
            for page in pages:
                yield from page["Items"]

    def _put(self, item: dict[str, Any], was_revision: int) -> dict[str, Any]:
        if was_revision:
            condition = {
                "ConditionExpression": "revision = :was",
                "ExpressionAttributeValues": {":was": was_revision},
            }
        else:
            condition = {"ConditionExpression": "attribute_not_exists(revision)"}
        return {"Put": {"TableName": self._table, "Item": item, **condition}}

    def _transact(self, actions: list[Any]) -> None:
        try:
            with named_errors(_SERVICE):
                self._client.transact_write_items(TransactItems=actions)
        except ClientError as error:
            if any(reason.get("Code") == "ConditionalCheckFailed" for reason in cancellation_reasons(error)):
                raise Conflict("These counts were changed at the same time; read them again.") from error
            raise


def _day_item(day: Day) -> dict[str, Any]:
    hours = {hour: dict(counts) for hour, counts in day.hours.items()}
    return {**day.counts, VISITORS: day.visitors, "hours": hours}


def _day(item: Mapping[str, Any]) -> Day:
    hours = {hour: _counts(counts) for hour, counts in item.get("hours", {}).items()}
    return Day(_counts(item), int(item.get(VISITORS, 0)), hours)


def _total_item(campaign_id: str, total: Total) -> dict[str, Any]:
    return {
        "campaign": campaign_id,
        "period": "total",
        "settled_until": total.settled_until,
        "revision": total.revision,
        **total.counts,
    }


def _hour(item: Mapping[str, Any]) -> Hour:
    marks = {name.removeprefix(_MARK): value for name, value in item.items() if name.startswith(_MARK)}
    return Hour(_counts(item), marks, bool(item.get("settled")), int(item.get("revision", 0)))


def _counts(item: Mapping[str, Any]) -> Counts:
    return Counts(
        {
            name: int(value)
            for name, value in item.items()
            if isinstance(value, Decimal) and (name in TOTALS or ":" in name)
        }
    )


def _totals(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in TOTALS if name in counts}
