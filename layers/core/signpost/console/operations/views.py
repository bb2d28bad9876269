"""Operation as the console shows it: queues and what they gave up, schedules, the log."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from signpost.console import words
from signpost.console.accounts.views import Attention, Badge
from signpost.console.charts.small import progress, sparkline
from signpost.operation.figures import Letter, Moved, QueueFigures, Run
from signpost.operation.lines import Line

_KINDS: Final[Mapping[str, str]] = {"ERROR": "bad", "CRITICAL": "bad", "WARNING": "warn"}
_MINUTE: Final = 60
_HOUR: Final = 3600


class QueueRow(NamedTuple):
    name: str
    title: str
    about: str
    spark: Markup | str
    waiting: str
    oldest: str
    given_up: int
    address: str  # of what it gave up; empty: nothing


class LetterRow(NamedTuple):
    what: str
    reason: str
    since: str


class Pile(NamedTuple):
    """What one queue gave up."""

    name: str
    title: str
    number: int
    letters: list[LetterRow]
    more: int
    can_be_put_back: bool
    moving: str  # how far it is, if it is being put back
    bar: Markup | str


class ScheduleRow(NamedTuple):
    title: str
    about: str
    last: str
    next: str
    badge: Badge | None


class LogRow(NamedTuple):
    time: str
    moment: str
    kind: str
    level: str
    function: str
    text: str


def queue_rows(queues: Sequence[QueueFigures]) -> list[QueueRow]:
    """A row for each queue that work waits in, and for each that only takes failures of something else."""
    given_up = {name: each for each in queues for name in each.given_up_by}
    rows = []
    for each in queues:
        if each.given_up_by:
            continue
        failures = each if each.is_for_failures else given_up.get(each.name)
        waiting = 0 if each.is_for_failures else each.depth.visible + each.depth.in_flight + each.depth.delayed
        number = failures.depth.visible if failures else 0
        title, about = words.queue(each.name)
        rows.append(
            QueueRow(
                each.name,
                title,
                about,
                _spark(each.history),
                words.count(waiting),
                duration(each.oldest) if each.oldest is not None and each.depth.visible else words.UNKNOWN,
                number,
                f"#{failures.name}" if failures and number else "",
            )
        )
    return rows


def _spark(history: Sequence[float] | None) -> Markup | str:
    """Two points make a line."""
    return sparkline(history, "Waiting, over 24 hours") if history and len(history) > 1 else words.UNKNOWN


def waiting(queues: Iterable[QueueFigures]) -> tuple[str, str]:
    """How much work waits, and for how long."""
    jobs = [each for each in queues if not each.is_for_failures]
    number = sum(each.depth.visible + each.depth.delayed + each.depth.in_flight for each in jobs)
    ages = [each.oldest for each in jobs if each.oldest is not None and each.depth.visible]
    return words.count(number), f"oldest {duration(max(ages))}" if ages else "in all queues"


def all_given_up(queues: Iterable[QueueFigures]) -> int:
    return sum(each.depth.visible for each in queues if each.is_for_failures)


def pile(
    queue: QueueFigures,
    letters: Sequence[tuple[Letter, Line | None]],
    moved: Moved | None,
    zone: ZoneInfo,
    now: float,
) -> Pile:
    rows = [_letter(letter, line, zone, now) for letter, line in letters]
    running = moved if moved and moved.is_running else None
    return Pile(
        queue.name,
        words.queue(queue.name)[0],
        queue.depth.visible,
        rows,
        max(0, queue.depth.visible - len(rows)),
        queue.can_be_put_back,
        f"{words.count(running.moved)} of {words.count(running.total)} put back" if running else "",
        progress(running.moved / running.total, "Putting back") if running and running.total else "",
    )


def _letter(letter: Letter, line: Line | None, zone: ZoneInfo, now: float) -> LetterRow:
    reason = line.sentence if line else "The log no longer says why."
    return LetterRow(letter.what, reason, words.ago(letter.sent_at, now, zone))


def schedule_rows(runs: Iterable[Run], zone: ZoneInfo, now: float) -> list[ScheduleRow]:
    return [_schedule(each, zone, now) for each in runs]


def _schedule(run: Run, zone: ZoneInfo, now: float) -> ScheduleRow:
    about = _often(run.expression)
    if run.took is not None:
        about += f", took {run.took:.1f} s" if run.took >= 1 else f", took {run.took * 1000:.0f} ms"
    badge = Badge("bad", "cross", "Failed") if run.failed else None
    if badge is None and run.is_late(now):
        badge = Badge("warn", "clock", "Late")
    return ScheduleRow(
        words.schedule(run.function),
        about,
        _time(run.ended_at, zone, now) if run.ended_at is not None else "not yet",
        _time(run.next_at, zone, now) if run.next_at is not None else words.UNKNOWN,
        badge,
    )


def log_rows(lines: Iterable[Line], zone: ZoneInfo) -> list[LogRow]:
    return [
        LogRow(
            f"{datetime.fromtimestamp(each.at, zone):%H:%M:%S}",
            datetime.fromtimestamp(each.at, zone).isoformat(timespec="seconds"),
            _KINDS.get(each.level, "info"),
            each.level.lower(),
            each.function,
            each.sentence,
        )
        for each in lines
    ]


def attention(queues: Iterable[QueueFigures], runs: Iterable[Run], now: float) -> list[Attention]:
    """What an operator should look at, worst first."""
    found = [
        Attention(
            "bad",
            "warning",
            f"{words.count(each.depth.visible)} {'message' if each.depth.visible == 1 else 'messages'} given up: "
            f"{words.queue(each.name)[0]}",
            "This work is not done until somebody puts it back."
            if each.can_be_put_back
            else "The clicks are counted again from what was stored. See what the reason is, then empty the queue.",
            "See why",
            f"/fp/operations#{each.name}",
        )
        for each in queues
        if each.is_for_failures and each.depth.visible
    ]
    for run in runs:
        name = words.schedule(run.function)
        if run.failed:
            text = "Its last run failed. The log says why; the next run tries again."
            found.append(Attention("bad", "cross", f"{name}: failed", text, "See the log", "/fp/operations#log"))
        elif run.is_late(now):
            text = "It has not run for more than two of its periods."
            found.append(Attention("warn", "clock", f"{name}: late", text, "See schedules", "/fp/operations#schedules"))
    return found


def duration(seconds: float) -> str:
    """Such as `1 min 12 s`."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"


def _often(expression: str) -> str:
    if expression.startswith("cron("):
        minute, hour = expression[len("cron(") : -1].split()[:2]
        return f"daily at {int(hour):02}:{int(minute):02} UTC"
    number, _, unit = expression[len("rate(") : -1].partition(" ")
    return "hourly" if (number, unit) == ("1", "hour") else "daily" if unit == "day" else f"every {number} {unit}"


def _time(moment: float, zone: ZoneInfo, now: float) -> str:
    at, today = datetime.fromtimestamp(moment, zone), datetime.fromtimestamp(now, zone).date()
    return f"{at:%H:%M}" if at.date() == today else f"{words.day(at)}, {at:%H:%M}"
