"""The process that holds the data: moto's server on a socket that the stack has bound.

Run as `python -m local.runner.moto_child <fd>`.

moto's own server closes the connection after each request, starts a thread for the next one, and looks up the same
things each time. The local stack is as fast as this server, so that is changed here: on two cores, ten clients write
900 items a second instead of 380 (moto 5.2.5).
"""

import functools
import importlib
import io
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import moto.backends
import moto.core.responses
from moto.cloudwatch.models import CloudWatchBackend
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from local.chunked import ChunkedBodies
from local.runner import bulk_items, moto_moves, moto_queries, moto_transactions, outbox, saved_state

# Imported while the stack expands the template, rather than at the first request to each service.
_PRELOADED = (
    "moto.cloudformation.parsing",
    "moto.cloudformation.responses",
    "moto.cloudwatch.responses",
    "moto.dynamodb.responses",
    "moto.dynamodbstreams.responses",
    "moto.events.responses",
    "moto.kms.responses",
    "moto.logs.responses",
    "moto.s3.responses",
    "moto.secretsmanager.responses",
    "moto.sqs.responses",
)
_ITERATORS_KEPT = 1000
_METRICS_KEPT = 5000
# Requests to DynamoDB and its streams are answered one after another, in the order they came. moto checks a condition
# and writes, or numbers a stream record and appends it, without a lock: under load, two stream records got the same
# sequence number. (Taking turns costs nothing, because Python runs one thread at a time anyway.) Requests to other
# services do not take turns, because SQS's long polls would hold up all the rest.
_TURNS = ThreadPoolExecutor(max_workers=1)


class _KeepAliveHandler(ChunkedBodies, MotoRequestHandler):
    """Answers as moto's handler does, but leaves the connection open and sends each answer in one packet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        if environ["wsgi.input"] is self.rfile:  # not sent in chunks
            environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))
        status, headers = 0, list[tuple[str, str]]()

        def start_response(line: str, pairs: list[tuple[str, str]], _error: Any = None) -> Any:
            nonlocal status, headers
            status, headers = int(line.split(maxsplit=1)[0]), pairs

        def run() -> bytes:
            return b"".join(self.server.app(environ, start_response))

        in_turn = environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB")
        answer = _TURNS.submit(run).result() if in_turn else run()
        self._send(status, headers, answer)

    def handle_expect_100(self) -> bool:
        ready = super().handle_expect_100()
        self.wfile.flush()
        return ready

    def log_request(self, *_args: Any) -> None:
        """Log nothing: a poller makes several requests a second."""

    def _send(self, status: int, headers: list[tuple[str, str]], answer: bytes) -> None:
        is_head = self.command == "HEAD"
        self.send_response_only(status)
        for name, value in headers:
            if is_head or name.lower() != "content-length":
                self.send_header(name, value)
        if not is_head:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if not is_head:
            self.wfile.write(answer)
        self.wfile.flush()


def _cache_look_ups() -> None:
    """Moto lists its own folder twice for each request, and the methods of the class that answers it."""
    modules = tuple(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: modules
    responses: Any = moto.core.responses
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)


def _forget_old_iterators() -> None:
    """Moto keeps every shard iterator that it has ever handed out, and a poller asks for four a second."""
    get_records = DynamoDBStreamsBackend.get_records

    def get_records_and_forget(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> dict[str, Any]:
        reply = get_records(self, iterator_arn, limit)
        while len(self.shard_iterators) > _ITERATORS_KEPT:
            self.shard_iterators.pop(next(iter(self.shard_iterators)), None)
        return reply

    DynamoDBStreamsBackend.get_records = get_records_and_forget  # type: ignore[method-assign]


def _forget_old_metrics() -> None:
    """Moto keeps every value, and looks at all of them for each quarter of an hour of each metric."""
    put_metric_data = CloudWatchBackend.put_metric_data

    def put_metric_data_and_forget(self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        put_metric_data(self, namespace, metric_data)
        del self.metric_data[:-_METRICS_KEPT]

    CloudWatchBackend.put_metric_data = put_metric_data_and_forget  # type: ignore[method-assign]


def main() -> None:
    for name in _PRELOADED:
        importlib.import_module(name)
    _cache_look_ups()
    _forget_old_iterators()
    _forget_old_metrics()
    moto_moves.add()
    moto_transactions.speed_up()
    moto_queries.speed_up(keeps_copying=False)
    outbox.keep()
    saved_state.number_keys()
    application: Any = DomainDispatcherApplication(create_backend_app)
    for module in (outbox, saved_state, bulk_items):
        application = module.served(application)
    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=_KeepAliveHandler, fd=int(sys.argv[1])
    )
    server.serve_forever()


if __name__ == "__main__":
    main()
