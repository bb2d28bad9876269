"""Puts many items into tables at once, at ITEMS_PATH: PUT takes pickled `{table: [item, …]}`, in DynamoDB's JSON.

BatchWriteItem would take a minute for what this does in seconds. Nothing is put into streams: these items were there
before anybody looked (moto 5.2.5).
"""

import pickle
from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import Any

from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

from local.runner.data_server import ITEMS_PATH
from local.runner.intrinsics import ACCOUNT_ID, REGION

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def served(application: Wsgi) -> Wsgi:
    """The WSGI application, which also takes items at ITEMS_PATH."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != ITEMS_PATH:
            return application(environ, start_response)
        put(pickle.loads(environ["wsgi.input"].read()))  # noqa: S301  (written by `DataServer` on this machine)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    return answer


def put(items: dict[str, list[dict[str, Any]]]) -> None:
    backends: Any = get_backend("dynamodb")
    tables = backends[ACCOUNT_ID][REGION].tables
    for name, each in items.items():
        table = tables[name]
        for attributes in each:
            item = _item(table, attributes)
            if table.range_key_attr:
                table.items[item.hash_key][item.range_key] = item
            else:
                table.items[item.hash_key] = item


def _item(table: Any, attributes: dict[str, Any]) -> Any:
    """Skips moto's check of the size, whose time grows with the square of the number of attributes."""
    item: Any = Item.__new__(Item)
    item.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    for name, value in attributes.items():
        dict.__setitem__(item.attrs, name, DynamoType(_stored(value)))
    item.hash_key = item.attrs[table.hash_key_attr]
    item.range_key = item.attrs[table.range_key_attr] if table.range_key_attr else None
    return item


def _stored(value: dict[str, Any]) -> dict[str, Any]:
    """Binary values are kept in base 64."""
    return {"B": b64encode(value["B"]).decode()} if "B" in value else value
