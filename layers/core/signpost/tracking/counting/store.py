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
    recount    <id>#2026-11-21T07  this hour got a click after it was settled; `token` is new for each request

Every change of an hour or a total raises its `revision`, and is made only if that is still the one that was read.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from signpost.platform.dynamodb import Action, Attr, Change, ConditionBase, Item, Key, Table
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
_RECOUNT = "recount"


class CountStore:
    """Reads are consistent, except `listed`. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The click counts")

    # ------------------------------------------------------------------------------------------------- live counts
    def hour(self, campaign_id: str, hour: str) -> Hour:
        return _hour(self._get(campaign_id, f"hour#{hour}"))

    def add(
        self, campaign_id: str, hour: str, counts: Mapping[str, int], *, shard: str, after: str | None, upto: str
    ) -> Hour | None:
        """Add `counts` to an open hour whose mark for `shard` is still `after`, and move the mark to `upto`.

        This is one conditional write, so a second one changes nothing. Returns None when it is done, and the hour as it
        is now when it is settled or has another mark.
        """
        mark = Attr(_MARK + shard)
        added = self._table.update_if(
            _key(campaign_id, f"hour#{hour}"),
            Change(add={"revision": 1, **counts}, set={_MARK + shard: upto}),
            Attr("settled").not_exists() & (mark.not_exists() if after is None else mark.eq(after)),
        )
        return None if added else self.hour(campaign_id, hour)

    # --------------------------------------------------------------------------------------------------- settling
    def total(self, campaign_id: str) -> Total:
        return _total(self._get(campaign_id, "total"))

    def hours(self, campaign_id: str, first: str, last: str) -> dict[str, Hour]:
        """The hours from `first` to `last`, both included, that have any counts."""
        found = self._between(campaign_id, f"hour#{first}", f"hour#{last}")
        return {item["period"].removeprefix("hour#"): _hour(item) for item in found}

    def days(self, campaign_id: str, first: str, last: str) -> dict[str, Day]:
        """The days from `first` to `last`, both included, that have settled hours with clicks."""
        found = self._between(campaign_id, f"day#{first}", f"day#{last}")
        return {item["period"].removeprefix("day#"): _day(item) for item in found}

    def add_visitors(self, campaign_id: str, hour: str, key: str, visitors: Collection[int], ttl: int) -> None:
        """Keep more pseudonyms of an hour's visitors, until `ttl` (seconds since 1970).

        `key` is new each time: a recount that another has overtaken must not overwrite what that one found.
        """
        pseudonyms = array("Q", sorted(visitors)).tobytes()
        self._table.put(_key(campaign_id, f"visitors#{hour}#{key}") | {"visitors": pseudonyms, "ttl": ttl})

    def visitors(self, campaign_id: str, day: str) -> int:
        """How many different visitors a day's settled hours had."""
        different: set[int] = set()
        for item in self._between(campaign_id, f"visitors#{day}T", f"visitors#{day}T~"):
            different.update(array("Q", item["visitors"]))
        return len(different)

    def settle(
        self, campaign_id: str, hour: str, counts: Counts, *, was: Hour, total: Total, new_total: Total, day: Day
    ) -> None:
        """Replace an hour's counters, its day's and the total, all or none.

        Raises:
            Conflict: the hour or the total changed since they were read; nothing was written.
        """
        settled = {"settled": True, "revision": was.revision + 1, **counts}
        self._transact(
            [
                self._table.putting(_key(campaign_id, f"hour#{hour}") | settled, _is(was)),
                self._table.putting(_total_item(campaign_id, new_total), _is(total)),
                self._table.putting(_key(campaign_id, f"day#{day_of(hour)}") | _day_attributes(day)),
                self._table.deleting(_key(campaign_id, "progress")),
            ]
        )

    def skip_to(self, campaign_id: str, total: Total, hour: str) -> None:
        """Settle the empty hours before `hour` in one write.

        Raises:
            Conflict: the total changed since it was read.
        """
        skipped = total._replace(settled_until=hour, revision=total.revision + 1)
        self._transact([self._table.putting(_total_item(campaign_id, skipped), _is(total))])

    def progress(self, campaign_id: str) -> RecountProgress | None:
        item = self._get(campaign_id, "progress")
        if not item:
            return None
        return RecountProgress(
            hour=item["hour"],
            revision=item["of_revision"],
            token=item["token"],
            bucket=item["bucket"],
            last_click=item["last_click"],
            counts=_counts(item["counts"]),
        )

    def save_progress(self, campaign_id: str, progress: RecountProgress) -> None:
        fields = progress._asdict()
        self._table.put(_key(campaign_id, "progress") | {"of_revision": fields.pop("revision"), **fields})

    # ---------------------------------------------------------------------------------------------- late clicks
    def ask_recount(self, campaign_id: str, hour: str, token: str) -> None:
        """Request a recount of a settled hour. `token` is new for each late click, so that none is missed."""
        self._table.put(_key(_RECOUNT, f"{campaign_id}#{hour}") | {"token": token})

    def recount_requests(self) -> Iterator[RecountRequest]:
        for item in self._between(_RECOUNT, "0", "~"):
            campaign_id, _, hour = item["period"].partition("#")
            yield RecountRequest(campaign_id, hour, item["token"])

    def recount_done(self, request: RecountRequest) -> None:
        """Delete a request, unless another late click has renewed it."""
        key = _key(_RECOUNT, f"{request.campaign_id}#{request.hour}")
        self._table.delete_if(key, Attr("token").eq(request.token))

    # ---------------------------------------------------------------------------------------------------- reading
    def current(self, campaign_id: str) -> Counts:
        """All counts of a campaign without breakdowns: the settled total and the hours after it."""
        total = self.total(campaign_id)
        result = Counts(total.counts)
        for hour in self.hours(campaign_id, total.settled_until or "0", "~").values():
            result.update(_totals(hour.counts))
        return result

    def set_listed(self, campaign_id: str, counts: Counts) -> None:
        self._table.put(_key(campaign_id, "listed") | _totals(counts))

    def listed(self, campaign_ids: Iterable[str]) -> dict[str, Counts]:
        """What lists show of these campaigns, except those that were never counted."""
        found = self._table.batch_get([_key(each, "listed") for each in campaign_ids], consistent=False)
        return {item["campaign"]: _counts(item) for item in found}

    def totals_of(self, campaign_ids: Iterable[str]) -> dict[str, Total]:
        """The settled totals of these campaigns, except those that were never counted."""
        found = self._table.batch_get([_key(each, "total") for each in campaign_ids])
        return {item["campaign"]: _total(item) for item in found}

    def days_of(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Day]:
        """Days of campaigns, without breakdowns, by campaign and day; only those that there are."""
        keys = (_key(campaign_id, f"day#{day}") for campaign_id, day in wanted)
        found = self._table.batch_get(keys, attributes=("campaign", "period", "hours", VISITORS))
        return {(item["campaign"], item["period"].removeprefix("day#")): _day(item) for item in found}

    def hours_of(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Counts]:
        """The five totals of hours of campaigns, by campaign and hour; only those that have any."""
        keys = (_key(campaign_id, f"hour#{hour}") for campaign_id, hour in wanted)
        found = self._table.batch_get(keys, attributes=("campaign", "period", *TOTALS))
        return {(item["campaign"], item["period"].removeprefix("hour#")): _counts(item) for item in found}

    # -------------------------------------------------------------------------------------------------- DynamoDB
    def _get(self, campaign_id: str, period: str) -> Item:
        return self._table.get(_key(campaign_id, period)) or {}

    def _between(self, campaign_id: str, first: str, last: str) -> Iterator[Item]:
        return self._table.items(Key("campaign").eq(campaign_id) & Key("period").between(first, last))

    def _transact(self, actions: Iterable[Action]) -> None:
        if self._table.transact(actions):
            raise Conflict("These counts were changed at the same time; read them again.")


