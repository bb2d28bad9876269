"""What a run measures, the bounds it must keep, and how both are shown."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One result: the median of `runs` runs, or a count."""

    name: str
    value: float
    unit: str
    runs: int


class Bound(NamedTuple):
    """At least `low` and at most `high`."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if self.low == self.high:
            return f"= {self.low:g}"
        return f"≤ {self.high:g}" if self.low == _NO_LOW else f"≥ {self.low:g}"


_NO_LOW, _NO_HIGH = float("-inf"), float("inf")


def at_most(high: float) -> Bound:
    return Bound(_NO_LOW, high)


def at_least(low: float) -> Bound:
    return Bound(low, _NO_HIGH)


def exactly(value: float) -> Bound:
    return Bound(value, value)


# `make bench` fails when one of these does not hold. A ratio to the floor says how much more ours costs; a ratio "to
# ours", how much more the usual way costs.
BOUNDS: Mapping[str, Bound] = {
    "redirect.p50_ratio_to_floor": at_most(1.3),
    "redirect.p99_ratio_to_floor": at_most(1.3),
    "redirect.cpu_ratio_to_floor": at_most(1.3),
    "redirect.p50_ratio_to_socket_floor": at_most(3.5),
    "redirect.cpu_ratio_to_socket_floor": at_most(3.5),
    "redirect.cpu_ratio_boto3_powertools_to_ours": at_least(3),
    "redirect.cpu_ratio_fastapi_mangum_to_ours": at_least(3),
    "webhook.thousand_accounts": at_most(1.0),
    "webhook.thousand_entries_of_one": at_most(1.0),
    "webhook.sqs_calls": at_most(30),
    "webhook.forged_sqs_calls": exactly(0),
    "webhook.forged_ratio_to_hmac": at_most(2),
    "redirect.dynamodb_writes": exactly(1),
    "redirect.dynamodb_reads": exactly(0),
    "redirect.write_units": exactly(1),
    "cold.total_ratio_to_floor": at_most(1.5),
    "cold.ratio_boto3_powertools_to_ours": at_least(3),
    "cold.ratio_fastapi_mangum_to_ours": at_least(3),
    "rollup.clicks_per_second": at_least(5000),
    "rollup.write_units_per_click": at_most(0.25),
    "feed.cpu": at_most(15),
    "feed.dynamodb_calls": at_most(1.02),  # the app is read again after a minute
    "report.cold": at_most(1.5),
    "report.cached": at_most(50),
    "report.memory": at_most(512),
    "report.growth_exponent": at_most(1.1),
    "sync.10.reads": at_most(3),
    "sync.1000.reads": at_most(3),
    "sync.100000.reads": at_most(3),
    "sync.cpu_growth": at_most(1.5),  # from 10 stored messages to 100,000
    "me.reads": at_most(2),
    "post_text.transactions": at_most(2),
}


def missed(figures: Iterable[Figure]) -> list[str]:
    """A line for each bound that does not hold or whose figure is missing."""
    values = {figure.name: figure.value for figure in figures}
    return [
        f"{name} is {values[name]:.4g}, must be {bound}" if name in values else f"{name} was not measured"
        for name, bound in BOUNDS.items()
        if name not in values or not bound.holds(values[name])
    ]


def median(name: str, values: Sequence[float], unit: str) -> Figure:
    return Figure(name, statistics.median(values), unit, len(values))


def ratio(name: str, over: Figure, under: Figure) -> Figure:
    """The quotient of two medians of one run. Their rounds alternate, so both met the same disturbances."""
    return Figure(name, over.value / under.value, "x", min(over.runs, under.runs))


def percentile(values: Sequence[float], percent: int) -> float:
    """Linear between the nearest values; 50 is the median."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def table(figures: Iterable[Figure]) -> str:
    """One line for each figure, with its bound where it has one."""
    lines = [f"{'figure':48}{'value':>12}  {'unit':8}{'runs':>5}  must be"]
    for figure in figures:
        bound = BOUNDS.get(figure.name)
        verdict = f"{bound}{'' if bound.holds(figure.value) else '   MISSED'}" if bound else ""
        lines.append(
            f"{figure.name:48}{_number(figure.value):>12}  {figure.unit:8}{figure.runs:>5}  {verdict}".rstrip()
        )
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"
