"""The process that holds the data: moto's server on a socket that the stack has bound: `-m local.moto_child <fd>`."""

import importlib
import sys
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any

from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Imported while the stack expands the template, and not at the first request for each of them.
_PRELOADED = (
    "moto.cloudformation.parsing",
    "moto.cloudformation.responses",
    "moto.dynamodb.responses",
    "moto.dynamodbstreams.responses",
    "moto.secretsmanager.responses",
    "moto.sqs.responses",
)
_ITERATORS_KEPT = 1000


class _QuietHandler(MotoRequestHandler):
    def log_request(self, *_args: Any) -> None:
        """No line per request: a poller makes several a second."""


def _forget_old_iterators() -> None:
    """Of shard iterators: moto keeps every one that it ever gave out, and a poller asks for four a second."""
    get_records = DynamoDBStreamsBackend.get_records

    def get_records_and_forget(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> dict[str, Any]:
        reply = get_records(self, iterator_arn, limit)
        while len(self.shard_iterators) > _ITERATORS_KEPT:
            self.shard_iterators.pop(next(iter(self.shard_iterators)), None)
        return reply

    DynamoDBStreamsBackend.get_records = get_records_and_forget  # type: ignore[method-assign]


class _OneAtATime:
    """DynamoDB as the atomic thing that it is, in front of moto.

    moto checks a condition and writes, or numbers a stream record and appends it, with nothing that keeps a second
    thread from doing the same in between: under load two stream records got one sequence number. Other services are
    let through, for SQS's long polls would hold everybody up.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application
        self._lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            return self._application(environ, start_response)
        with self._lock:
            return list(self._application(environ, start_response))


def main() -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    _forget_old_iterators()
    application = _OneAtATime(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler, fd=int(sys.argv[1]))
    server.serve_forever()


if __name__ == "__main__":
    main()
