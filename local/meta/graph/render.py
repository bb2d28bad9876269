"""Objects and edges with the requested fields, to any depth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.meta.graph import paging
from local.meta.graph.fields import Field
from local.meta.graph.kinds import KINDS
from local.meta.graph.nodes import ABSENT, Many, One, Query, nonexisting
from local.meta.world import Media


def node(
    query: Query, kind: str, item: Any, fields: tuple[Field, ...] | None, *, direct: bool = False
) -> dict[str, Any]:
    """The object with these fields, or with its defaults; `id` is always included.

    `direct`: the address names this object. Only then does the owner see hidden likes.
    """
    table = KINDS[kind]
    asked = fields if fields is not None else tuple(Field(name) for name in table.default)
    found: dict[str, Any] = {}
    for field in asked:
        resolver = table.resolver(field.name, facebook=query.facebook)
        if resolver is None or field.name in query.state.limits.fields:
            raise nonexisting(field.name, kind)
        if field.name == "like_count" and isinstance(item, Media) and item.hides_likes and not direct:
            continue
        value = resolver(query, item, field)
        if value is not ABSENT:
            found[field.name] = _value(query, item, field, value)
    found.setdefault("id", table.fields["id"](query, item, Field("id")))
    return found


@dataclass(frozen=True)
class EdgeRequest:
    """What is requested of an edge. `arguments` are repeated in `paging.next`, which begins with `address`."""

    fields: tuple[Field, ...] | None
    arguments: Mapping[str, str]
    address: str


def edge(query: Query, many: Many, wanted: EdgeRequest) -> dict[str, Any]:
    """`{"data": […], "paging"?}`."""
    arguments = wanted.arguments
    items = paging.window(many.items, _time_of, arguments) if many.stamped else many.items
    chosen, more = paging.page(items, _id_of, arguments, most=many.most, address=wanted.address)
    data = [node(query, many.kind, item, wanted.fields) for item in chosen]
    return {"data": data, "paging": more} if more else {"data": data}


def _value(query: Query, item: Any, field: Field, value: Any) -> Any:
    if isinstance(value, One):
        return node(query, value.kind, value.item, field.fields)
    if isinstance(value, Many):
        address = f"{query.root}/{item.id}/{field.name}"
        arguments = {**field.arguments, "access_token": query.token.value}
        if field.fields is not None:
            arguments["fields"] = unparse(field.fields)
        return edge(query, value, EdgeRequest(field.fields, arguments, address))
    return value


def unparse(fields: tuple[Field, ...]) -> str:
    """The text that `fields.parse` reads."""
    return ",".join(
        field.name
        + "".join(f".{name}({value})" for name, value in field.arguments.items())
        + ("" if field.fields is None else f"{{{unparse(field.fields)}}}")
        for field in fields
    )


def _time_of(item: Any) -> float:
    moment: float = item.timestamp
    return moment


def _id_of(item: Any) -> str:
    identifier: str = item.id
    return identifier
