"""The replies of /status, /log, /stats. /status is open to all, so it names no account, address or resource of AWS."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NotRequired

from typing_extensions import TypedDict

from signpost.operation.figures import QueueFigures, Run
from signpost.operation.lines import Line
from signpost.operation.parts import Parts
from signpost.operation.status.checks import Answer
from signpost.operation.version import VERSION
from signpost.platform.clock import rfc3339
from signpost.platform.reference import Moment, described

_STORES: Final = [{"name": "Campaigns", "reachable": True, "ms": 4.2}]
_TRACKING: Final = {
    "stores": _STORES,
    "redirects_last_hour": {"count": 1148, "since": "2026-11-21T16:15:00.000000Z"},
}
_INSTAGRAM: Final = {
    "stores": [{"name": "Media", "reachable": True, "ms": 5.1}],
    "active_workers": 12,
    "api_calls_today": {"facebook": 4210, "instagram": 380},
}
_ANALYTICS: Final = {
    "stores": [{"name": "Members", "reachable": True, "ms": 3.9}],
    "members": 12,
    "cached_reports": 11,
}
_MESSAGING: Final = {"stores": [{"name": "Messaging", "reachable": True, "ms": 4.4}]}
_CONTEXTS: Final = {
    "tracking": _TRACKING,
    "instagram": _INSTAGRAM,
    "analytics": _ANALYTICS,
    "messaging": _MESSAGING,
}
_QUEUE: Final = {
    "name": "MediaFetchJobs",
    "visible": 38,
    "in_flight": 4,
    "delayed": 0,
    "oldest_seconds": 72,
    "for_failures": False,
    "depth_24h": [0, 3, 38],
}


@described(example={"name": "Campaigns", "reachable": True, "ms": 4.2})
class Store(TypedDict):
    """A table or a bucket, and whether it answers."""

    name: str
    """Its name in the template."""
    reachable: bool
    """Whether it answered in time."""
    ms: float
    """How long that took, in milliseconds."""


@described(example={"count": 1148, "since": "2026-11-21T16:15:00.000000Z"})
class Redirects(TypedDict):
    """Clicks that were counted, bots included."""

    count: int
    """How many."""
    since: Moment
    """Since when: the start of a quarter of an hour, at most an hour ago."""


@described(example=_TRACKING)
class TrackingStatus(TypedDict):
    """Tracked links."""

    stores: list[Store]
    """Where clicks and campaigns are stored."""
    redirects_last_hour: Redirects | None
    """Clicks within the last hour. Null: not known."""


@described(example=_INSTAGRAM)
class InstagramStatus(TypedDict):
    """Connected accounts."""

    stores: list[Store]
    """Where accounts and posts are stored."""
    active_workers: int | None
    """How many accounts are synced regularly. Null: not known."""
    api_calls_today: dict[str, int] | None
    """Calls to Meta's API since midnight UTC, by login product. Null: not known."""


@described(example=_ANALYTICS)
class AnalyticsStatus(TypedDict):
    """Reports."""

    stores: list[Store]
    """Where members are stored."""
    members: int | None
    """How many members there are. Null: not known."""
    cached_reports: int | None
    """How many of them have a snapshot, from which their reports are made. Null: not known."""


@described(example=_MESSAGING)
class MessagingStatus(TypedDict):
    """Conversations."""

    stores: list[Store]
    """Where people and their messages are stored."""


@described(example=_CONTEXTS)
class Contexts(TypedDict):
    """The parts of Signpost."""

    tracking: TrackingStatus
    """Campaigns and their clicks."""
    instagram: InstagramStatus
    """Accounts, their posts and feeds."""
    analytics: AnalyticsStatus
    """Members and their reports."""
    messaging: MessagingStatus
    """People with phones, and their conversations."""


@described(example=_QUEUE)
class QueueStatus(TypedDict):
    """A queue. Numbers are SQS's own estimates."""

    name: str
    """Its name in the template."""
    visible: int
    """Messages that wait."""
    in_flight: int
    """Messages that are being worked on."""
    delayed: int
    """Messages that become visible later."""
    oldest_seconds: int | None
    """The age of the oldest message that waits. Null: not known, or none waits."""
    for_failures: bool
    """Whether it is a failure queue, which keeps what another one gave up."""
    depth_24h: list[float] | None
    """The most messages that waited, in each quarter of an hour of the last day. Null: not known."""


@described(
    example={"name": "SyncSweep", "expression": "rate(1 hour)", "last_run_at": None, "took_seconds": None,
             "failed": False, "next_run_at": None}
)  # fmt: skip
class ScheduleStatus(TypedDict):
    """A schedule and its last run that ended."""

    name: str
    """The function that it runs."""
    expression: str
    """When it runs, as EventBridge writes it."""
    last_run_at: Moment | None
    """When that run ended. Null: not known."""
    took_seconds: float | None
    """How long it took. Null: not known."""
    failed: bool
    """Whether it failed."""
    next_run_at: Moment | None
    """When the next one is due. Null: not known."""


