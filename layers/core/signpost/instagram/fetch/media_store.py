"""The Media table, as fetches write it. `posts.py` describes its items."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram import posts, sightings
from signpost.instagram.comments import Thread, comments_owner, items, thread_from
from signpost.instagram.posts import Post
from signpost.instagram.sightings import PostErased
from signpost.platform.dynamodb import CONDITION_FAILED, Attr, Change, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Never removed by an update: another fetch may have written them since.
_KEPT: Final = (
    "pictures",
    "imported_at",
    "imported_for",
    "metrics_at",
    "no_insights",
    "metrics",
    "breakdowns",
    "comments_read",
)


class MediaStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The media table")

    def known(self, owner: str, wanted: Iterable[Post]) -> dict[str, Post]:
        """The stored posts, by media id."""
        items = self._table.batch_get({"owner": owner, "item": post.key} for post in wanted)
        return {item["media_id"]: posts.from_item(item) for item in items}

    def add(self, owner: str, post: Post, by: str = "") -> bool:
        """Store a post. False, without a change, if another run stored it already; a repetition returns True."""
        free = Attr("item").not_exists()
        if by:
            return self._table.put_if(posts.item(owner, post) | {"stored_by": by}, free | Attr("stored_by").eq(by))
        return self._table.put_if(posts.item(owner, post), free)

    def add_seen(self, owner: str, post: Post, now: float, ttl: int) -> bool:
        """Store a post with a hashtag, and where it was seen; False if it is stored already.

        Raises:
            PostErased: its owner had their data erased.
        """
        code = posts.shortcode(post)
        seen = Change(set={"ttl": int(now) + sightings.KEPT}, add={"at": {sightings.place(owner, post)}})
        codes = self._table.transact(
            [
                self._table.checking(sightings.erased_key(code), Attr("item").not_exists()),
                self._table.putting(posts.item(owner, post) | _expiry(ttl), Attr("item").not_exists()),
                self._table.updating(sightings.seen_key(code), seen),
            ]
        )
        if codes and codes[0] == CONDITION_FAILED:
            raise PostErased("Its owner had their data erased.")
        return not codes

    def erased(self, seen: Iterable[Post]) -> set[str]:
        """The ids of those posts whose owner had their data erased."""
        keys = [(post.media_id, sightings.erased_key(posts.shortcode(post))) for post in seen]
        found = {item["owner"] for item in self._table.batch_get(key for _, key in keys)}
        return {media_id for media_id, key in keys if key["owner"] in found}

    def update(
        self, owner: str, post: Post, measurement: Mapping[str, Any] | None = None, ttl: int | None = None
    ) -> None:
        """Write what changed in a stored post and, in the same transaction, a measurement (`posts.measurement`).

        A post that is gone, because its owner had everything erased, stays gone.
        """
        fields = posts.attributes(post) | _expiry(ttl)
        gone = [name for name in Post._fields if name not in fields and name not in _KEPT]  # such as a caption
        key, change, there = {"owner": owner, "item": post.key}, Change(fields, remove=gone), Attr("item").exists()
        if measurement is None:
            self._table.update_if(key, change, there)
        else:
            self._table.transact([self._table.updating(key, change, there), self._table.putting(measurement)])

    def keep_first_metrics(self, owner: str, post: Post, measurement: Mapping[str, Any]) -> bool:
        """Write the insights of a post that had none; False, and nothing is changed, when it has some or is gone."""
        first = Attr("item").exists() & Attr("metrics_at").not_exists()
        found = {name: getattr(post, name) for name in ("metrics", "breakdowns", "metrics_at")}
        change = Change(set={name: value for name, value in found.items() if value})
        written = self._table.updating({"owner": owner, "item": post.key}, change, first)
        return not self._table.transact([written, self._table.putting(measurement)])

    def keep_comments(self, owner: str, post: Post) -> bool:
        """Record how many comments there were when they were read."""
        read = {"comments_read": post.comments_read, "comment_tags": post.comment_tags}
        change = Change(set={name: value for name, value in read.items() if value not in (None, ())})
        return self._table.update_if({"owner": owner, "item": post.key}, change, Attr("item").exists())

    def keep_no_insights(self, owner: str, post: Post) -> bool:
        """Record that a post will never have insights."""
        key = {"owner": owner, "item": post.key}
        return self._table.update_if(key, Change(set={"no_insights": True}), Attr("item").exists())

    def newest_first(self, owner: str, after: str | None, limit: int) -> Iterator[list[Post]]:
        """The posts of an account, `limit` at a time, beginning after the one with the key `after`."""
        position = None if after is None else {"owner": owner, "item": after}
        query = self._table.pages(Key("owner").eq(owner), after=position, limit=limit, newest_first=True)
        for page in query:
            yield [posts.from_item(each) for each in page.items]

    def count(self, owner: str) -> int:
        """How many posts of an account are stored."""
        return self._table.count(Key("owner").eq(owner), consistent=False)

    def thread(self, install_id: str, media_id: str) -> Thread:
        """What is stored of a post's comments."""
        key = Key("owner").eq(comments_owner(install_id)) & Key("item").between(media_id, f"{media_id}#~")
        return thread_from(media_id, list(self._table.items(key)))

    def save_thread(self, install_id: str, before: Thread, after: Thread) -> bool:
        """Write what has changed. False, without a change, if another run has written since `before` was read.

        After `Unavailable`, it may be written.
        """
        *parts, first = items(install_id, before, after)
        same = Attr("version").eq(before.version) if before.version else Attr("item").not_exists()
        writes = [*(self._table.putting(each) for each in parts), self._table.putting(first, same)]
        if not self._table.transact(writes):
            return True
        # It may have been this one: when the reply is lost, the SDK repeats the transaction.
        return self.thread(install_id, after.media_id) == after._replace(version=before.version + 1)

    def put(self, item: Mapping[str, Any]) -> None:
        """Put any item, such as an account's numbers."""
        self._table.put(item)

    def latest(self, owner: str) -> Item | None:
        """The newest item of an owner; None: there is none."""
        query = self._table.pages(Key("owner").eq(owner), newest_first=True, limit=1, consistent=False)
        return next(iter(next(query).items), None)


def _expiry(ttl: int | None) -> dict[str, int]:
    return {} if ttl is None else {"ttl": ttl}
