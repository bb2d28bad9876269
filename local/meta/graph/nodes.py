"""What reading is made of: the query, kinds of objects with their fields, and what a field may lead to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from local.meta.errors import MetaError, invalid, known
from local.meta.graph.fields import Field
from local.meta.state import MetaState
from local.meta.tokens import Token


@dataclass(frozen=True)
class Query:
    """What a call means for reading. `root` is the address before the object's id."""

    state: MetaState
    token: Token
    root: str
    now: float

    @property
    def facebook(self) -> bool:
        return self.token.provider == "facebook"


@dataclass(frozen=True)
class One:
    """Another object."""

    kind: str
    item: Any


@dataclass(frozen=True)
class Many:
    """An edge. `stamped` ones take since and until; `most` is the largest page."""

    kind: str
    items: Sequence[Any]
    most: int = 100
    stamped: bool = False


class Absent:
    """The field exists, but this object does not have it: Meta leaves it out."""


ABSENT: Final = Absent()
Resolver = Callable[[Query, Any, Field], Any]


@dataclass(frozen=True)
class Kind:
    fields: Mapping[str, Resolver]
    default: tuple[str, ...] = ("id",)
    facebook_only: frozenset[str] = frozenset()
    instagram_only: frozenset[str] = frozenset()

    def resolver(self, name: str, *, facebook: bool) -> Resolver | None:
        other = self.instagram_only if facebook else self.facebook_only
        return None if name in other else self.fields.get(name)


def stamp(moment: float) -> str:
    """Meta's time: `2019-09-26T22:36:43+0000`."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


def of(name: str) -> Resolver:
    """The attribute of this name; left out when it is None or empty text."""

    def resolve(_query: Query, item: Any, _field: Field) -> Any:
        value = getattr(item, name)
        return ABSENT if value is None or value == "" else value

    return resolve


def just(value: Any) -> Resolver:
    return lambda _query, _item, _field: value


def needs(query: Query, facebook: str, instagram: str) -> None:
    if (facebook if query.facebook else instagram) not in query.token.scopes:
        raise known(10)


def nonexisting(name: str, kind: str) -> MetaError:
    return invalid(f"Tried accessing nonexisting field ({name}) on node type ({kind})")
