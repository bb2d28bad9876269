"""A listening WSGI server, for the demo's pages and the stand-in for Meta."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import make_server

from local.chunked import ChunkedBodies
from local.ports import HOST, listening_socket

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WebServer:
    """Takes its port immediately (0 is any free one), and answers from `start` on.

    `variable` is what a person sets to choose the port. Raises PortTakenError.
    """

    def __init__(self, port: int, *, host: str = HOST, variable: str) -> None:
        with listening_socket(host, port, variable) as listener:
            self._server = make_server(
                host, port, self._answer, threaded=True, request_handler=_Handler, fd=listener.fileno()
            )
            port = listener.getsockname()[1]
        self.url = f"http://{host}:{port}"
        self._application: Wsgi | None = None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name=variable, daemon=True)

    def start(self, application: Wsgi) -> None:
        self._application = application
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        assert self._application is not None, "requests are answered from `start` on"  # noqa: S101
        return self._application(environ, start_response)


class _Handler(ChunkedBodies):
    def log_request(self, *_args: Any, **_more: Any) -> None:
        """Log nothing: the sites themselves show what there is to see."""
