"""Statistics of all campaigns together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.tracking.counting.counts import ClickHistory, Counts, people
from signpost.tracking.counting.visitors import VisitorCount
from signpost.tracking.hours import quarter_of
from signpost.tracking.reports.statistics import Compare, Interval, Range, Visited, parse_range, summarise
from signpost.tracking.reports.views import AllStatisticsView, Former, TopCampaign, numbers, points

if TYPE_CHECKING:
    from signpost.platform.clock import Clock
    from signpost.tracking.readings import Campaign, Readings

MAX_DAYS: Final = 92  # an item is read for each campaign and day
_TOP: Final = 10


class AllReports(NamedTuple):
    readings: "Readings"
    clock: "Clock"

    def statistics(
        self, first: str | None, last: str | None, *, interval: Interval, zone: str, compare: Compare | None
    ) -> AllStatisticsView:
        """Add up the counts of a range. Reads an item for each campaign and day, and the quarters that are open.

        Raises:
            InvalidField: the range is not valid.
            Unavailable: DynamoDB does not answer.
        """
        now = self.clock()
        chosen = parse_range(first, last, interval, zone, now, most_days=MAX_DAYS)
        former = chosen.before(compare) if compare else None
        campaigns = list(self.readings.campaigns())
        since = (former or chosen).seconds[0]
        histories = self.readings.histories((str(each.id) for each in campaigns), since, now)
        return overall(chosen, former, campaigns, histories)


def overall(
    chosen: Range, former: Range | None, campaigns: "Sequence[Campaign]", histories: Mapping[str, ClickHistory]
) -> AllStatisticsView:
    """`histories` by the ids of the campaigns."""
    found = summarise(chosen, _summed(histories.values()), _visited(histories.values()), Counts(), None)
    clicks = {each.id: _clicks(histories[str(each.id)], chosen) for each in campaigns}
    best = sorted((each for each in campaigns if clicks[each.id]), key=lambda each: (-clicks[each.id], -each.id))
    return AllStatisticsView(
        campaigns=len(campaigns),
        start=chosen.start.isoformat(),
        end=chosen.end.isoformat(),
        interval=chosen.interval,
        tz=chosen.zone.key,
        totals=numbers(found.totals),
        previous=_former(former, histories.values()) if former else None,
        series=points(found),
        top=[
            TopCampaign(
                id=each.id,
                slug=each.slug,
                redirect_url=each.redirect_url,
                clicks=clicks[each.id],
                previous_clicks=_clicks(histories[str(each.id)], former) if former else None,
            )
            for each in best[:_TOP]
        ],
    )


def _former(former: Range, histories: Iterable[ClickHistory]) -> Former:
    totals = sum((_counts(each, former) for each in histories), Counts())
    return Former(start=former.start.isoformat(), end=former.end.isoformat(), totals=numbers(totals))


def _clicks(history: ClickHistory, span: Range) -> int:
    return people(_counts(history, span))


def _counts(history: ClickHistory, span: Range) -> Counts:
    first, end = map(quarter_of, span.seconds)
    return sum((counts for name, counts in history.quarters.items() if first <= name < end), Counts())


def _summed(histories: Iterable[ClickHistory]) -> dict[str, Counts]:
    total: dict[str, Counts] = {}
    for history in histories:
        for name, counts in history.quarters.items():
            total.setdefault(name, Counts()).update(counts)
    return total


def _visited(histories: Iterable[ClickHistory]) -> Visited:
    """Each day's visitors of all campaigns, up to the last day that any of them has settled."""
    days: dict[str, VisitorCount] = {}
    for history in histories:
        for day, found in history.visitors.items():
            known = days.get(day, VisitorCount(0))
            days[day] = VisitorCount(known.number + found.number, known.approximate or found.approximate)
    return Visited(days, f"{max(days)}~" if days else "")
