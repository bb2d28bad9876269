"""Posts in the Media table, and what has changed in them since the last sync.

owner                    item                         what it holds
<install id>             media#<posted>#<media id>    a post of an account (`Post`)
hashtag#<tag>            media#<posted>#<media id>    a post with a hashtag (`Post`), and `ttl`
<install id>#<media id>  <time of a sync>             `metrics` and `breakdowns` at that time, if they had changed
<install id>#stories     media#<posted>#<media id>    a story (`Post`), with its latest numbers
<install id>#comments    <media id>…                  comments of a post, see `comments.py`
<install id>#account     <time of a sync>             the account's names, picture and counts; insights of a day
<install id>#demographics <time of a sync>            `followers` by country, city, age and gender
post#<hash>              …                            where a post was seen, see `sightings.py`

Times in keys are RFC 3339 in UTC to the second, such as 2026-11-21T07:02:03Z, so that they sort. Items are plain
values, as `platform.dynamodb` reads and writes them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.graph.models import COUNTS, Child, Media, ProfessionalAccount, address_expires_at
from signpost.instagram.tags import hashtags

if TYPE_CHECKING:
    from signpost.instagram.graph.insights import Insights

_PREFIX: Final = "media#"
_ADDRESS: Final = re.compile(r"/(?:p|reel|tv)/([\w-]+)")  # of a post; a profile's name may come before
_OF_ACCOUNT: Final = (
    *("username", "name", "profile_picture_url"),
    *("followers_count", "follows_count", "media_count"),
)
_QUIET: Final = (
    "children",
    "comments_read",
    "import_pending",
    "imported_at",
    "imported_for",
    "media_url",
    "metrics_at",
    "no_insights",
)
_RENEW: Final = 1.5 * 86_400  # seconds left at which an address is replaced; syncs are at most a day apart


class Post(NamedTuple):
    """All times are seconds since 1970. `metrics`: Meta's counts and insights by name, as far as it gave them.

    `pictures`: keys in the bucket of files. An album has one for each of `children` that could be copied, in order; a
    video has its thumbnail.
    """

    media_id: str
    posted_at: float
    caption: str = ""
    tags: tuple[str, ...] = ()
    media_type: str | None = None  # IMAGE | VIDEO | CAROUSEL_ALBUM
    product_type: str | None = None  # AD | FEED | STORY | REELS
    permalink: str | None = None
    shortcode: str | None = None
    username: str | None = None
    alt_text: str | None = None
    media_url: str | None = None  # videos only, and valid for a few days; pictures are copied
    children: tuple[Mapping[str, str], ...] = ()  # {id, media_type, media_url of a video}
    metrics: Mapping[str, float] = {}
    breakdowns: Mapping[str, Mapping[str, float]] = {}
    metrics_at: float | None = None  # when insights were last asked for
    comments_read: int | None = None  # what Meta counted when its comments were read; None: they were not
    comment_tags: tuple[str, ...] = ()  # of the owner's own first comment
    no_insights: bool = False  # older than the professional account, so there will never be any
    pictures: tuple[str, ...] = ()
    import_pending: bool = False  # nobody has looked yet which apps want it, or another run is importing it
    imported_at: float | None = None  # for the first time
    imported_for: tuple[str, ...] = ()  # ids of apps; "" without one. Older imports, which were for all apps, have none

    @property
    def key(self) -> str:
        return media_key(self.posted_at, self.media_id)


def media_key(posted_at: float, media_id: str) -> str:
    """The range key of a post."""
    return f"{_PREFIX}{moment(posted_at)}#{media_id}"


def shortcode(post: Post) -> str:
    """The post's name in its address, the same in both products; its id, if Meta does not say."""
    return name_in_address(post.shortcode, post.permalink, post.media_id)


def name_in_address(shortcode: str | None, permalink: str | None, media_id: str) -> str:
    found = _ADDRESS.search(permalink or "")
    return shortcode or (found[1] if found else media_id)


