"""Statistics as the API shows them: JSON and CSV."""

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import BaseModel

from signpost.tracking.reports.statistics import By, Interval, Statistics, columns


class Numbers(BaseModel):
    """Clicks of people, all and by platform, and of bots."""

    clicks: int
    android: int
    iphone: int
    windowsphone: int
    other: int
    bots: int


class PointView(Numbers):
    """`visitors`: how many different people, for days of UTC; a day's are complete when its last hour is settled."""

    start: str
    visitors: int | None


class Share(BaseModel):
    name: str
    clicks: int


class StatisticsView(BaseModel):
    id: int
    start: str
    end: str
    interval: Interval
    tz: str
    totals: Numbers
    series: list[PointView]
    by: By | None
    breakdown: list[Share] | None

    @classmethod
    def of(cls, campaign_id: int, found: Statistics, by: By | None) -> Self:
        series = [
            PointView.model_validate(
                {**columns(point.counts), "start": point.start.isoformat(), "visitors": point.visitors}
            )
            for point in found.points
        ]
        return cls(
            id=campaign_id,
            start=found.range.start.isoformat(),
            end=found.range.end.isoformat(),
            interval=found.range.interval,
            tz=found.range.zone.key,
            totals=Numbers.model_validate(columns(found.totals)),
            series=series,
            by=by,
            breakdown=[Share(name=name, clicks=clicks) for name, clicks in found.names] if by else None,
        )

    def rows(self) -> Iterator[Sequence[object]]:
        """For CSV: the breakdown when there is one, the series otherwise, under a line of titles."""
        if self.breakdown is not None:
            yield (self.by, "clicks")
            yield from ((share.name, share.clicks) for share in self.breakdown)
            return
        titles = ("start", *Numbers.model_fields, "visitors")
        yield titles
        for point in self.series:
            numbers = point.model_dump()
            yield ["" if numbers[title] is None else numbers[title] for title in titles]
