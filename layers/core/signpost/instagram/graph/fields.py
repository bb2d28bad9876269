"""Calls that name their fields. A field that Meta refuses is left out, and the others are fetched.

The fields depend on product and version, and Meta refuses a whole call over one that does not exist.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.graph.calls import Answer
from signpost.instagram.graph.errors import FieldRefused, GraphBug
from signpost.instagram.json_values import Json

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.graph.refused import Refused


class Wanted(NamedTuple):
    """What to ask about an object.

    `node`: the kind of object. `fields`: by name, those of the objects that a field leads to, if it leads to any.
    `required`: without these, the reply is useless. `extra`: if Meta refuses the call without naming a field, it is
    repeated without these.
    """

    node: str
    fields: Mapping[str, tuple[str, ...]]
    required: frozenset[str] = frozenset({"id"})
    extra: frozenset[str] = frozenset()

    def without(self, refused: Collection[str]) -> "Wanted":
        """Without these, here and in nested objects. Required fields stay."""
        gone = set(refused) - self.required
        left = {
            name: tuple(each for each in inner if each not in gone)
            for name, inner in self.fields.items()
            if name not in gone
        }
        return self._replace(fields=left, extra=self.extra - gone)

    @property
    def text(self) -> str:
        """The parameter `fields`, such as `id,children{id,media_url}`."""
        return ",".join(f"{name}{{{','.join(inner)}}}" if inner else name for name, inner in self.fields.items())


def plain(names: str) -> dict[str, tuple[str, ...]]:
    """Fields that lead to no other object, from a list with commas."""
    return dict.fromkeys(names.split(","), ())


def get(
    graph: "Graph",
    path: str,
    token: str,
    wanted: Wanted,
    refused: "Refused",
    *,
    parameters: Mapping[str, str] | None = None,
) -> Answer[Json]:
    """GET an object or an edge with the fields that Meta gives; records the others in `refused`.

    Raises:
        FieldRefused: the field is required.
    """
    left = wanted.without(refused.fields(wanted.node))
    while True:
        try:
            return graph.get(path, token, {**(parameters or {}), "fields": left.text})
        except FieldRefused as error:
            rest = left.without({error.field})
            if rest == left:
                raise
            refused.note_fields(wanted.node, {error.field})
            left = rest
        except GraphBug:
            if not left.extra:
                raise
            # If it is refused again, these were not the cause, and the second error names it.
            answer = graph.get(path, token, {**(parameters or {}), "fields": left.without(left.extra).text})
            refused.note_fields(wanted.node, left.extra)
            return answer