def moment(seconds: float) -> str:
    """A time in the form used in keys."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def hashtag_owner(tag: str) -> str:
    return f"hashtag#{tag}"


def metrics_owner(install_id: str, media_id: str) -> str:
    return f"{install_id}#{media_id}"


def account_owner(install_id: str) -> str:
    return f"{install_id}#account"


def stories_owner(install_id: str) -> str:
    return f"{install_id}#stories"


def demographics_owner(install_id: str) -> str:
    return f"{install_id}#demographics"


def post_of(media: Media) -> Post:
    """A post as Meta now describes it.

    Raises:
        ValueError: it has no time, so it cannot be sorted.
    """
    if media.timestamp is None:
        raise ValueError("a post without a time")
    return Post(
        media_id=media.id,
        posted_at=media.timestamp,
        caption=media.caption,
        tags=hashtags(media.caption),
        media_type=media.media_type,
        product_type=media.product_type,
        permalink=media.permalink,
        shortcode=media.shortcode,
        username=media.username,
        alt_text=media.alt_text,
        media_url=_video_address(media),
        children=tuple(
            {"id": child.id, "media_type": child.media_type or "IMAGE"}
            | ({"media_url": url} if (url := _video_address(child)) else {})
            for child in media.children
        ),
        metrics={name: count for name in COUNTS if (count := getattr(media, name)) is not None},
    )


def merged(stored: Post | None, current: Post, now: float) -> Post:
    """A post as Meta now describes it, with what we remember about it.

    A count that Meta no longer gives (the owner hides likes, say) stays as it last was. Addresses differ in
    every answer; the stored ones stay while they work, so that looking at a post does not change it.
    """
    if stored is None:
        return current
    if _addresses_last(stored, current, now):
        current = current._replace(media_url=stored.media_url, children=stored.children)
    return current._replace(
        metrics={**stored.metrics, **current.metrics},
        breakdowns=stored.breakdowns,
        metrics_at=stored.metrics_at,
        comments_read=stored.comments_read,
        comment_tags=stored.comment_tags,
        no_insights=stored.no_insights,
        pictures=stored.pictures,
        import_pending=stored.import_pending,
        imported_at=stored.imported_at,
        imported_for=stored.imported_for,
    )


def with_insights(post: Post, insights: "Insights", now: float) -> Post:
    return post._replace(
        metrics={**post.metrics, **insights.values},
        breakdowns={**post.breakdowns, **insights.breakdowns},
        metrics_at=now,
    )


def metrics_changed(before: Post | None, after: Post) -> bool:
    """Whether the post's numbers have changed, so that they are worth storing."""
    if before is None:
        return bool(after.metrics)
    return (before.metrics, before.breakdowns) != (after.metrics, after.breakdowns)


def is_news(before: Post, after: Post) -> bool:
    """Whether to tell others of a change: not of a renewed address, nor of what only concerns ourselves."""
    quiet = {name: getattr(after, name) for name in _QUIET}
    return before._replace(**quiet) != after


def item(owner: str, post: Post) -> dict[str, Any]:
    """The whole item, without empty values."""
    return {"owner": owner, "item": post.key, **attributes(post)}


def attributes(post: Post) -> dict[str, Any]:
    """Everything but the key; also for updates."""
    return {name: value for name, value in post._asdict().items() if value not in (None, "", (), {}, False)}


def measurement(install_id: str, post: Post, now: float) -> dict[str, Any]:
    """The item that records how a post did at a sync."""
    numbers = {"metrics": post.metrics, "breakdowns": post.breakdowns}
    key = {"owner": metrics_owner(install_id, post.media_id), "item": moment(now)}
    return key | {name: value for name, value in numbers.items() if value}


def account_numbers(
    install_id: str, account: ProfessionalAccount, now: float, insights: "Insights | None" = None, day: str = ""
) -> dict[str, Any]:
    """The item with an account's numbers. `insights`: those of the whole UTC `day`, such as 2026-11-20."""
    item: dict[str, Any] = {name: known for name in _OF_ACCOUNT if (known := getattr(account, name)) is not None}
    if insights is not None and (insights.values or insights.breakdowns):
        item |= {"insights_day": day, "insights": insights.values, "breakdowns": insights.breakdowns}
    return {"owner": account_owner(install_id), "item": moment(now), **item}


def account_of(account_id: str, stored: Mapping[str, Any]) -> ProfessionalAccount:
    """The account as such an item has it."""
    return ProfessionalAccount(account_id, **{name: stored.get(name) for name in _OF_ACCOUNT})


def demographics(install_id: str, followers: Mapping[str, Mapping[str, int]], now: float) -> dict[str, Any]:
    return {"owner": demographics_owner(install_id), "item": moment(now), "followers": followers}


def from_item(stored: Mapping[str, Any]) -> Post:
    """The inverse of `item`."""
    values: dict[str, Any] = {name: stored[name] for name in Post._fields if name in stored}
    for name in ("tags", "comment_tags", "pictures", "children", "imported_for"):
        values[name] = tuple(values.get(name, ()))
    return Post(**values)


def _video_address(media: Media | Child) -> str | None:
    return media.media_url if media.media_type == "VIDEO" else None


def _addresses_last(stored: Post, current: Post, now: float) -> bool:
    """Whether the post has the same parts, and the stored addresses work until after the next sync."""
    before, after = [[(each["id"], "media_url" in each) for each in post.children] for post in (stored, current)]
    if before != after or (stored.media_url is None) != (current.media_url is None):
        return False
    addresses = [stored.media_url, *(child.get("media_url") for child in stored.children)]
    return all((address_expires_at(each) or 0.0) > now + _RENEW for each in addresses if each)
