"""The Media table as feeds read it: pages of posts, and the last good copies of the legacy source.

owner             item                      what it holds
<install id>      media#<posted>#<id>       a post of an account (written by fetches, see `media_items.py`)
hashtag#<tag>     media#<posted>#<id>       a post with a hashtag, and `ttl`
legacy#<feed>     copy                      `posts` (packed), `copied_at` and `ttl`; written here
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.feed.legacy_posts import LegacyCopy, LegacyPost, packed, unpacked
from signpost.platform.aws import conditionally, named_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The media table"
KEEP_COPY: Final = 90 * 86_400  # seconds
# Not what only reports look at: insights would be most of an item.
_SHOWN: Final = (
    "item, media_id, caption, tags, media_type, product_type, permalink, username, alt_text, pictures, media_url, "
    "thumbnail_url, children, metrics.like_count, metrics.comments_count, #ttl"
)


class PostPage(NamedTuple):
    items: list[dict[str, Any]]  # newest first
    next_position: str | None  # to go on after; None at the end


class FeedStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.client, self.table = client, table

    def page(self, owner: str, after: str | None, limit: int, now: float) -> PostPage:
        """Posts of this owner, the newest first, beginning after the position `after`: one Query as a rule.

        More are only needed when posts are very long, or when some have expired and are still to be removed.
        """
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "#owner = :owner AND begins_with(#item, :posts)",
            "ProjectionExpression": _SHOWN.replace("item,", "#item,", 1),
            "ExpressionAttributeNames": {"#owner": "owner", "#item": "item", "#ttl": "ttl"},
            "ExpressionAttributeValues": {":owner": owner, ":posts": "media#"},
            "ScanIndexForward": False,
            "Limit": limit + 1,
        }
        if after is not None:
            query["ExclusiveStartKey"] = {"owner": owner, "item": after}
        items: list[dict[str, Any]] = []
        while len(items) <= limit:
            with named_errors(SERVICE):
                reply: Any = self.client.query(**query)
            items += [item for item in reply["Items"] if item.get("ttl", now + 1) > now]
            if "LastEvaluatedKey" not in reply:
                break
            query["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
        more = len(items) > limit
        return PostPage(items[:limit], items[limit - 1]["item"] if more else None)

    def copy(self, feed: str, now: float) -> LegacyCopy | None:
        """The last good copy of a feed of the legacy source."""
        with named_errors(SERVICE):
            reply: Any = self.client.query(
                TableName=self.table,
                KeyConditionExpression="#owner = :owner AND #item = :copy",
                ExpressionAttributeNames={"#owner": "owner", "#item": "item"},
                ExpressionAttributeValues={":owner": _copy_owner(feed), ":copy": "copy"},
            )
        for item in reply["Items"]:
            if item["ttl"] > now:
                return LegacyCopy(unpacked(bytes(item["posts"])), float(item["copied_at"]))
        return None

    def keep_copy(self, feed: str, posts: "Sequence[LegacyPost]", now: float) -> None:
        """Keep it in place of an older one; a newer one, which somebody else got meanwhile, stays."""
        conditionally(
            SERVICE,
            self.client.put_item,
            TableName=self.table,
            Item={
                "owner": _copy_owner(feed),
                "item": "copy",
                "posts": packed(posts),
                "copied_at": Decimal(str(now)),
                "ttl": int(now) + KEEP_COPY,
            },
            ConditionExpression="attribute_not_exists(copied_at) OR copied_at < :now",
            ExpressionAttributeValues={":now": Decimal(str(now))},
        )


def _copy_owner(feed: str) -> str:
    """`feed` as `@natgeo` or `#food`: an account has no sign in the key, and a tag keeps its own."""
    return f"legacy#{feed.removeprefix('@')}"
