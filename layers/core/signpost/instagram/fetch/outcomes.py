"""What consumers do with the result of a fetch or a backfill."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signpost.instagram.fetch.jobs import FetchResult
    from signpost.platform.observe import Observer
    from signpost.platform.queue import MessageQueue


def conclude(ended: str, result: "FetchResult", queue: "MessageQueue", observer: "Observer") -> None:
    """Log and count a result; `ended` is the log line.

    What is left to do is queued first, so that a crash loses at most log lines and counts.
    Raises `Unavailable` when the queue does not take the message: then the delivery is not acknowledged.
    """
    if result.again is not None:
        queue.send([result.again.message()], result.delay)
    for problem in result.problems:
        observer.logger.warning(problem.what, media=problem.media, reason=problem.reason)
    for name, count in result.counts.items():
        observer.count(name, count)
    observer.logger.info(ended, result=result.result, delay=result.delay)
