"""The ClickCounts table.

    campaign   period                    what it holds
    <id>       quarter#2026-11-21T07:15  the quarter hour's counters; until it is settled also `shard:<id>`, the highest
                                         sequence number that was added from that stream shard; `settled` once recounted
    <id>       day#2026-11-21            the sum of the day's settled hours; `visitors`, how many different ones, and
                                         whether that is `approximate`; `quarters`, the five totals of each
    <id>       visitors#2026-11-21       the pseudonyms that the day's visitors are counted by, 8 bytes each; `more`, if
                                         these are the smallest only: see visitors.py
    <id>       total                     the sum of all settled hours without breakdowns; `settled_until`, the first
                                         hour that is not settled
    <id>       progress                  how far the recount of a very large hour has come
    recount    <id>#2026-11-21T07        this hour got a click after it was settled; `token` is new for each request

Every change of a quarter, a total or visitors raises its `revision`, on condition that it has not changed since it was
read.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from signpost.platform.dynamodb import Action, Attr, Change, ConditionBase, Item, Key, Table
from signpost.platform.errors import Conflict
from signpost.platform.ids import number_id_time
from signpost.tracking.counting.counts import (
    TOTALS,
    VISITORS,
    Counts,
    Day,
    Quarter,
    Quarters,
    RecountProgress,
    RecountRequest,
    Total,
)
from signpost.tracking.counting.visitors import VisitorCount, Visitors
from signpost.tracking.hours import QUARTER, hour_of, is_quarter, quarters_between, start_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_QUARTER = "quarter#"
_MARK = "shard:"
_APPROXIMATE = "approximate"
_RECOUNT = "recount"
_MOST_OPEN = 16  # quarters: hours are settled ten minutes after their end, so there are seven or fewer


class CountStore:
    """Reads are consistent. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The click counts")

    # ------------------------------------------------------------------------------------------------- live counts
    def quarter(self, campaign_id: str, quarter: str) -> Quarter:
        return _quarter(self._get(campaign_id, _QUARTER + quarter))

    def add(
        self, campaign_id: str, quarter: str, counts: Mapping[str, int], *, shard: str, after: str | None, upto: str
    ) -> Quarter | None:
        """Add `counts` to an open quarter whose mark for `shard` is still `after`, and move the mark to `upto`.

        This is one conditional write, so repeating it changes nothing. Returns None when it is done, or the current
        quarter if that is settled or has another mark.
        """
        mark = Attr(_MARK + shard)
        added = self._table.update_if(
            _key(campaign_id, _QUARTER + quarter),
            Change(add={"revision": 1, **counts}, set={_MARK + shard: upto}),
            Attr("settled").not_exists() & (mark.not_exists() if after is None else mark.eq(after)),
        )
        return None if added else self.quarter(campaign_id, quarter)

    # --------------------------------------------------------------------------------------------------- settling
    def total(self, campaign_id: str) -> Total:
        return _total(self._get(campaign_id, "total"))

    def quarters(self, campaign_id: str, first: str, last: str) -> dict[str, Quarter]:
        """The quarters from hour or day `first` to the end of `last`, both included, that have any counts."""
        found = self._between(campaign_id, f"{_QUARTER}{first}", f"{_QUARTER}{last}~")
        named = {item["period"].removeprefix(_QUARTER): _quarter(item) for item in found}
        return {name: quarter for name, quarter in named.items() if is_quarter(name)}

    def days(self, campaign_id: str, first: str, last: str) -> dict[str, Day]:
        """The days from `first` to `last`, both included, that have settled hours with clicks."""
        found = self._between(campaign_id, f"day#{first}", f"day#{last}")
        return {item["period"].removeprefix("day#"): _day(item) for item in found}

    def visitors(self, campaign_id: str, day: str, most: int) -> tuple[Visitors, int]:
        """The visitors of a day's settled hours, and their revision."""
        item = self._get(campaign_id, f"visitors#{day}")
        kept = array("Q", item.get("kept", b""))
        return Visitors(kept, more=item.get("more", False), most=most), item.get("revision", 0)

    def replace_visitors(self, campaign_id: str, day: str, visitors: Visitors, *, revision: int, ttl: int) -> bool:
        """Keep these until `ttl` (seconds since 1970); False if their revision has changed."""
        kept = {"kept": array("Q", visitors.kept).tobytes(), "more": visitors.more}
        item = _key(campaign_id, f"visitors#{day}") | kept | {"revision": revision + 1, "ttl": ttl}
        return self._table.put_if(item, _is(revision))

    def settle(
        self,
        campaign_id: str,
        day: str,
        quarters: Mapping[str, Counts],
        *,
        was: Quarters,
        total: Total,
        new_total: Total,
        new_day: Day,
    ) -> None:
        """Replace an hour's quarters, its day and the total, all or nothing.

        Raises:
            Conflict: one of the quarters or the total changed since they were read; nothing was written.
        """
        revisions = {name: was[name].revision if name in was else 0 for name in quarters}
        self._transact(
            [
                *(
                    self._table.putting(
                        _key(campaign_id, _QUARTER + name)
                        | {"settled": True, "revision": revisions[name] + 1, **counts},
                        _is(revisions[name]),
                    )
                    for name, counts in quarters.items()
                ),
                self._table.putting(_total_item(campaign_id, new_total), _is(total.revision)),
                self._table.putting(_key(campaign_id, f"day#{day}") | _day_attributes(new_day)),
                self._table.deleting(_key(campaign_id, "progress")),
            ]
        )

    def skip_to(self, campaign_id: str, total: Total, hour: str) -> None:
        """Settle the empty hours before `hour` in one write.

        Raises:
            Conflict: the total changed since it was read.
        """
        skipped = total._replace(settled_until=hour, revision=total.revision + 1)
        self._transact([self._table.putting(_total_item(campaign_id, skipped), _is(total.revision))])

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
            counts={quarter: _counts(counts) for quarter, counts in item["counts"].items()},
        )

    def save_progress(self, campaign_id: str, progress: RecountProgress) -> None:
        fields = progress._asdict() | {"counts": {name: dict(counts) for name, counts in progress.counts.items()}}
        self._table.put(_key(campaign_id, "progress") | {"of_revision": fields.pop("revision"), **fields})

    # ---------------------------------------------------------------------------------------------- late clicks
    def ask_recount(self, campaign_id: str, hour: str, token: str) -> None:
        """Request a recount of a settled hour. `token` is new for each late click, so that none is missed."""
        self._table.put(_key(_RECOUNT, f"{campaign_id}#{hour}") | {"token": token})

    def recount_requests(self) -> Iterator[RecountRequest]:
        for item in self._between(_RECOUNT, "0", "~"):
            campaign_id, _, hour = item["period"].partition("#")
            yield RecountRequest(campaign_id, hour, item.get("token", ""), item["period"])

    def recount_done(self, request: RecountRequest) -> None:
        """Delete a request, unless another late click has renewed it."""
        token = Attr("token")
        same = token.eq(request.token) if request.token else token.not_exists()
        self._table.delete_if(_key(_RECOUNT, request.period), same)

    # ---------------------------------------------------------------------------------------------------- reading
    def current(self, campaign_id: str) -> Counts:
        """All counts of a campaign without breakdowns: the settled total and the quarters after it."""
        total = self.total(campaign_id)
        return _sum(total.counts, self.quarters(campaign_id, total.settled_until or "0", "~").values())

    def current_of(self, campaign_ids: Iterable[str], now: float) -> dict[str, Counts]:
        """The same for many campaigns, with a call for each hundred items: their totals, and the quarters since.

        A campaign that has not been settled for hours takes two calls of its own.
        """
        totals = self.totals_of(campaign_ids)
        found = self.open_quarters_of(totals, now)
        return {each: _sum(total.counts, found[each].values()) for each, total in totals.items()}

    def totals_of(self, campaign_ids: Iterable[str]) -> dict[str, Total]:
        """The settled totals of these campaigns."""
        ids = list(dict.fromkeys(campaign_ids))
        items = {item["campaign"]: item for item in self._table.batch_get([_key(each, "total") for each in ids])}
        return {each: _total(items.get(each, {})) for each in ids}

    def open_quarters_of(self, totals: Mapping[str, Total], now: float) -> dict[str, Quarters]:
        """Of each campaign the quarters that were not settled when its total was read, without breakdowns."""
        since = {each: start_of(total.settled_until or _first_hour(each)) for each, total in totals.items()}
        end = int(now) + QUARTER  # a redirect's clock may be ahead of ours
        up_to_date = {each for each in totals if end - since[each] <= _MOST_OPEN * QUARTER}
        keys = [
            _key(each, _QUARTER + name) for each in sorted(up_to_date) for name in quarters_between(since[each], end)
        ]
        found: dict[str, dict[str, Quarter]] = {each: {} for each in totals}
        for item in self._table.batch_get(keys, attributes=["campaign", "period", *TOTALS]):
            found[item["campaign"]][item["period"].removeprefix(_QUARTER)] = _quarter(item)
        for each in totals.keys() - up_to_date:
            found[each] = self.quarters(each, totals[each].settled_until or "0", "~")
        return dict(found)

    def days_of(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Day]:
        """Days of campaigns, without breakdowns, by campaign and day; only those that there are."""
        keys = (_key(campaign_id, f"day#{day}") for campaign_id, day in wanted)
        found = self._table.batch_get(keys, attributes=("campaign", "period", "quarters", VISITORS, _APPROXIMATE))
        return {(item["campaign"], item["period"].removeprefix("day#")): _day(item) for item in found}

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


