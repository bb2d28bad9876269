"""Does jobs, each by its name."""

from typing import TYPE_CHECKING, Final

from signpost.messaging.jobs import Handlers, Job, NotAJob
from signpost.platform.clock import time_left

if TYPE_CHECKING:
    from signpost.platform.queue import MessageQueue

RESERVE: Final = 20.0  # seconds for what has begun when the time is up


class Worker:
    def __init__(self, handlers: Handlers, queue: "MessageQueue") -> None:
        self._handlers, self._queue = handlers, queue

    def take(self, job: Job, seconds: float) -> None:
        """Do it or, if `seconds` are not enough, part of it, and send the same job again.

        Raises:
            NotAJob: nobody knows it.
            SignpostError: as the job's own code says.
        """
        handler = self._handlers.get(job.name)
        if handler is None:
            raise NotAJob("There is no such job.")
        if not handler(job, time_left(seconds - RESERVE)):
            self._queue.send([job.message()])
