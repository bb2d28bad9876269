"""Accounts, Pages and media as Meta tells of them, read so that a missing field is None and never an error.

What Meta leaves out on purpose: `caption` when it is empty, `media_url` of copyrighted videos and of albums in hashtag
results, `like_count` when the owner hides it, everything but the picture on an album's children.
A reader raises KeyError, naming the field, when an object lacks what it is nothing without.
"""

from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from signpost.instagram.json_values import Json, flag, graph_id, mapping, mappings, names, seconds, text, whole
from signpost.instagram.secret_text import SecretText


class ProfessionalAccount(NamedTuple):
    """A professional account. `id` is the one that webhooks and media paths use.

    `app_scoped_id` is what deauthorisations of Instagram Login use; Facebook Login does not give one.
    """

    id: str
    username: str
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
    """Who logged in at Facebook; the id is app-scoped, and what its deauthorisations use."""

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


class MediaPage(NamedTuple):
    """`after` leads to the next page, None on the last. `unreadable`: how many items had no id and were left out."""

    media: tuple[Media, ...]
    after: str | None
    unreadable: int = 0


def account(body: Json) -> ProfessionalAccount:
    """From an IG user node of graph.facebook.com, or `me` of graph.instagram.com, flat or in a `data` list."""
    fields = (mappings(body.get("data")) or [body])[0]
    professional = graph_id(fields.get("user_id"))
    return ProfessionalAccount(
        professional or required_id(fields),
        required(text(fields.get("username")), "username"),
        graph_id(fields.get("id")) if professional else None,
        text(fields.get("name")),
        text(fields.get("account_type")),
        text(fields.get("biography")),
        text(fields.get("website")),
        text(fields.get("profile_picture_url")),
        whole(fields.get("followers_count")),
        whole(fields.get("follows_count")),
        whole(fields.get("media_count")),
    )


def facebook_user(body: Json) -> FacebookUser:
    return FacebookUser(required_id(body), text(body.get("name")))


def page(body: Json) -> FacebookPage:
    token = text(body.get("access_token"))
    connected = mapping(body.get("instagram_business_account"))
    return FacebookPage(
        required_id(body),
        text(body.get("name")),
        SecretText(token) if token else None,
        names(body.get("tasks")) or (),
        account(connected) if connected else None,
    )


def media(body: Json) -> Media:
    owner = body.get("owner")
    return Media(
        required_id(body),
        text(body.get("caption")) or "",
        text(body.get("media_type")),
        text(body.get("media_product_type")),
        text(body.get("media_url")),
        text(body.get("thumbnail_url")),
        text(body.get("permalink")),
        text(body.get("shortcode")),
        seconds(body.get("timestamp")),
        text(body.get("username")),
        graph_id(mapping(owner).get("id")) or graph_id(owner),
        text(body.get("alt_text")),
        flag(body.get("is_comment_enabled")),
        flag(body.get("is_shared_to_feed")),
        whole(body.get("like_count")),
        whole(body.get("comments_count")),
        whole(body.get("reposts_count")),
        whole(body.get("saved_count")),
        whole(body.get("shares_count")),
        whole(body.get("total_like_count")),
        whole(body.get("total_comments_count")),
        whole(body.get("total_views_count")),
        children(mapping(body.get("children"))),
    )


def children(body: Json) -> tuple[Child, ...]:
    """From an edge's `data`, in the album's order."""
    return tuple(
        Child(
            child_id,
            text(item.get("media_type")),
            text(item.get("media_url")),
            text(item.get("thumbnail_url")),
            seconds(item.get("timestamp")),
        )
        for item in mappings(body.get("data"))
        if (child_id := graph_id(item.get("id")))
    )


def media_page(body: Json) -> MediaPage:
    items = required(body.get("data"), "data")
    readable = [item for item in mappings(items) if graph_id(item.get("id"))]
    return MediaPage(tuple(map(media, readable)), after(body), len(items) - len(readable))


def after(body: Json) -> str | None:
    """The cursor of the next page. The last page has a cursor too, but no `next`, which also holds the token."""
    paging = mapping(body.get("paging"))
    return text(mapping(paging.get("cursors")).get("after")) if paging.get("next") else None


def required_id(body: Json) -> str:
    return str(required(graph_id(body.get("id")), "id"))


def required(value: Any, name: str) -> Any:
    """The value; raises KeyError, naming it, when there is none."""
    if value is None:
        raise KeyError(name)
    return value


def address_expires_at(url: str) -> float | None:
    """When an address of Meta's picture servers stops working: its `oe` is that time in hexadecimal seconds."""
    try:
        return float(int(parse_qs(urlsplit(url).query)["oe"][0], 16))
    except (KeyError, ValueError):
        return None