def _is(revision: int) -> ConditionBase:
    """It has not changed since it was read; at revision 0, it did not exist."""
    return Attr("revision").eq(revision) if revision else Attr("revision").not_exists()


def _day_attributes(day: Day) -> Item:
    quarters = {name: dict(counts) for name, counts in day.quarters.items()}
    return {**day.counts, VISITORS: day.visitors.number, _APPROXIMATE: day.visitors.approximate, "quarters": quarters}


def _day(item: Item) -> Day:
    quarters = {name: _counts(counts) for name, counts in item.get("quarters", {}).items()}
    return Day(_counts(item), VisitorCount(item.get(VISITORS, 0), item.get(_APPROXIMATE, False)), quarters)


def _total(item: Item) -> Total:
    return Total(_counts(item), item.get("settled_until"), item.get("revision", 0))


def _first_hour(campaign_id: str) -> str:
    return hour_of(number_id_time(int(campaign_id)))


def _sum(total: Counts, quarters: Iterable[Quarter]) -> Counts:
    result = Counts(total)
    for quarter in quarters:
        result.update(_totals(quarter.counts))
    return result


def _total_item(campaign_id: str, total: Total) -> Item:
    attributes = {"settled_until": total.settled_until, "revision": total.revision}
    return _key(campaign_id, "total") | attributes | total.counts


def _quarter(item: Item) -> Quarter:
    marks = {name.removeprefix(_MARK): value for name, value in item.items() if name.startswith(_MARK)}
    return Quarter(_counts(item), marks, bool(item.get("settled")), item.get("revision", 0))


def _counts(item: Mapping[str, object]) -> Counts:
    return Counts(
        {name: value for name, value in item.items() if isinstance(value, int) and (name in TOTALS or ":" in name)}
    )


def _totals(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: counts[name] for name in TOTALS if name in counts}
