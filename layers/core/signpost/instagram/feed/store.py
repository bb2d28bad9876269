"""The Media table as feeds read it: pages of posts, and the last good copies of the legacy source.

owner             item                      what it holds
<install id>      media#<posted>#<id>       a post of an account (written by fetches, see `posts.py`)
hashtag#<tag>     media#<posted>#<id>       a post with a hashtag, and `ttl`
legacy#<feed>     copy                      `posts` (packed), `copied_at` and `ttl`; written here
"""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.feed.legacy_posts import LegacyCopy, LegacyPost, packed, unpacked
from signpost.platform.dynamodb import Attr, Key, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

KEEP_COPY: Final = 90 * 86_400  # seconds
# Without what only reports read: insights would be most of an item.
_SHOWN: Final = (
    *(
        "owner",
        "item",
        "media_id",
        "caption",
        "tags",
        "media_type",
        "product_type",
        "permalink",
        "username",
        "alt_text",
    ),
    *("pictures", "media_url", "thumbnail_url", "children", "metrics.like_count", "metrics.comments_count", "ttl"),
)


class PostPage(NamedTuple):
    items: list[dict[str, Any]]  # newest first
    next_position: str | None  # to continue after; None at the end


class FeedStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The media table")

    def page(self, owner: str, after: str | None, limit: int, now: float) -> PostPage:
        """Posts of this owner, the newest first, beginning after the position `after`: one Query as a rule.

        It takes more only when posts are very long, or when some have expired and have not been removed yet.
        """
        pages = self._table.pages(
            Key("owner").eq(owner) & Key("item").begins_with("media#"),
            after=None if after is None else {"owner": owner, "item": after},
            limit=limit + 1,
            newest_first=True,
            attributes=_SHOWN,
            consistent=False,
        )
        items: list[dict[str, Any]] = []
        for page in pages:
            items += [item for item in page.items if item.get("ttl", now + 1) > now]
            if len(items) > limit:
                return PostPage(items[:limit], items[limit - 1]["item"])
        return PostPage(items, None)

    def copy(self, feed: str, now: float) -> LegacyCopy | None:
        """The last good copy of a feed of the legacy source."""
        found = self._table.items(Key("owner").eq(_copy_owner(feed)) & Key("item").eq("copy"), consistent=False)
        for item in found:
            if item["ttl"] > now:
                return LegacyCopy(unpacked(item["posts"]), float(item["copied_at"]))
        return None

    def keep_copy(self, feed: str, posts: "Sequence[LegacyPost]", now: float) -> None:
        """Replace an older copy. A newer one, which another request has stored meanwhile, stays."""
        copy = {"posts": packed(posts), "copied_at": now, "ttl": int(now) + KEEP_COPY}
        self._table.put_if(
            {"owner": _copy_owner(feed), "item": "copy", **copy},
            Attr("copied_at").not_exists() | Attr("copied_at").lt(now),
        )


def _copy_owner(feed: str) -> str:
    """`feed` as `@natgeo` or `#food`: in the key, an account has no sign, and a tag keeps its own."""
    return f"legacy#{feed.removeprefix('@')}"
