"""Answers /status, /log and /stats."""

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.operation.lines import MOST_BYTES, client_line
from signpost.operation.status import reply
from signpost.operation.status.checks import Question, ask
from signpost.platform.errors import InvalidField, InvalidInput, SignpostError
from signpost.platform.http import Event, Reply, json_reply, retry_after
from signpost.platform.senders import sender

if TYPE_CHECKING:
    from signpost.operation.readings import Readings
    from signpost.platform.cache import Cache
    from signpost.platform.clock import Clock
    from signpost.platform.guards import Guard
    from signpost.platform.rate_limit import RateLimit

_HOUR: Final = 3600
_QUARTER: Final = 900
_LINES: Final = 100
_MOST_LINES: Final = 500
_FROM_ONE_ADDRESS: Final[Mapping[str, Any]] = {"rate": 1 / 6, "burst": 20}
_OPEN: Final = {"access-control-allow-origin": "*", "cache-control": "no-store", "x-content-type-options": "nosniff"}
_PRIVATE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Looks(NamedTuple):
    """What /status asks: whether stores answer, by context and name, and for figures."""

    stores: Mapping[str, Mapping[str, Question]]
    calls: Callable[[float], Any]  # of the UTC day of that time
    workers: Question
    members: Question
    redirects: Callable[[float, float], int]  # since when, and until now
    messaging: Callable[[], Mapping[str, int]]  # its totals


class StatusAnswers(NamedTuple):
    """Methods raise errors of `platform.errors`. `write` logs a client's line and its address."""

    looks: Looks
    readings: "Readings"
    guard: "Guard"
    limit: "RateLimit"
    write: Callable[[str, str], None]
    clock: "Clock"
    recent: "Cache[reply.Status]"
    slow: "Cache[int]"
    patience: float  # seconds, for everything together

    def status(self, event: Event) -> Reply:
        """The reply to /status: 503 if a store does not answer. `detail` adds the schedules, for the administrator."""
        wants_detail = _query(event).get("detail", "") not in {"", "0"}
        if wants_detail:
            self.guard.check(event)
        found = self.recent.get("status", self._look)
        assert found is not None  # noqa: S101  (`_look` never returns None)
        code = 200 if found["state"] == "ok" else 503
        if not wants_detail:
            return json_reply(code, found, _OPEN)
        (schedules,) = ask({"schedules": self.readings.schedules}, self.patience).values()
        detailed = {**found, "schedules": reply.schedule_list(schedules.value) if schedules.answered else None}
        return json_reply(code, detailed, _PRIVATE)

    def log(self, event: Event) -> Reply:
        """The newest `tail` lines of the log, for the administrator."""
        self.guard.check(event)
        text = _query(event).get("tail", str(_LINES))
        if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= _MOST_LINES:
            raise InvalidField(f"tail: use a number from 1 to {_MOST_LINES}.")
        found = self.readings.log(int(text))
        return json_reply(200, reply.log(found.lines, found.unread), _PRIVATE)

    def append(self, event: Event) -> Reply:
        """Log a line that a client sends. Whatever it says, it is one line at level INFO, with the client's address."""
        self.limit.take(f"log {sender(event)}", **_FROM_ONE_ADDRESS)
        self.write(client_line(_text(event)), sender(event))
        return json_reply(200, {"status": 200}, _PRIVATE)

    def stats(self, event: Event) -> Reply:
        """How much messaging there has been, for the administrator."""
        self.guard.check(event)
        return json_reply(200, reply.stats(self.looks.messaging()), _PRIVATE)

    def refusal(self, error: SignpostError) -> Reply:
        body = {"status": error.status, "description": str(error)}
        refused = self.guard.refusal(error, body)
        refused["headers"] |= {**_PRIVATE, **retry_after(error)}
        return refused

    def _look(self) -> reply.Status:
        now = self.clock()
        since = (now - _HOUR) // _QUARTER * _QUARTER + _QUARTER
        questions: dict[str, Question] = {
            f"{context} {name}": each for context, stores in self.looks.stores.items() for name, each in stores.items()
        }
        questions |= {
            "parts": self.readings.parts,
            "queues": self.readings.queues,
            "workers": self.looks.workers,
            "members": self.looks.members,
            "calls": lambda: self.looks.calls(now),
            "redirects": lambda: self.slow.get(since, lambda: self.looks.redirects(since, now)),
        }
        answers = ask(questions, self.patience)
        stores = {
            context: {name: answers[f"{context} {name}"] for name in names}
            for context, names in self.looks.stores.items()
        }
        return reply.status(answers["parts"].value, stores, answers, since, now)


def _query(event: Event) -> Mapping[str, str]:
    query: Mapping[str, str] = event.get("queryStringParameters") or {}
    return query


def _text(event: Event) -> str:
    """The body. API Gateway encodes it in base 64 unless its type says that it is text."""
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    if len(body) > 2 * MOST_BYTES:
        raise InvalidField(f"A line may have at most {MOST_BYTES} bytes.")
    try:
        return base64.b64decode(body).decode()
    except ValueError:
        raise InvalidInput("Send text in UTF-8.") from None
