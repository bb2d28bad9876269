"""Calls that name the fields they want: one that Meta refuses is left out, so that it costs only itself.

Which fields there are depends on product and version, and Meta refuses a whole call over one that is gone.
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
    `required`: without these, the answer is of no use. `extra`: when Meta refuses the call without naming a field, it
    is tried without these.
    """

    node: str
    fields: Mapping[str, tuple[str, ...]]
    required: frozenset[str] = frozenset({"id"})
    extra: frozenset[str] = frozenset()

    def without(self, refused: Collection[str]) -> "Wanted":
        """Without these, here and in the objects that fields lead to. Those that are required stay."""
        gone = set(refused) - self.required
        left = {
            name: tuple(each for each in inner if each not in gone)
            for name, inner in self.fields.items()
            if name not in gone
        }
        return self._replace(fields=left, extra=self.extra - gone)

    @property
    def text(self) -> str:
        """As the parameter `fields` has it, such as `id,children{id,media_url}`."""
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
    """GET an object or an edge with those of the fields that Meta gives; notes in `refused` which it does not.

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
            # If it is refused again, they were not the reason, and the second error says what is.
            answer = graph.get(path, token, {**(parameters or {}), "fields": left.without(left.extra).text})
            refused.note_fields(wanted.node, left.extra)
            return answer
