"""Makes the time of DynamoDB queries in moto depend on what they find, not on what the table holds.

moto (5.2.5) sorts all items of a table for each query, and copies every value that it found. Here a query looks only at
the items under its hash key, or at those of an index unsorted (it sorts what it found anyway), and only at those
between the bounds of its range key. Found values are still copied with `keeps_copying`, where several threads may
write. Replies are written from the values directly; moto looks up the shape of each part, which takes ten times longer.
"""

import copy
import inspect
import threading
from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any, Final

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import table as tables
from moto.dynamodb.models.dynamo_type import DynamoType, Item

_now: Final = threading.local()


def speed_up(*, keeps_copying: bool = True) -> None:
    models: Any = tables.Table
    models.all_items = _only_what_is_queried(models.all_items)
    models.query = _telling_what_is_queried(models.query)
    serializer: Any = BaseJSONSerializer
    serializer._serialize = _writing_values_at_once(serializer._serialize)  # noqa: SLF001  (moto has no other way)
    if not keeps_copying:
        modules: Any = tables
        modules.copy = SimpleNamespace(copy=copy.copy, deepcopy=_copied)


def _telling_what_is_queried(query: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(query)

    @wraps(query)
    def query_and_tell(self: Any, *given: Any, **more: Any) -> Any:
        names = signature.bind(self, *given, **more).arguments
        _now.query = (self, names["hash_key"], names.get("index_name"), names["range_comparison"], names["range_objs"])
        try:
            return query(self, *given, **more)
        finally:
            _now.query = None

    return query_and_tell


def _only_what_is_queried(all_items: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(all_items)
    def items(self: Any) -> list[Any]:
        query = getattr(_now, "query", None)
        if query is None or query[0] is not self or not self.range_key_attr:
            found: list[Any] = all_items(self)
            return found
        _, hash_key, index_name, comparison, bounds = query
        if index_name:
            return [item for each in self.items.values() for item in each.values()]
        its_own = list(self.items.get(hash_key, {}).values())
        if comparison == "BETWEEN":
            first, last = (bound.cast_value for bound in bounds)
            its_own = [item for item in its_own if first <= item.range_key.cast_value <= last]
        return sorted(its_own, key=lambda item: item.range_key.cast_value)

    return items


def _writing_values_at_once(serialize: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(serialize)
    def serialize_value(self: Any, serialized: Any, value: Any, shape: Any, key: str = "") -> Any:
        if shape.name == "AttributeValue" and not _has_bytes(value):
            self._default_serialize(serialized, _json(value), shape, key)
        else:
            serialize(self, serialized, value, shape, key)

    return serialize_value


def _kind(value: Any) -> tuple[str, Any]:
    """A value's kind, such as "S", and its content."""
    if isinstance(value, DynamoType):
        return value.type, value.value
    [(kind, content)] = value.items()
    return kind, content


def _has_bytes(value: Any) -> bool:
    """Binary values take a form of their own."""
    kind, content = _kind(value)
    if kind in ("M", "L"):
        return any(map(_has_bytes, content.values() if kind == "M" else content))
    return kind in ("B", "BS")


def _json(value: Any) -> dict[str, Any]:
    kind, content = _kind(value)
    if kind == "M":
        return {"M": {name: _json(each) for name, each in content.items()}}
    return {kind: [_json(each) for each in content] if kind == "L" else content}


def _copied(value: Any) -> Any:
    """Found items are not copied: nothing changes them before they are sent, since requests take turns."""
    if isinstance(value, list) and value and all(isinstance(each, Item) for each in value):
        return list(value)
    return copy.deepcopy(value)
