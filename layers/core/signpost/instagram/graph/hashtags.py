"""Hashtags: `facebook` only, and an account may ask for 30 different ones in any 7 days."""

from typing import Final, Literal, NamedTuple

from signpost.instagram.graph.client import Answer, Graph, segment
from signpost.instagram.graph.errors import HashtagUnknown
from signpost.instagram.graph.models import MediaPage, media_page, required, required_id
from signpost.instagram.json_values import Json, graph_id, mappings, text

_MEDIA_FIELDS: Final = (
    "id,caption,media_type,media_url,permalink,timestamp,like_count,comments_count,children{id,media_type,media_url}"
)
LARGEST_PAGE: Final = 50
_QUOTA: Final = "30"
Edge = Literal["recent_media", "top_media"]


class SearchedHashtag(NamedTuple):
    id: str
    name: str | None


def hashtag_id(graph: Graph, token: str, account_id: str, tag: str) -> Answer[str]:
    """The id of a tag (with or without `#`), which is the same for everybody and for ever.

    Raises:
        HashtagUnknown: it does not exist, or may not be read.
        HashtagQuota: the account has asked for 30 others in the last 7 days.
    """
    answer = graph.get("ig_hashtag_search", token, {"user_id": account_id, "q": tag.removeprefix("#")})
    return answer.map(_first_id)


def hashtag_media(
    graph: Graph,
    token: str,
    account_id: str,
    tag_id: str,
    *,
    edge: Edge = "recent_media",
    after: str | None = None,
    limit: int = LARGEST_PAGE,
) -> Answer[MediaPage]:
    """Posts with a tag, without user name or thumbnail.

    `recent_media` are those of the last 24 hours, not always in their order; `top_media` the most popular ones ever.
    """
    parameters = {"user_id": account_id, "fields": _MEDIA_FIELDS, "limit": str(min(limit, LARGEST_PAGE))}
    path = f"{segment(tag_id)}/{edge}"
    return graph.get(path, token, parameters | ({"after": after} if after else {})).map(media_page)


def recently_searched(graph: Graph, token: str, account_id: str) -> Answer[tuple[SearchedHashtag, ...]]:
    """The tags that count against the account's 30; all of them."""
    path = f"{segment(account_id)}/recently_searched_hashtags"
    return graph.get(path, token, {"limit": _QUOTA, "fields": "id,name"}).map(_searched)


def _first_id(body: Json) -> str:
    """From `{"data": [{"id": …}]}`, which answers have, or `{"id": …}`, which the guide prints."""
    if "data" not in body:
        return required_id(body)
    found = mappings(body["data"])
    if not found:
        raise HashtagUnknown("There is no such hashtag, or Instagram does not show it.")
    return required_id(found[0])


def _searched(body: Json) -> tuple[SearchedHashtag, ...]:
    items = mappings(required(body.get("data"), "data"))
    return tuple(
        SearchedHashtag(found, text(item.get("name"))) for item in items if (found := graph_id(item.get("id")))
    )
