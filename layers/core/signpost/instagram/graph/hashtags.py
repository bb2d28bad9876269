"""Hashtags: `facebook` only. An account may search for 30 different ones in any 7 days."""

from typing import TYPE_CHECKING, Final, Literal

from signpost.instagram.graph import fields
from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.errors import HashtagUnknown, TooMuchData
from signpost.instagram.graph.fields import Wanted, plain
from signpost.instagram.graph.models import MediaPage, media_page, required_id
from signpost.instagram.graph.refused import Refused
from signpost.instagram.json_values import Json, mappings

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

_WANTED: Final = Wanted(
    "hashtag media",
    plain("id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count")
    | {"children": ("id", "media_type", "media_url")},
    frozenset({"id", "timestamp"}),
)
_LARGEST_PAGE: Final = 50
Edge = Literal["recent_media", "top_media"]


def hashtag_id(graph: "Graph", token: str, account_id: str, tag: str) -> Answer[str]:
    """The id of a tag (given with or without `#`); it is the same for every account and never changes.

    Raises:
        HashtagUnknown: it does not exist, or may not be read.
        HashtagQuota: the account has searched for 30 others in the last 7 days.
    """
    answer = graph.get("ig_hashtag_search", token, {"user_id": account_id, "q": tag.removeprefix("#")})
    return answer.map(_first_id)


def hashtag_media(
    graph: "Graph",
    token: str,
    account_id: str,
    tag_id: str,
    *,
    edge: Edge = "recent_media",
    after: str | None = None,
    refused: Refused | None = None,
) -> Answer[MediaPage]:
    """Posts with a tag, without username or thumbnail: the last 24 hours', roughly in order, or the most popular."""
    refused = refused or Refused()
    page = {"user_id": account_id} | ({"after": after} if after else {})
    while True:
        most = min(_LARGEST_PAGE, refused.largest_page)
        try:
            path = f"{segment(tag_id)}/{edge}"
            return fields.get(graph, path, token, _WANTED, refused, parameters=page | {"limit": str(most)}).map(
                media_page
            )
        except TooMuchData:
            if most == 1:
                raise
            refused.largest_page = most // 2


def _first_id(body: Json) -> str:
    """From `{"data": [{"id": …}]}`, which Meta sends, or `{"id": …}`, which its guide shows."""
    if "data" not in body:
        return required_id(body)
    found = mappings(body["data"])
    if not found:
        raise HashtagUnknown("There is no such hashtag, or Instagram does not show it.")
    return required_id(found[0])
