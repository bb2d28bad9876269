"""An account's posts, newest first, and the pictures of an album."""

from typing import TYPE_CHECKING, Final

from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.models import Child, Media, MediaPage, children, media, media_page
from signpost.instagram.products import Provider

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

_CHILD_FIELDS: Final = "id,media_type,media_url,thumbnail_url,timestamp"
_FIELDS: Final = (
    "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,username,owner,"
    "like_count,comments_count,is_comment_enabled,is_shared_to_feed,alt_text"
)
_CHILDREN: Final = f",children{{{_CHILD_FIELDS}}}"
_FACEBOOK_COUNTS: Final = (
    ",reposts_count,saved_count,shares_count,total_like_count,total_comments_count,total_views_count"
)
LARGEST_PAGE: Final = 100


def account_media(
    graph: "Graph", token: str, account_id: str, after: str | None = None, *, limit: int = 25
) -> Answer[MediaPage]:
    """A page of posts, without stories. Meta only gives the newest 10,000 posts.

    Raises:
        ObjectMissing: there is no such account, or the token does not reach it.
    """
    parameters = {"fields": _fields(graph.provider), "limit": str(min(limit, LARGEST_PAGE))}
    if after is not None:
        parameters["after"] = after
    return graph.get(f"{segment(account_id)}/media", token, parameters).map(media_page)


def account_stories(graph: "Graph", token: str, account_id: str) -> Answer[MediaPage]:
    """Stories of the last 24 hours."""
    parameters = {"fields": _fields(graph.provider, children="")}
    return graph.get(f"{segment(account_id)}/stories", token, parameters).map(media_page)


def one_media(graph: "Graph", token: str, media_id: str) -> Answer[Media]:
    """Raises `ObjectMissing` when it was deleted or may not be read."""
    return graph.get(segment(media_id), token, {"fields": _fields(graph.provider)}).map(media)


def album_children(graph: "Graph", token: str, media_id: str) -> Answer[tuple[Child, ...]]:
    return graph.get(f"{segment(media_id)}/children", token, {"fields": _CHILD_FIELDS}).map(children)


def _fields(provider: Provider, children: str = _CHILDREN) -> str:
    return _FIELDS + children + (_FACEBOOK_COUNTS if provider is Provider.FACEBOOK else "")
