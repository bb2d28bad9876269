"""The addresses of videos in the Media table: `media_url` of a post and of its children, and `video_asked_at`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signpost.platform.dynamodb import Attr, Change, Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from signpost.instagram.video_paths import VideoPath


class VideoStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The media table")

    def post(self, video: "VideoPath") -> Item | None:
        return self._table.get(_key(video))

    def claim(self, video: "VideoPath", now: float, before: float) -> bool:
        """Record that Meta is asked for the post now. False if it was asked after `before`, or the post is gone."""
        long_ago = Attr("video_asked_at").not_exists() | Attr("video_asked_at").lte(before)
        return self._table.update_if(_key(video), Change(set={"video_asked_at": now}), Attr("item").exists() & long_ago)

    def keep(self, video: "VideoPath", addresses: Mapping[str, str], post: Mapping[str, Any]) -> None:
        """Keep the addresses, by the ids of the post and of its children. A post that is gone stays gone."""
        changed: dict[str, Any] = {}
        if video.media_id in addresses:
            changed["media_url"] = addresses[video.media_id]
        children = [
            {**child, "media_url": addresses[child["id"]]} if child["id"] in addresses else child
            for child in post.get("children", ())
        ]
        if any(child["id"] in addresses for child in children):
            changed["children"] = children
        if changed:
            is_same = Attr("children").eq(post["children"]) if post.get("children") else Attr("children").not_exists()
            self._table.update_if(_key(video), Change(set=changed), Attr("item").exists() & is_same)


def _key(video: "VideoPath") -> dict[str, str]:
    return {"owner": video.install, "item": video.item}
