"""The data in moto's process as bytes, at STATE_PATH: GET saves them, PUT in a later run restores them.

Kept are the items of tables, objects of buckets, messages of queues, values of secrets, keys of KMS and what was sent;
everything else comes from the template. moto has nothing for that, so its own objects are pickled (moto 5.2.5).
"""

import itertools
import pickle
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import moto.kms.models
from moto.backends import get_backend

from local.runner import outbox
from local.runner.data_server import STATE_PATH
from local.runner.intrinsics import ACCOUNT_ID, REGION

_BYTES: Final = "application/octet-stream"

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def served(application: Wsgi) -> Wsgi:
    """The application, with its state at STATE_PATH."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != STATE_PATH:
            return application(environ, start_response)
        body = b""
        if environ["REQUEST_METHOD"] == "PUT":
            load(environ["wsgi.input"].read())
        else:
            body = dump()
        start_response("200 OK", [("Content-Type", _BYTES)])
        return [body]

    return answer


def number_keys() -> None:
    """Give KMS keys the same ids in each run, in the order of their creation, because ciphertexts name their key."""
    numbers = itertools.count(1)
    models: Any = moto.kms.models
    models.generate_key_id = lambda *_multi_region: str(uuid.UUID(int=next(numbers)))


def dump() -> bytes:
    dynamodb, sqs, kms, secrets = (_backend(name) for name in ("dynamodb", "sqs", "kms", "secretsmanager"))
    return pickle.dumps(
        {
            "tables": {name: (table.schema, table.items) for name, table in dynamodb.tables.items()},
            "objects": {name: dict(bucket.keys.items()) for name, bucket in _buckets().items()},
            "messages": {name: queue._messages for name, queue in sqs.queues.items()},  # noqa: SLF001
            "keys": {name: key.key_material for name, key in kms.keys.items()},
            "secrets": {name: secrets.get_secret_value(name, "", "")["SecretString"] for name in secrets.secrets},
            "outbox": outbox.sent(),
        }
    )


def load(saved: bytes) -> None:
    """Fill the template's resources. Those that it no longer has, or has with other keys, are dropped."""
    state: dict[str, Any] = pickle.loads(saved)  # noqa: S301  (written by `dump` on this machine)
    dynamodb, sqs, kms, secrets = (_backend(name) for name in ("dynamodb", "sqs", "kms", "secretsmanager"))
    for (schema, items), table in _both(state["tables"], dynamodb.tables):
        if table.schema == schema:
            table.items = items
    for objects, bucket in _both(state["objects"], _buckets()):
        for name, each in objects.items():
            bucket.keys[name] = each
    for messages, queue in _both(state["messages"], sqs.queues):
        queue._messages = messages  # noqa: SLF001
    for material, key in _both(state["keys"], kms.keys):
        key.key_material = material
    for name in state["secrets"].keys() & secrets.secrets.keys():
        secrets.put_secret_value(name, state["secrets"][name], None, None, ["AWSCURRENT"])
    outbox.put_back(state["outbox"])


def _both(saved: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Pairs of saved and current values, for all names that are in both."""
    for name in saved.keys() & here.keys():
        yield saved[name], here[name]


def _backend(service: str) -> Any:
    backends: Any = get_backend(service)  # type: ignore[call-overload]
    return backends[ACCOUNT_ID][REGION]


def _buckets() -> dict[str, Any]:
    backends: Any = get_backend("s3")
    buckets: dict[str, Any] = backends[ACCOUNT_ID]["aws"].buckets
    return buckets
