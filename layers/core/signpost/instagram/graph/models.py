"""Accounts, Pages and media as Meta describes them. A missing field is None and never an error.

Meta leaves out on purpose: an empty `caption`, `media_url` of copyrighted videos and of albums in hashtag results,
`like_count` when the owner hides it, and everything but the picture of an album's children.
A reader raises KeyError, naming the field, when an object lacks a required one.
"""

from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from signpost.instagram.json_values import Json, flag, graph_id, mapping, mappings, names, seconds, text, whole
from signpost.instagram.secret_text import SecretText

COUNTS: Final = (
    "like_count",
    "comments_count",
    "reposts_count",
    "saved_count",
    "shares_count",
    "total_like_count",
    "total_comments_count",
    "total_views_count",
)


class ProfessionalAccount(NamedTuple):
    """`id` is the one in webhooks and media paths.

    `app_scoped_id` is the one in deauthorisations of Instagram Login; Facebook Login does not give one.
    """

    id: str
    username: str | None  # Meta leaves it out at times
    app_scoped_id: str | None = None
    name: str | None = None
    account_type: str | None = None  # Business or Media_Creator; Instagram Login only
    biography: str | None = None
    website: str | None = None
    profile_picture_url: str | None = None
    followers_count: int | None = None
    follows_count: int | None = None
    media_count: int | None = None


class FacebookUser(NamedTuple):
    """Who logged in at Facebook; the id is app-scoped, the one in its deauthorisations."""

    id: str
    name: str | None


class FacebookPage(NamedTuple):
    id: str
    name: str | None
    access_token: SecretText | None
    tasks: tuple[str, ...]
    account: ProfessionalAccount | None  # None: no Instagram account is connected to the Page


class Child(NamedTuple):
    """One picture or video of an album."""

    id: str
    media_type: str | None
    media_url: str | None
    thumbnail_url: str | None
    timestamp: float | None


class Media(NamedTuple):
    """A post, reel or story. Addresses of pictures expire: see `address_expires_at`."""

    id: str
    caption: str = ""
    media_type: str | None = None  # IMAGE | VIDEO | CAROUSEL_ALBUM
    product_type: str | None = None  # AD | FEED | STORY | REELS
    media_url: str | None = None
    thumbnail_url: str | None = None
    permalink: str | None = None
    shortcode: str | None = None
    timestamp: float | None = None  # seconds since 1970
    username: str | None = None
    owner_id: str | None = None
    alt_text: str | None = None
    is_comment_enabled: bool | None = None
    is_shared_to_feed: bool | None = None
    like_count: int | None = None
    comments_count: int | None = None
    # With Facebook Login only:
    reposts_count: int | None = None
    saved_count: int | None = None
    shares_count: int | None = None
    total_like_count: int | None = None
    total_comments_count: int | None = None
    total_views_count: int | None = None
    children: tuple[Child, ...] = ()


class ReceivedComment(NamedTuple):
    """A comment or a reply. Meta leaves out who wrote it when the account is gone."""

    id: str
    text: str
    timestamp: float | None
    author_id: str | None
    username: str | None
    is_reply: bool = False


class CommentPage(NamedTuple):
    """`comments`: with their replies. `more_replies`: comments with more replies than came with them."""

    comments: tuple[ReceivedComment, ...]
    after: str | None
    more_replies: tuple[str, ...] = ()


class MediaPage(NamedTuple):
    """`after`: the cursor of the next page, None on the last. `unreadable`: items skipped because they had no id."""

    media: tuple[Media, ...]
    after: str | None
    unreadable: int = 0


def account(body: Json) -> ProfessionalAccount:
    """From an IG user node of graph.facebook.com, or `me` of graph.instagram.com, flat or in a `data` list."""
    fields = (mappings(body.get("data")) or [body])[0]
    professional = graph_id(fields.get("user_id"))
    return ProfessionalAccount(
        id=professional or required_id(fields),
        username=text(fields.get("username")),
        app_scoped_id=graph_id(fields.get("id")) if professional else None,
        name=text(fields.get("name")),
        account_type=text(fields.get("account_type")),
        biography=text(fields.get("biography")),
        website=text(fields.get("website")),
        profile_picture_url=text(fields.get("profile_picture_url")),
        followers_count=whole(fields.get("followers_count")),
        follows_count=whole(fields.get("follows_count")),
        media_count=whole(fields.get("media_count")),
    )


