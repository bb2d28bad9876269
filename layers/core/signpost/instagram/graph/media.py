"""An account's posts, newest first, and the pictures of an album."""

from collections.abc import Sequence
from typing import Final

from signpost.instagram.graph.client import Answer, Graph, segment
from signpost.instagram.graph.models import Child, Media, MediaPage, children, media, media_page
from signpost.instagram.products import Provider

_CHILD_FIELDS: Final = "id,media_type,media_url,thumbnail_url,timestamp"
_FIELDS: Final = (
    "id",
    "caption",
    "media_type",
    "media_product_type",
    "media_url",
    "thumbnail_url",
    "permalink",
    "shortcode",
    "timestamp",
    "username",
    "owner",
    "like_count",
    "comments_count",
    "is_comment_enabled",
    "is_shared_to_feed",
    "alt_text",
    f"children{{{_CHILD_FIELDS}}}",
)
_FACEBOOK_FIELDS: Final = (
    *_FIELDS,
    "reposts_count",
    "saved_count",
    "shares_count",
    "total_like_count",
    "total_comments_count",
    "total_views_count",
)
LARGEST_PAGE: Final = 100


def default_fields(provider: Provider) -> tuple[str, ...]:
    return _FACEBOOK_FIELDS if provider is Provider.FACEBOOK else _FIELDS


def account_media(  # noqa: PLR0917  (a page is told by its place and size)
    graph: Graph,
    token: str,
    account_id: str,
    after: str | None = None,
    since: float | None = None,
    limit: int = 25,
    fields: Sequence[str] = (),
) -> Answer[MediaPage]:
    """A page of posts, not older than `since` (seconds since 1970). Stories are not among them, and only 10,000 are.

    Raises:
        ObjectMissing: there is no such account, or the token does not reach it.
    """
    parameters = {"fields": ",".join(fields or default_fields(graph.provider)), "limit": str(min(limit, LARGEST_PAGE))}
    if after is not None:
        parameters["after"] = after
    if since is not None:
        parameters["since"] = str(int(since))
    return graph.get(f"{segment(account_id)}/media", token, parameters).map(media_page)


def account_stories(graph: Graph, token: str, account_id: str) -> Answer[MediaPage]:
    """Stories of the last 24 hours."""
    fields = ",".join(field for field in default_fields(graph.provider) if not field.startswith("children"))
    return graph.get(f"{segment(account_id)}/stories", token, {"fields": fields}).map(media_page)


def one_media(graph: Graph, token: str, media_id: str, fields: Sequence[str] = ()) -> Answer[Media]:
    """Raises `ObjectMissing` when it was deleted or may not be read."""
    wanted = ",".join(fields or default_fields(graph.provider))
    return graph.get(segment(media_id), token, {"fields": wanted}).map(media)


def album_children(graph: Graph, token: str, media_id: str) -> Answer[tuple[Child, ...]]:
    return graph.get(f"{segment(media_id)}/children", token, {"fields": _CHILD_FIELDS}).map(children)
