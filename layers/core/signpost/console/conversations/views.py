"""Conversations in numbers: users, conversations, messages a day, and who is active."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Final, NamedTuple

from markupsafe import Markup

from signpost.console import words
from signpost.console.charts.columns import column_chart
from signpost.console.charts.plots import Point, Wording
from signpost.console.charts.small import sparkline
from signpost.messaging.counts import Counts, Day
from signpost.operation.figures import QueueFigures

DAYS: Final = 30
_WEEK: Final = 7
_QUEUES: Final = ("Messaging", "Sms", "Push", "Email")  # what the names of messaging's queues begin with


class Tiles(NamedTuple):
    users: str
    users_note: str
    conversations: str
    conversations_note: str
    messages: str
    messages_note: str
    active: str
    active_note: str
    active_spark: Markup


def is_empty(totals: Counts) -> bool:
    return not any(totals)


def tiles(totals: Counts, days: Sequence[Day]) -> Tiles:
    """`days`: as many as `DAYS`, the running one last."""
    week = days[-_WEEK:]
    return Tiles(
        users=words.count(totals.users),
        users_note=f"{words.count(sum(each.counts.users for each in week))} new in 7 days",
        conversations=words.count(totals.conversations),
        conversations_note=f"{words.count(sum(each.counts.conversations for each in week))} new in 7 days",
        messages=words.count(days[-1].counts.messages),
        messages_note=f"{words.count(totals.messages)} in all",
        active=words.count(days[-1].active),
        active_note=f"{words.count(days[-2].active)} yesterday",
        active_spark=sparkline([each.active for each in days[-2 * _WEEK :]], "14 days, people active a day"),
    )


def chart(days: Sequence[Day]) -> Markup:
    points = [
        Point(words.day(_at(each)), words.weekday(_at(each)), each.counts.messages, unfinished=index == len(days) - 1)
        for index, each in enumerate(days)
    ]
    return column_chart(points, Wording("Messages a day", "message", "messages"))


def table(days: Iterable[Day]) -> list[tuple[str, ...]]:
    """Newest first."""
    rows = [
        (words.weekday(_at(each)), *map(words.count, (each.counts.messages, each.counts.received, each.active)))
        for each in days
    ]
    return rows[::-1]


def ours(queues: Iterable[QueueFigures]) -> list[QueueFigures]:
    """The queues of messaging, with those for their failures."""
    return [each for each in queues if each.name.startswith(_QUEUES)]


def _at(each: Day) -> datetime:
    """Words want a moment."""
    return datetime.combine(each.day, time(12))