def facebook_user(body: Json) -> FacebookUser:
    return FacebookUser(required_id(body), text(body.get("name")))


def facebook_page(body: Json) -> FacebookPage:
    token = text(body.get("access_token"))
    connected = mapping(body.get("instagram_business_account"))
    return FacebookPage(
        id=required_id(body),
        name=text(body.get("name")),
        access_token=SecretText(token) if token else None,
        tasks=names(body.get("tasks")) or (),
        account=account(connected) if connected else None,
    )


def media(body: Json) -> Media:
    owner = body.get("owner")
    return Media(
        id=required_id(body),
        caption=text(body.get("caption")) or "",
        media_type=text(body.get("media_type")),
        product_type=text(body.get("media_product_type")),
        media_url=text(body.get("media_url")),
        thumbnail_url=text(body.get("thumbnail_url")),
        permalink=text(body.get("permalink")),
        shortcode=text(body.get("shortcode")),
        timestamp=seconds(body.get("timestamp")),
        username=text(body.get("username")),
        owner_id=graph_id(mapping(owner).get("id")) or graph_id(owner),
        alt_text=text(body.get("alt_text")),
        is_comment_enabled=flag(body.get("is_comment_enabled")),
        is_shared_to_feed=flag(body.get("is_shared_to_feed")),
        children=children(mapping(body.get("children"))),
        **{name: whole(body.get(name)) for name in COUNTS},
    )


def children(body: Json) -> tuple[Child, ...]:
    """From an edge's `data`, in the album's order."""
    return tuple(
        Child(
            id=child_id,
            media_type=text(item.get("media_type")),
            media_url=text(item.get("media_url")),
            thumbnail_url=text(item.get("thumbnail_url")),
            timestamp=seconds(item.get("timestamp")),
        )
        for item in mappings(body.get("data"))
        if (child_id := graph_id(item.get("id")))
    )


def media_page(body: Json) -> MediaPage:
    items = required(body.get("data"), "data")
    readable = [item for item in mappings(items) if graph_id(item.get("id"))]
    return MediaPage(tuple(map(media, readable)), next_cursor(body), len(items) - len(readable))


def comment_page(body: Json) -> CommentPage:
    found: list[ReceivedComment] = []
    more_replies: list[str] = []
    for item in mappings(required(body.get("data"), "data")):
        comment = _comment(item)
        if comment is None:
            continue
        replies = mapping(item.get("replies"))
        found.append(comment)
        found += [reply for each in mappings(replies.get("data")) if (reply := _comment(each, is_reply=True))]
        if next_cursor(replies) is not None:
            more_replies.append(comment.id)
    return CommentPage(tuple(found), next_cursor(body), tuple(more_replies))


def replies(body: Json) -> CommentPage:
    """The replies to one comment."""
    page = comment_page(body)
    return page._replace(comments=tuple(each._replace(is_reply=True) for each in page.comments))


def _comment(item: Json, *, is_reply: bool = False) -> ReceivedComment | None:
    comment_id, author = graph_id(item.get("id")), mapping(item.get("from"))
    if comment_id is None:
        return None
    return ReceivedComment(
        id=comment_id,
        text=text(item.get("text")) or "",
        timestamp=seconds(item.get("timestamp")),
        author_id=graph_id(author.get("id")),
        username=text(item.get("username")) or text(author.get("username")),
        is_reply=is_reply,
    )


def next_cursor(body: Json) -> str | None:
    """The cursor of the next page. The last page has one too, but no `next` (an address that holds the token)."""
    paging = mapping(body.get("paging"))
    return text(mapping(paging.get("cursors")).get("after")) if paging.get("next") else None


def required_id(body: Json) -> str:
    return str(required(graph_id(body.get("id")), "id"))


def required(value: Any, name: str) -> Any:
    """The value. Raises KeyError with its name when it is None."""
    if value is None:
        raise KeyError(name)
    return value


def address_expires_at(url: str) -> float | None:
    """When an address of Meta's picture servers stops working: its `oe` is that time in hexadecimal seconds."""
    try:
        return float(int(parse_qs(urlsplit(url).query)["oe"][0], 16))
    except (KeyError, ValueError, OverflowError):
        return None
