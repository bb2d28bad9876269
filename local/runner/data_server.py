"""The stand-in for AWS's data services: moto's server as a child process, and boto3 clients for it."""

import contextlib
import http.client
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

from local.ports import PortTakenError, listening_socket
from local.runner.intrinsics import REGION
from local.runner.processes import Spawner, stop

REPOSITORY: Final = Path(__file__).resolve().parents[2]
OUTBOX_PATH: Final = "/local/outbox"
STATE_PATH: Final = "/local/state"
ITEMS_PATH: Final = "/local/items"
_ITEMS_AT_ONCE: Final = 500  # others wait while they are put
_READ_TIMEOUT_S: Final = 60
# moto does not check them, but botocore needs them.
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SESSION_TOKEN": "local",
}


class DataServer:
    """moto's server; connections wait in the socket's queue until it is up, so that no caller has to poll for it."""

    def __init__(self, spawner: Spawner, *, host: str, port: int, log: Callable[[str], None]) -> None:
        self._clients: dict[str, Any] = {}
        self._lock = Lock()
        try:
            listener = listening_socket(host, port, "DATA_PORT")
        except PortTakenError:
            listener = listening_socket(host, 0, "DATA_PORT")
            log(f"{host}:{port} is in use; the data is on port {listener.getsockname()[1]} instead.")
        with listener:
            self.host, self.port = host, int(listener.getsockname()[1])
            environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "MOTO_PORT": str(self.port)}
            self._process = spawner.start(
                [sys.executable, "-m", "local.runner.moto_child", str(listener.fileno())],
                environment=environment,
                directory=REPOSITORY,
                output=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
            )

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def client(self, service: str) -> Any:
        """The boto3 client for `service`; clients are shared, because they are safe to use from several threads."""
        # Imported late: that takes half a second, during which moto already starts.
        import boto3  # noqa: PLC0415
        from botocore.config import Config  # noqa: PLC0415

        make_client: Any = boto3.client  # the stubs want each service's name spelled out
        with self._lock:
            if service not in self._clients:
                self._clients[service] = make_client(
                    service,
                    endpoint_url=self.url,
                    region_name=REGION,
                    aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                    aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                    config=Config(
                        retries={"total_max_attempts": 1}, read_timeout=_READ_TIMEOUT_S, max_pool_connections=50
                    ),
                )
            return self._clients[service]

    def outbox(self, kind: str = "") -> list[dict[str, Any]]:
        """What was sent, newest first, of all kinds or one: see `outbox.py`. Raises OSError if moto does not answer."""
        sent: list[dict[str, Any]] = json.loads(self._call("GET", OUTBOX_PATH))
        return [each for each in sent if not kind or each["kind"] == kind]

    def sent_mail(self) -> list[dict[str, Any]]:
        """What SES sent, likewise."""
        return self.outbox("email")

    def state(self) -> bytes:
        """Everything that is stored: see `saved_state.py`. Raises OSError if moto does not respond."""
        return self._call("GET", STATE_PATH)

    def load(self, state: bytes) -> None:
        """Fill the created resources with what `state` once returned. Raises OSError if moto does not respond."""
        self._call("PUT", STATE_PATH, state)

    def put_items(self, table: str, items: Sequence[Mapping[str, Any]]) -> None:
        """Put items in DynamoDB's JSON: see `bulk_items.py`. Raises OSError if moto does not respond."""
        for start in range(0, len(items), _ITEMS_AT_ONCE):
            self._call("PUT", ITEMS_PATH, pickle.dumps({table: items[start : start + _ITEMS_AT_ONCE]}))

    def _call(self, method: str, path: str, body: bytes = b"") -> bytes:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=_READ_TIMEOUT_S)
        with contextlib.closing(connection):
            connection.request(method, path, body)
            answer = connection.getresponse()
            content = answer.read()
        if answer.status != http.client.OK:
            raise OSError(f"{method} {path} answered {answer.status}")
        return content

    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        stop(self._process)
        for client in self._clients.values():
            client.close()
