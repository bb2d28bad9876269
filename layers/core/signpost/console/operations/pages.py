"""The pages about operation: queues, what was given up, schedules and the log."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.console import words
from signpost.console.frame import see_other, show
from signpost.console.operations import views
from signpost.console.visits import Visit
from signpost.operation.status.checks import Question, ask
from signpost.operation.version import VERSION
from signpost.platform.errors import Conflict, NotFound
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.instagram.readings import Readings as InstagramReadings
    from signpost.operation.commands import Commands
    from signpost.operation.figures import QueueFigures
    from signpost.operation.readings import Readings
    from signpost.tracking.readings import Readings as TrackingReadings

_LINES: Final = 12
_HOUR: Final = 3600
_QUARTER: Final = 900


class OperationPages(NamedTuple):
    operation: "Readings"
    commands: "Commands"
    instagram: "InstagramReadings"
    tracking: "TrackingReadings"
    patience: float  # seconds: somebody looks at this page when services do not answer

    def all(self, visit: Visit) -> Reply:
        """Whatever does not answer is shown as such; the rest of the page is there."""
        zone, now = visit.zone, visit.now
        since = (now - _HOUR) // _QUARTER * _QUARTER + _QUARTER
        found = ask(
            {
                "parts": self.operation.parts,
                "queues": self.operation.queues,
                "schedules": self.operation.schedules,
                "log": lambda: self.operation.log(_LINES),
                "redirects": lambda: self.tracking.clicks_since(since, now),
                "calls": lambda: self.instagram.api_calls(now),
            },
            self.patience,
        )
        queues, runs, log = (found[name].value for name in ("queues", "schedules", "log"))
        parts, redirects, calls = (found[name].value for name in ("parts", "redirects", "calls"))
        attention = views.attention(queues or [], runs or [], now)
        number, oldest = views.waiting(queues) if queues is not None else (words.UNKNOWN, "SQS does not answer")
        values = {
            "attention": len(attention),
            "version": VERSION,
            "stack": f"stack {parts.stack}, {parts.stage}" if parts else "",
            "redirects": words.count(redirects),
            "waiting": number,
            "oldest": oldest,
            "given_up": words.count(views.all_given_up(queues)) if queues is not None else words.UNKNOWN,
            "calls": [(words.product(each), words.count(number)) for each, number in (calls or {}).items()],
            "calls_today": words.count(sum(calls.values())) if calls is not None else words.UNKNOWN,
            "queues": views.queue_rows(queues) if queues is not None else None,
            "piles": [self._pile(each, visit) for each in queues or [] if each.is_for_failures and each.depth.visible],
            "schedules": views.schedule_rows(runs, zone, now) if runs is not None else None,
            "log": views.log_rows(log.lines, zone) if log is not None else None,
            "unread": list(log.unread) if log is not None else [],
        }
        return show(visit, "console/operations/all.html", "Operations", values)

    def queue(self, visit: Visit) -> Reply:
        """What one queue gave up, and whether to put it back. Raises `NotFound`, `Unavailable`."""
        return self._queue(visit, self._failures(visit))

    def put_back(self, visit: Visit) -> Reply:
        """A form that is sent again finds nothing left, or that SQS is doing it. Raises `NotFound`, `Unavailable`."""
        queue = self._failures(visit)
        try:
            if queue.depth.visible:
                self.commands.put_back(queue.name)
        except Conflict as error:
            return self._queue(visit, queue, str(error), error.status)
        return see_other("/fp/operations?done=put-back")

    def _queue(self, visit: Visit, queue: "QueueFigures", error: str = "", status: int = 200) -> Reply:
        values = {"pile": self._pile(queue, visit), "error": error}
        title = f"{words.queue(queue.name)[0]} · Operations"
        return show(visit, "console/operations/queue.html", title, values, status)

    def _failures(self, visit: Visit) -> "QueueFigures":
        name = visit.part("queue")
        for each in self.operation.queues():
            if each.name == name and each.is_for_failures:
                return each
        raise NotFound("There is no such queue.")

    def _pile(self, queue: "QueueFigures", visit: Visit) -> views.Pile:
        questions: dict[str, Question] = {
            "letters": lambda: self.operation.given_up(queue.name),
            "moved": lambda: self.operation.moved(queue.name),
        }
        found = ask(questions, self.patience)
        letters: list[Any] = found["letters"].value or []
        return views.pile(
            queue, [(each.letter, each.line) for each in letters], found["moved"].value, visit.zone, visit.now
        )
