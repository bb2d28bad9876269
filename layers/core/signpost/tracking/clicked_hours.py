"""A campaign's clicks hour by hour, with the sources that they named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from signpost.tracking.counting.counts import NONE, PLATFORM_COUNTERS, Counts, Day, people
from signpost.tracking.hours import hour_of_quarter, start_of

_SOURCE: Final = "source:"
_NO_SOURCE: Final = f"{_SOURCE}{NONE}"


class ClickedHour(NamedTuple):
    """People's clicks in the hour that begins at `start` (seconds since 1970), by platform, and by `src`."""

    start: int
    platforms: Mapping[str, int]
    sources: Mapping[str, int]  # "none" for clicks without


class AccountCampaign(NamedTuple):
    """A campaign that names an account. `keys`: its id and its slugs, the former ones too."""

    keys: tuple[str, ...]
    hours: Sequence[ClickedHour]


def hours(quarters: Mapping[str, Counts]) -> list[ClickedHour]:
    """The hours with clicks of people, oldest first, from quarters of an hour by their names."""
    sums: dict[str, Counts] = {}
    for name, counts in quarters.items():
        sums.setdefault(hour_of_quarter(name), Counts()).update(counts)
    return [_hour(name, counts) for name, counts in sorted(sums.items()) if people(counts)]


def _hour(name: str, counts: Counts) -> ClickedHour:
    platforms = {platform: counts[counter] for platform, counter in PLATFORM_COUNTERS.items() if counts[counter]}
    sources = {
        counter.removeprefix(_SOURCE): number
        for counter, number in counts.items()
        if counter.startswith(_SOURCE) and number
    }
    return ClickedHour(start_of(name), platforms, sources)


def names_no_source(day: Day) -> bool:
    """Whether no click of the day named a source, so that the day's own item has all there is to know."""
    return not any(number for name, number in day.counts.items() if name.startswith(_SOURCE) and name != _NO_SOURCE)


def quarters_of_day(name: str, day: Day) -> Iterator[tuple[str, Counts]]:
    """The quarters of a day on which no click named a source."""
    for time, counts in day.quarters.items():
        yield f"{name}T{time}", Counts({**counts, _NO_SOURCE: people(counts)})


def runs(days: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The first and last day of each run of consecutive days."""
    first = last = ""
    for day in sorted(days):
        if last and date.fromisoformat(day) - date.fromisoformat(last) > timedelta(days=1):
            yield first, last
            first = ""
        first, last = first or day, day
    if last:
        yield first, last
