"""What Meta refuses to a product in a version of its API: fields, metrics, and pages that are too large.

It is remembered for a day (`refused_store`), so that it does not cost a call each time. Names are
`field/<kind of object>/<field>` and `metric/<kind of post>/<year>/<metric>`: which metrics a post has depends on its
kind and, since Meta adds and removes them, on when it was posted.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Final

ACCOUNT: Final = "ACCOUNT"  # under which metrics of accounts are listed, in place of a kind of post
_RECENT: Final = 90 * 86_400  # seconds
_ENOUGH: Final = 2  # so many posts must lack a metric, and none have it, before it counts as refused


class Refused:
    """For one fetch: what was refused before, and what it learns.

    `new`: what should be remembered. `largest_page`: how many posts Meta returns in one call.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known, self._doubts, self._given = set(known), Counter[str](), set[str]()
        self.new: tuple[str, ...] = ()
        self.largest_page = 100

    def fields(self, node: str) -> set[str]:
        """The fields not to ask objects of this kind for."""
        return self._names(f"field/{node}/")

    def metrics(self, group: str) -> set[str]:
        """The metrics not to ask posts of this `group` for."""
        return self._names(f"metric/{group}/")

    def note_fields(self, node: str, names: Collection[str]) -> None:
        self._add(f"field/{node}/{name}" for name in sorted(names))

    def note_metrics(self, group: str, asked: Collection[str], dropped: Collection[str]) -> None:
        """Record which metrics were requested for a post, and which of them Meta refused."""
        names = {metric: f"metric/{group}/{metric}" for metric in asked}
        self._given |= {name for metric, name in names.items() if metric not in dropped}
        refused = [names[metric] for metric in asked if metric in dropped and names[metric] not in self._given]
        self._doubts.update(refused)
        self._add(name for name in refused if self._doubts[name] >= _ENOUGH)

    def note_dropped(self, group: str, dropped: Collection[str]) -> None:
        """Record which metrics Meta refused to an account: there is no other object to ask."""
        self._add(f"metric/{group}/{metric}" for metric in dropped)

    def _names(self, prefix: str) -> set[str]:
        return {name.removeprefix(prefix) for name in self._known if name.startswith(prefix)}

    def _add(self, names: Iterable[str]) -> None:
        added = tuple(name for name in names if name not in self._known)
        self._known.update(added)
        self.new = (*self.new, *added)


def is_about_new_posts(name: str, now: float) -> bool:
    """Whether new posts lack it as well: a field, or a metric of recent posts."""
    kind, *parts = name.split("/")
    return kind == "field" or (parts[0] != ACCOUNT and int(parts[1]) >= datetime.fromtimestamp(now - _RECENT, UTC).year)


def group_of(product_type: str | None, posted_at: float) -> str:
    """Names the posts that have the same metrics: those of one kind and year."""
    return f"{product_type or 'unknown'}/{datetime.fromtimestamp(posted_at, UTC).year}"
