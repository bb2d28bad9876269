"""Statistics as the API shows them, in JSON and CSV."""

from collections.abc import Iterator, Sequence
from typing import Self

from pydantic import BaseModel, Field

from signpost.tracking.counting.counts import Counts
from signpost.tracking.counting.visitors import MOST
from signpost.tracking.reports.statistics import By, Interval, Statistics, columns


class Numbers(BaseModel):
    """Numbers of clicks."""

    clicks: int = Field(description="Clicks of people, on all platforms.", examples=[12])
    android: int = Field(description="On Android.", examples=[7])
    iphone: int = Field(description="On iPhones.", examples=[4])
    windowsphone: int = Field(description="On Windows Phones.", examples=[0])
    other: int = Field(description="On everything else.", examples=[1])
    bots: int = Field(description="Clicks of programs, which no other number includes.", examples=[3])


class PointView(Numbers):
    """The clicks of one hour or day."""

    start: str = Field(description="When it begins.", examples=["2026-11-21T00:00:00+01:00"])
    visitors: int | None = Field(
        description="How many different people, for UTC days. Null for others, and until the day is settled, which "
        "is ten to fifteen minutes after its end.",
        examples=[9],
    )
    approximate: bool = Field(
        description=f"Whether `visitors` is an estimate, with a standard error of 1 %: beyond {MOST:,} a day.",
        examples=[False],
    )


class Share(BaseModel):
    """The clicks of one part, such as a country."""

    name: str = Field(description="The part's name.", examples=["DE"])
    clicks: int = Field(description="Clicks of people.", examples=[5])


class StatisticsView(BaseModel):
    """What a campaign's link brought in a range of time."""

    id: int = Field(description="The campaign's id.", examples=[1795244400000123])
    start: str = Field(description="Where the range begins.", examples=["2026-11-15T00:00:00+01:00"])
    end: str = Field(description="Where it ends (exclusive).", examples=["2026-11-22T00:00:00+01:00"])
    interval: Interval = Field(description="How long each point of the series is.", examples=["day"])
    tz: str = Field(description="The time zone whose days these are.", examples=["Europe/Berlin"])
    totals: Numbers = Field(description="Of the whole range.")
    series: list[PointView] = Field(description="The points, in order.")
    by: By | None = Field(description="What the clicks are broken down by. Null: nothing.", examples=["country"])
    breakdown: list[Share] | None = Field(description="The clicks of people by part, largest first.")

    @classmethod
    def of(cls, campaign_id: int, found: Statistics, by: By | None) -> Self:
        return cls(
            id=campaign_id,
            start=found.range.start.isoformat(),
            end=found.range.end.isoformat(),
            interval=found.range.interval,
            tz=found.range.zone.key,
            totals=numbers(found.totals),
            series=points(found),
            by=by,
            breakdown=[Share(name=name, clicks=clicks) for name, clicks in found.names] if by else None,
        )

    def rows(self) -> Iterator[Sequence[object]]:
        """For CSV: the breakdown if there is one, otherwise the series, below a header row."""
        if self.breakdown is not None:
            yield (self.by, "clicks")
            yield from ((share.name, share.clicks) for share in self.breakdown)
            return
        titles = ("start", *Numbers.model_fields, "visitors", "approximate")
        yield titles
        for point in self.series:
            numbers = point.model_dump()
            yield [_cell(numbers[title]) for title in titles]


class Former(BaseModel):
    """The range that another one is compared with."""

    start: str = Field(description="Where it begins.", examples=["2026-11-08T00:00:00+01:00"])
    end: str = Field(description="Where it ends (exclusive).", examples=["2026-11-15T00:00:00+01:00"])
    totals: Numbers = Field(description="Of all campaigns.")


class TopCampaign(BaseModel):
    """One of the campaigns with most clicks."""

    id: int = Field(description="The campaign's id.", examples=[1795244400000123])
    slug: str | None = Field(description="Its name in links.", examples=["summer"])
    redirect_url: str = Field(description="Where it leads.", examples=["https://shop.example/summer"])
    clicks: int = Field(description="Clicks of people in the range.", examples=[2750])
    previous_clicks: int | None = Field(description="In the range before. Null without `compare`.", examples=[1697])


class AllStatisticsView(BaseModel):
    """What all links together brought in a range of time."""

    campaigns: int = Field(description="How many there are.", examples=[34])
    start: str = Field(description="Where the range begins.", examples=["2026-11-15T00:00:00+01:00"])
    end: str = Field(description="Where it ends (exclusive).", examples=["2026-11-22T00:00:00+01:00"])
    interval: Interval = Field(description="How long each point of the series is.", examples=["day"])
    tz: str = Field(description="The time zone whose days these are.", examples=["Europe/Berlin"])
    totals: Numbers = Field(description="Of the whole range.")
    previous: Former | None = Field(description="The range to compare it with. Null without `compare`.")
    series: list[PointView] = Field(
        description="The points, in order. A visitor counts once for each campaign and UTC day."
    )
    top: list[TopCampaign] = Field(description="Those with most clicks, at most ten; without those that had none.")


def points(found: Statistics) -> list[PointView]:
    return [
        PointView.model_validate(
            {
                **columns(point.counts),
                "start": point.start.isoformat(),
                "visitors": point.visitors.number if point.visitors else None,
                "approximate": bool(point.visitors and point.visitors.approximate),
            }
        )
        for point in found.points
    ]


def numbers(counts: Counts) -> Numbers:
    return Numbers.model_validate(columns(counts))


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value
