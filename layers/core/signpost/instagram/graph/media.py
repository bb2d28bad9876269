"""An account's posts, newest first, and the pictures of an album."""

from typing import TYPE_CHECKING, Final

from signpost.instagram.graph import fields
from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.errors import TooMuchData
from signpost.instagram.graph.fields import Wanted, plain
from signpost.instagram.graph.models import Child, Media, MediaPage, children, media, media_page
from signpost.instagram.graph.refused import Refused
from signpost.instagram.products import Provider

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

_CHILD_FIELDS: Final = plain("id,media_type,media_url,thumbnail_url,timestamp")
_FIELDS: Final = plain(
    "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,shortcode,timestamp,username,owner,"
    "like_count,comments_count,is_comment_enabled,is_shared_to_feed,alt_text"
)
_FACEBOOK_COUNTS: Final = plain(
    "reposts_count,saved_count,shares_count,total_like_count,total_comments_count,total_views_count"
)
_REQUIRED: Final = frozenset({"id", "timestamp"})
LARGEST_PAGE: Final = 100


def account_media(
    graph: "Graph",
    token: str,
    account_id: str,
    after: str | None = None,
    *,
    limit: int = 25,
    until: float | None = None,
    refused: Refused | None = None,
) -> Answer[MediaPage]:
    """A page of posts, without stories. Meta only gives the newest 10,000 posts.

    `until`: only posts from before that time, in seconds since 1970. When a page is too large for Meta, it gets
    smaller, and those after it in the same fetch too.

    Raises:
        ObjectMissing: there is no such account, or the token does not reach it.
    """
    refused = refused or Refused()
    page = {"after": after} if after is not None else {"until": str(int(until))} if until is not None else {}
    path, wanted = f"{segment(account_id)}/media", _wanted(graph.provider)
    while True:
        most = min(limit, LARGEST_PAGE, refused.largest_page)
        try:
            return fields.get(graph, path, token, wanted, refused, parameters=page | {"limit": str(most)}).map(
                media_page
            )
        except TooMuchData:
            if most == 1:
                raise
            refused.largest_page = most // 2


def account_stories(graph: "Graph", token: str, account_id: str, refused: Refused | None = None) -> Answer[MediaPage]:
    """Stories of the last 24 hours, of which an account may have a hundred."""
    wanted, page = _wanted(graph.provider).without({"children"}), {"limit": str(LARGEST_PAGE)}
    path = f"{segment(account_id)}/stories"
    return fields.get(graph, path, token, wanted, refused or Refused(), parameters=page).map(media_page)


def one_media(graph: "Graph", token: str, media_id: str, refused: Refused | None = None) -> Answer[Media]:
    """Raises `ObjectMissing` when it was deleted or may not be read."""
    return fields.get(graph, segment(media_id), token, _wanted(graph.provider), refused or Refused()).map(media)


def album_children(
    graph: "Graph", token: str, media_id: str, refused: Refused | None = None
) -> Answer[tuple[Child, ...]]:
    wanted = Wanted("media", _CHILD_FIELDS)
    return fields.get(graph, f"{segment(media_id)}/children", token, wanted, refused or Refused()).map(children)


def _wanted(provider: Provider) -> Wanted:
    """The fields that posts of this product have. Counts that only Facebook Login gives are optional."""
    counts = _FACEBOOK_COUNTS if provider is Provider.FACEBOOK else {}
    return Wanted("media", {**_FIELDS, "children": tuple(_CHILD_FIELDS), **counts}, _REQUIRED, frozenset(counts))
