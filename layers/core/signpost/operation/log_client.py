"""The functions' logs in CloudWatch."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from signpost.operation.lines import Event
from signpost.operation.parts import Log
from signpost.platform.aws import error_code, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

# CloudWatch hands out a log oldest first, so the newest lines are searched for in ever longer spans of time.
_WINDOWS: Final = (300.0, 3600.0, 86_400.0)
_MOST_PAGES: Final = 5  # of 10,000 lines or 1 MB
_AT_ONCE: Final = 5  # CloudWatch allows an AWS account few of these calls a second
_MILLISECONDS: Final = 1000


class Tail(NamedTuple):
    """`unread`: functions whose log could not be read."""

    events: list[Event]
    unread: tuple[str, ...]


class LogClient:
    def __init__(self, client: "CloudWatchLogsClient") -> None:
        self._client = client

    def newest(self, logs: Iterable[Log], most: int, now: float) -> Tail:
        """At least the newest `most` lines of all logs, if a day has that many."""
        wanted = list(logs)
        tail = Tail([], ())
        for seconds in _WINDOWS:
            tail = self._since(wanted, now - seconds)
            if len(tail.events) >= most:
                break
        return tail

    def last_about(self, log: Log, text: str, since: float) -> Event | None:
        """The last line with this text, which must not contain quotes. Raises `Unavailable`."""
        found = deque(self._events(log, since, f'"{text}"'), maxlen=1)
        return found[0] if found else None

    def _since(self, logs: list[Log], start: float) -> Tail:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            found = list(threads.map(lambda log: self._or_none(log, start), logs))
        events = [event for each in found if each is not None for event in each]
        return Tail(events, tuple(log.function for log, each in zip(logs, found, strict=True) if each is None))

    def _or_none(self, log: Log, start: float) -> list[Event] | None:
        try:
            return list(self._events(log, start))
        except Unavailable:
            return None

    def _events(self, log: Log, start: float, pattern: str = "") -> Iterator[Event]:
        request: dict[str, Any] = {"logGroupName": log.group, "startTime": int(start * _MILLISECONDS)}
        if pattern:
            request["filterPattern"] = pattern
        for _ in range(_MOST_PAGES):
            try:
                with named_errors("The log"):
                    reply = self._client.filter_log_events(**request)
            except ClientError as error:
                if error_code(error) == "ResourceNotFoundException":  # it has not written anything
                    return
                raise
            for each in reply["events"]:
                yield Event(each["timestamp"] / _MILLISECONDS, log.function, each["message"])
            if "nextToken" not in reply:
                return
            request["nextToken"] = reply["nextToken"]
