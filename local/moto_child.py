"""The process that holds the data: moto's server on a socket that the stack has bound: `-m local.moto_child <fd>`."""

import sys
from typing import Any

from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

# Imported while the stack expands the template, and not at the first request for each of them.
_PRELOADED = ("cloudformation", "dynamodb", "dynamodbstreams", "secretsmanager", "sqs", "sts")


class _QuietHandler(MotoRequestHandler):  # type: ignore[misc] # moto ships no types
    def log_request(self, *_args: Any) -> None:
        """No line per request: a poller makes several a second."""


def main() -> None:
    for name in _PRELOADED:
        get_backend(name)
    application = DomainDispatcherApplication(create_backend_app)
    make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=_QuietHandler, fd=int(sys.argv[1])
    ).serve_forever()


if __name__ == "__main__":
    main()