@described(
    example={
        "name": "Signpost",
        "version": VERSION,
        "stage": "prod",
        "state": "ok",
        "at": "2026-11-21T17:03:12.000000Z",
        "contexts": _CONTEXTS,
        "queues": [_QUEUE],
    }
)
class Status(TypedDict):
    """How Signpost is."""

    name: Literal["Signpost"]
    """Always the same."""
    version: str
    """The version that is deployed."""
    stage: str
    """`dev` or `prod`. Empty: not known."""
    state: Literal["ok", "down"]
    """`down`: a store does not answer; then the HTTP status is 503."""
    at: Moment
    """When this was checked, a few seconds ago at most."""
    contexts: Contexts
    """The parts of Signpost, by name."""
    queues: list[QueueStatus] | None
    """All queues. Null: SQS does not answer."""
    schedules: NotRequired[list[ScheduleStatus] | None]
    """All schedules, only for the administrator. Null: CloudWatch does not answer."""


@described(
    example={
        "at": "2026-11-21T17:03:08.114000Z",
        "function": "MediaFetch",
        "level": "WARNING",
        "message": "fetch put off",
        "details": {"reason": "Throttled: try again later"},
    }
)
class LogLine(TypedDict):
    """A line of the log."""

    at: Moment
    """When it was written."""
    function: str
    """The function that wrote it, by its name in the template."""
    level: str
    """DEBUG, INFO, WARNING, ERROR or CRITICAL."""
    message: str
    """What happened."""
    details: dict[str, Any]
    """What else the line says."""


@described(example={"status": 200, "lines": [], "unread": []})
class Log(TypedDict):
    """The newest lines of the log."""

    status: Literal[200]
    """Always the same."""
    lines: list[LogLine]
    """Newest first."""
    unread: list[str]
    """Functions whose log could not be read just now."""


@described(example={"status": 200})
class Logged(TypedDict):
    """The line was written."""

    status: Literal[200]
    """Always the same."""


@described(
    example={
        "users_count": 1204,
        "conversations_count": 3310,
        "messages_count": 48120,
        "videos_count": 9077,
        "received_count": 61544,
    }
)
class Stats(TypedDict):
    """How much messaging there has been, deleted things included. A few seconds old at most."""

    users_count: int
    """People who verified their phone."""
    conversations_count: int
    """Conversations that were begun."""
    messages_count: int
    """Messages that were sent, each counted once."""
    videos_count: int
    """Videos among them."""
    received_count: int
    """Messages that were received, counted for each person who got one."""


@described(example={"status": 401, "description": "The name or the password is wrong."})
class OperationError(TypedDict):
    """Why a request to /status, /log or /stats failed."""

    status: int
    """The HTTP status."""
    description: str
    """For people: says what to do."""


def status(
    parts: Parts | None,
    stores: Mapping[str, Mapping[str, Answer]],
    figures: Mapping[str, Answer],
    since: float,
    now: float,
) -> Status:
    """`stores`: by context and name. Figures without an answer are null."""
    asked = {context: _stores(each) for context, each in stores.items()}
    is_up = all(each["reachable"] for context in asked.values() for each in context)
    redirects, members = _value(figures, "redirects"), _value(figures, "members")
    calls, queues = _value(figures, "calls"), _value(figures, "queues")
    return {
        "name": "Signpost",
        "version": VERSION,
        "stage": parts.stage if parts else "",
        "state": "ok" if is_up else "down",
        "at": rfc3339(now),
        "contexts": {
            "tracking": {
                "stores": asked["tracking"],
                "redirects_last_hour": None if redirects is None else {"count": redirects, "since": rfc3339(since)},
            },
            "instagram": {
                "stores": asked["instagram"],
                "active_workers": _value(figures, "workers"),
                "api_calls_today": None if calls is None else dict(calls),
            },
            "analytics": {
                "stores": asked["analytics"],
                "members": members.members if members is not None else None,
                "cached_reports": members.with_reports if members is not None else None,
            },
            "messaging": {"stores": asked["messaging"]},
        },
        "queues": None if queues is None else [_queue(each) for each in queues],
    }


def schedule_list(runs: Iterable[Run]) -> list[ScheduleStatus]:
    return [
        {
            "name": each.function,
            "expression": each.expression,
            "last_run_at": _moment(each.ended_at),
            "took_seconds": None if each.took is None else round(each.took, 1),
            "failed": each.failed,
            "next_run_at": _moment(each.next_at),
        }
        for each in runs
    ]


def stats(totals: Mapping[str, int]) -> Stats:
    return {
        "users_count": totals["users"],
        "conversations_count": totals["conversations"],
        "messages_count": totals["messages"],
        "videos_count": totals["videos"],
        "received_count": totals["received"],
    }


def log(lines: Iterable[Line], unread: Iterable[str]) -> Log:
    found: list[LogLine] = [
        {
            "at": rfc3339(each.at),
            "function": each.function,
            "level": each.level,
            "message": each.text,
            "details": dict(each.details),
        }
        for each in lines
    ]
    return {"status": 200, "lines": found, "unread": list(unread)}


def _value(figures: Mapping[str, Answer], name: str) -> Any:
    return figures[name].value


def _stores(answers: Mapping[str, Answer]) -> list[Store]:
    return [{"name": name, "reachable": each.answered, "ms": each.ms} for name, each in answers.items()]


def _queue(figures: QueueFigures) -> QueueStatus:
    waits = figures.depth.visible > 0 and figures.oldest is not None
    return {
        "name": figures.name,
        "visible": figures.depth.visible,
        "in_flight": figures.depth.in_flight,
        "delayed": figures.depth.delayed,
        "oldest_seconds": int(figures.oldest or 0) if waits else None,
        "for_failures": figures.is_for_failures,
        "depth_24h": list(figures.history) if figures.history is not None else None,
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
