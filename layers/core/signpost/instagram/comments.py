"""Comments in the Media table, without their text.

owner                 item              what it holds
<install>#comments    <media id>        a post's first 2,000 comments (`packed`), and how far they have been read
<install>#comments    <media id>#<n>    the next 2,000 each

Packed, 100,000 comments are a few megabytes: as many pages of a Query. The packing is zlib-compressed JSON: columns of
ids, times, authors' ids and names. Items are plain values, as `platform.dynamodb` reads and writes them.
"""

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.tags import hashtags

if TYPE_CHECKING:
    from signpost.instagram.graph.models import ReceivedComment

_IN_ITEM: Final = 2000  # of at most 60 bytes each, so far below DynamoDB's 400 KB


class Comment(NamedTuple):
    """`at`: seconds since 1970. Instagram names no author when the account is gone."""

    id: str
    at: float
    author_id: str | None = None
    username: str | None = None  # in lower case


class PostComment(NamedTuple):
    media_id: str
    comment: Comment


class Thread(NamedTuple):
    """What is stored of a post's comments, in the order in which they were found.

    `parts`: the content of its items. `read_at_count`: how many Meta counted when all of them had been read. `after`:
    where a reading was interrupted. `version`: that of the first item, so that of two runs only one writes.
    `tags`: those in the owner's own first comment, which was written at `tags_at`.
    """

    media_id: str
    parts: tuple[tuple[Comment, ...], ...] = ()
    read_at_count: int | None = None
    after: str | None = None
    version: int = 0
    tags: tuple[str, ...] = ()
    tags_at: float | None = None

    @property
    def ids(self) -> set[str]:
        return {comment.id for part in self.parts for comment in part}

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))

    def adding(self, found: Iterable[Comment]) -> "Thread":
        """With these, which are new, at the end."""
        parts, new = list(self.parts) or [()], list(found)
        while new:
            room = _IN_ITEM - len(parts[-1])
            if room <= 0:
                parts.append(())
                continue
            parts[-1], new = (*parts[-1], *new[:room]), new[room:]
        return self._replace(parts=tuple(parts))

    def keeping(self, ids: Collection[str]) -> "Thread":
        """Without the comments that are gone."""
        return self._replace(parts=tuple(tuple(each for each in part if each.id in ids) for part in self.parts))


def comments_owner(install_id: str) -> str:
    return f"{install_id}#comments"


def comment_of(received: "ReceivedComment") -> Comment | None:
    """What is stored of a comment. None: it has no time."""
    if received.timestamp is None:
        return None
    name = received.username.lower() if received.username else None
    return Comment(received.id, received.timestamp, received.author_id, name)


def with_tags(thread: Thread, received: Iterable["ReceivedComment"], owner: Collection[str]) -> Thread:
    """With the hashtags of the owner's own first comment. `owner`: the account's ids and its name.

    `received`: the newest first.
    """
    names = {each.lower() for each in owner}
    for each in received:
        is_owners = not each.is_reply and ({each.author_id, (each.username or "").lower()} & names)
        # Of two in the same second, the one that comes later is older.
        if is_owners and each.timestamp is not None and (thread.tags_at is None or each.timestamp <= thread.tags_at):
            thread = thread._replace(tags=hashtags(each.text), tags_at=each.timestamp)
    return thread


def items(install_id: str, before: Thread, after: Thread) -> Iterator[dict[str, Any]]:
    """The items that have changed, the first one last. Its `version` must be that of `before` when it is written."""
    for number in range(len(after.parts) - 1, 0, -1):
        if number >= len(before.parts) or before.parts[number] != after.parts[number]:
            yield _key(install_id, f"{after.media_id}#{number:04}") | {"packed": _packed(after.parts[number])}
    fields = {
        "version": before.version + 1,
        "read_at_count": after.read_at_count,
        "after": after.after,
        "tags": list(after.tags),
        "tags_at": after.tags_at,
        "packed": _packed(after.parts[0] if after.parts else ()),
    }
    known = {name: value for name, value in fields.items() if value is not None}
    yield _key(install_id, after.media_id) | known


def thread_from(media_id: str, stored: Sequence[Mapping[str, Any]]) -> Thread:
    """What is stored, from a post's items in the order of their keys."""
    if not stored:
        return Thread(media_id)
    first = stored[0]
    return Thread(
        media_id,
        tuple(_unpacked(each["packed"]) for each in stored),
        first.get("read_at_count"),
        first.get("after"),
        first["version"],
        tuple(first.get("tags", ())),
        first.get("tags_at"),
    )


def comments_from(item: Mapping[str, Any]) -> Iterator[PostComment]:
    """The comments in any one of the items."""
    media_id = item["item"].partition("#")[0]
    return (PostComment(media_id, comment) for comment in _unpacked(item["packed"]))


def _key(install_id: str, item: str) -> dict[str, str]:
    return {"owner": comments_owner(install_id), "item": item}


def _packed(part: Iterable[Comment]) -> bytes:
    columns = list(zip(*part, strict=True)) or [()] * len(Comment._fields)
    return zlib.compress(json.dumps(columns, separators=(",", ":")).encode(), 9)


def _unpacked(packed: bytes) -> tuple[Comment, ...]:
    columns = json.loads(zlib.decompress(packed))
    return tuple(map(Comment, *columns)) if columns[0] else ()