def _key(campaign_id: str, period: str) -> Item:
    return {"campaign": campaign_id, "period": period}


def _is(read: Hour | Total) -> ConditionBase:
    """It has not changed since it was read."""
    revision = Attr("revision")
    return revision.eq(read.revision) if read.revision else revision.not_exists()


def _day_attributes(day: Day) -> Item:
    hours = {hour: dict(counts) for hour, counts in day.hours.items()}
    return {**day.counts, VISITORS: day.visitors, "hours": hours}


def _day(item: Item) -> Day:
    hours = {hour: _counts(counts) for hour, counts in item.get("hours", {}).items()}
    return Day(_counts(item), item.get(VISITORS, 0), hours)


def _total(item: Item) -> Total:
    return Total(_counts(item), item.get("settled_until"), item.get("revision", 0))


def _total_item(campaign_id: str, total: Total) -> Item:
    attributes = {"settled_until": total.settled_until, "revision": total.revision}
    return _key(campaign_id, "total") | attributes | total.counts


def _hour(item: Item) -> Hour:
    marks = {name.removeprefix(_MARK): value for name, value in item.items() if name.startswith(_MARK)}
    return Hour(_counts(item), marks, bool(item.get("settled")), item.get("revision", 0))


def _counts(item: Mapping[str, object]) -> Counts:
    return Counts(
        {name: value for name, value in item.items() if isinstance(value, int) and (name in TOTALS or ":" in name)}
    )


def _totals(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in TOTALS if name in counts}
