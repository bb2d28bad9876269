"""Feeds as widgets and settings pages get them, described for the API reference."""

from typing import Annotated, Final, NotRequired

from typing_extensions import TypedDict

from signpost.instagram.apps.migration import FeedSource, MigrationView
from signpost.instagram.backfills import Stage
from signpost.instagram.connection_states import ConnectionState
from signpost.platform.reference import Keywords, Moment, described

_PICTURE: Final = "https://signpost.example/instagram/pictures/instagram-17841400000000001/18000000000000001.jpg"
_CHILD: Final = {"id": "18000000000000002", "media_type": "IMAGE", "picture": _PICTURE, "video": None}
_POST: Final = {
    "id": "18000000000000001",
    "caption": "Fresh from the oven #bread",
    "tags": ["bread"],
    "media_type": "IMAGE",
    "product_type": "FEED",
    "permalink": "https://www.instagram.com/p/abc/",
    "timestamp": "2026-11-21T07:00:00Z",
    "username": "nora.bakes.demo",
    "picture": _PICTURE,
    "video": None,
    "like_count": 12,
    "comments_count": 3,
    "alt_text": None,
    "children": [],
}
_PAGING: Final = {"next_cursor": None, "next": None}


@described(example=_CHILD)
class ChildView(TypedDict):
    """A part of an album."""

    id: str
    """Its id at Meta."""
    media_type: str | None
    """IMAGE or VIDEO."""
    picture: str | None
    """An address that does not expire, if we have a copy."""
    video: str | None
    """An address that redirects to the video at Meta; it does not expire, except for hashtags' posts."""


@described(example=_POST)
class PostView(TypedDict):
    """A post. What is not known is null."""

    id: str
    """Its id at its source."""
    caption: str
    """What was written under it."""
    tags: list[str]
    """The caption's hashtags, without the sign."""
    media_type: str | None
    """IMAGE, VIDEO or CAROUSEL_ALBUM."""
    product_type: str | None
    """Where it appeared, such as FEED or REELS."""
    permalink: str | None
    """Its page on Instagram."""
    timestamp: Moment | None
    """When it was posted."""
    username: str | None
    """Who posted it."""
    picture: str | None
    """An address that does not expire, if we have a copy."""
    video: str | None
    """An address that redirects to the video at Meta; it does not expire, except for hashtags' posts."""
    like_count: int | None
    """How many like it."""
    comments_count: int | None
    """How many comments it has."""
    alt_text: str | None
    """What it shows, for those who cannot see it."""
    children: list[ChildView]
    """The parts of an album."""


@described(example=_PAGING)
class PagingView(TypedDict):
    """How to get the next page."""

    next_cursor: str | None
    """Its `cursor`. Null: this is the last one."""
    next: str | None
    """Its address. Null: this is the last one."""


@described(example={"until": "2026-11-28T07:00:00Z", "message": "This one waits."})
class QueuedView(TypedDict):
    """A hashtag that waits: an account can ask Meta for 30 in 7 days."""

    until: Moment | None
    """When it can be requested."""
    message: str
    """For people: why it waits."""


@described(example={"code": "hashtag_not_readable", "message": "Meta refuses this hashtag."})
class ReasonView(TypedDict):
    """Why something is missing."""

    code: str
    """For programs."""
    message: str
    """For people."""


@described(example={"done": False, "stage": "posts", "done_at": None})
class BackfillView(TypedDict):
    """The progress of the fetch of all older posts."""

    done: bool
    """All posts are stored, with their comments and the insights that Meta still has."""
    stage: Annotated[str, Keywords(enum=list(Stage))]
    """Its stage: waiting for the first fetch, fetching posts, then their comments, then their metrics."""
    done_at: Moment | None
    """When it was done."""


@described(
    example={
        "account": "nora.bakes.demo",
        "name": "Nora Bakes",
        "picture": None,
        "provider": "instagram",
        "token_state": "active",
        "expires_at": "2027-01-20T07:00:00Z",
        "data_access_expires_at": None,
        "posts_stored": 1250,
        "media_count": 4980,
        "backfill": {"done": False, "stage": "posts", "done_at": None},
        "connect_url": "https://signpost.example/showlogin?provider=instagram&app_id=bakery",
        "reason": None,
        "shows_banner": False,
        "instagram_graph_api_migrated_at": None,
        "instagramNotMigratedFeeds": [],
    }
)
class SettingsView(MigrationView):
    """What a settings page shows about an app and one of its accounts. Null: unknown, or none is connected."""

    account: str | None
    """The account's username."""
    name: str | None
    """Its name, as people see it."""
    picture: str | None
    """Its picture at Meta, while the address works."""
    provider: str | None
    """The login that it was connected with."""
    token_state: Annotated[str, Keywords(enum=list(ConnectionState))] | None
    """Whether the connection works."""
    expires_at: Moment | None
    """When the connection ends unless it is renewed."""
    data_access_expires_at: Moment | None
    """When Meta stops giving data unless the person logs in again."""
    posts_stored: int | None
    """How many of its posts are stored."""
    media_count: int | None
    """How many posts it has, according to Instagram."""
    backfill: BackfillView | None
    """The progress of the fetch of all older posts."""
    connect_url: str
    """Where to connect an account."""
    reason: ReasonView | None
    """Why the requested feed shows nothing, or nothing new."""


@described(
    example={"data": [_POST], "paging": _PAGING, "source": "graph", "stale": False, "as_of": "2026-11-21T07:02:03Z"}
)
class FeedView(TypedDict):
    """Posts, newest first."""

    data: list[PostView]
    """The posts of this page."""
    paging: PagingView
    """Where the next page is."""
    source: Annotated[str, Keywords(enum=list(FeedSource))]
    """Where they come from."""
    stale: bool
    """It is the last good copy, and older than it should be."""
    as_of: Moment | None
    """When it was last read from its source. Null: never."""
    reason: NotRequired[ReasonView]
    """Why Meta refuses the hashtag."""
    queued: NotRequired[QueuedView]
    """The hashtag waits for Meta's quota of 30 in 7 days."""
    settings: NotRequired[SettingsView]
    """With `is_settings` only."""
