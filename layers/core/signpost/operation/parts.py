"""The parts of a stack that operators watch: queues, logs, schedules.

The template lists them in one parameter, which several functions read. It is text, because CloudFormation can put names
and addresses that it does not know yet only into text:

    stack signpost prod
    queue MediaFetchJobs <address> MediaFetch
    log MediaFetch <log group>
    schedule SyncSweep rate(1 hour)
"""

from collections.abc import Iterator
from typing import NamedTuple


class Queue(NamedTuple):
    name: str  # as the template calls it
    url: str
    function: str  # which works on its messages or, of a failure queue, gave them up

    @property
    def physical(self) -> str:
        """What SQS and CloudWatch call it."""
        return self.url.rpartition("/")[2]


class Log(NamedTuple):
    function: str
    group: str


class Schedule(NamedTuple):
    function: str
    expression: str  # rate(…) or cron(…)


class Parts(NamedTuple):
    stack: str
    stage: str
    queues: tuple[Queue, ...]
    logs: tuple[Log, ...]
    schedules: tuple[Schedule, ...]

    @property
    def namespace(self) -> str:
        """The namespace of the metrics that our functions write."""
        return f"Signpost/{self.stack}"

    def queue(self, name: str) -> Queue | None:
        return next((each for each in self.queues if each.name == name), None)


def parts(text: str) -> Parts:
    stack, stage = next(_rows(text, "stack"), ("", ""))
    return Parts(
        stack,
        stage,
        tuple(Queue(name, *rest.split(" ")) for name, rest in _rows(text, "queue")),
        tuple(Log(*each) for each in _rows(text, "log")),
        tuple(Schedule(*each) for each in _rows(text, "schedule")),
    )


def _rows(text: str, kind: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        found, _, rest = line.strip().partition(" ")
        if found == kind:
            name, _, value = rest.partition(" ")
            yield name, value.strip()
