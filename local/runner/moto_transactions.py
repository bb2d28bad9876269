"""Makes DynamoDB transactions in moto as quick as other writes.

moto (5.2.5) copies each table that a transaction writes to, with all that is in it, to put it back if the transaction
fails. So a transaction takes the longer, the more is stored. Here the copy shares the items, and the few that the
transaction itself changes are kept aside. Only what the copy holds is put back, into the table that was there: whoever
reads its stream has got hold of that one, and would never see another record.
"""

import copy
from collections import defaultdict
from functools import wraps
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table


def speed_up() -> None:
    models: Any = Table
    models.__deepcopy__ = _with_shared_items
    backend: Any = DynamoDBBackend
    backend.transact_write_items = _keeping_its_items(backend.transact_write_items)


def _with_shared_items(table: Any, _memo: Any) -> Any:
    copied = _unknown_to_moto(table)
    items = {key: dict(value) if isinstance(value, dict) else value for key, value in table.items.items()}
    copied.items = defaultdict(dict, items)
    if table.stream_shard is not None:
        copied.stream_shard = _unknown_to_moto(table.stream_shard)
        copied.stream_shard.items = list(table.stream_shard.items)
        copied.stream_shard.table = copied
    return copied


def _unknown_to_moto(original: Any) -> Any:
    """A shallow copy. Moto keeps a list of all its objects, so one that `copy.copy` makes is never freed."""
    copied = object.__new__(type(original))
    copied.__dict__ |= original.__dict__
    return copied


def _keeping_its_items(transact: Any) -> Any:
    @wraps(transact)
    def transact_and_restore(self: Any, transact_items: list[dict[str, Any]]) -> None:
        kept = [
            (op["TableName"], copy.deepcopy(item)) for op in _operations(transact_items) if (item := _item(self, op))
        ]
        there = dict(self.tables)
        try:
            transact(self, transact_items)
        except Exception:
            for name, copied in dict(self.tables).items():
                if name in there and copied is not there[name]:
                    self.tables[name] = _put_back(there[name], copied)
            for name, item in kept:
                table = self.tables[name]
                if table.range_key_attr:
                    table.items[item.hash_key][item.range_key] = item
                else:
                    table.items[item.hash_key] = item
            raise

    return transact_and_restore


def _put_back(table: Any, copied: Any) -> Any:
    table.items = copied.items
    if table.stream_shard is not None:
        table.stream_shard.items = copied.stream_shard.items
    return table


def _operations(transact_items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [op for each in transact_items for op in each.values() if "TableName" in op]


def _item(backend: Any, op: dict[str, Any]) -> Any:
    """The item that the operation writes, as it is now; None if there is none, or no such table."""
    table = backend.tables.get(op["TableName"])
    if table is None:
        return None
    attributes = op.get("Key") or op.get("Item") or {}
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    if not all(name in attributes for name in names):
        return None
    return backend.get_item(op["TableName"], {name: attributes[name] for name in names})
