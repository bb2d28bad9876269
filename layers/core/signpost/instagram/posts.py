"""Posts as the Media table holds them, and what of them has changed since the last sync.

owner                    item                         what it holds
<install id>             media#<posted>#<media id>    a post of an account (`Post`)
hashtag#<tag>            media#<posted>#<media id>    a post with a hashtag (`Post`), and `ttl`
<install id>#<media id>  <time of a sync>             `metrics` and `breakdowns` as they were then, if they had changed
<install id>#account     <time of a sync>             followers_count, follows_count, media_count

Times in keys are RFC 3339 in UTC to the second, such as 2026-11-21T07:02:03Z, so that they sort.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.graph.models import Child, Media, ProfessionalAccount, address_expires_at
from signpost.instagram.tags import hashtags

if TYPE_CHECKING:
    from signpost.instagram.graph.insights import Insights

_PREFIX: Final = "media#"
_COUNTS: Final = (
    "like_count",
    "comments_count",
    "reposts_count",
    "saved_count",
    "shares_count",
    "total_like_count",
    "total_comments_count",
    "total_views_count",
)
_RENEW: Final = 1.5 * 86_400  # seconds before an address's end; syncs are at most a day apart
_NUMBERS: Final = ("posted_at", "metrics_at", "imported_at")


class Post(NamedTuple):
    """All times are seconds since 1970. `metrics`: Meta's counts and insights by their names; one not told is missing.

    `pictures`: keys in the bucket of files; of an album, one for each of `children` that could be had, in their order;
    of a video its thumbnail.
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
    media_url: str | None = None  # of a video, for some days: pictures are ours
    children: tuple[Mapping[str, str], ...] = ()  # {id, media_type, media_url of a video}
    metrics: Mapping[str, float] = {}
    breakdowns: Mapping[str, Mapping[str, float]] = {}
    metrics_at: float | None = None  # when insights were last asked for
    no_insights: bool = False  # older than the professional account: there never will be any
    pictures: tuple[str, ...] = ()
    imported_at: float | None = None

    @property
    def key(self) -> str:
        return media_key(self.posted_at, self.media_id)


def media_key(posted_at: float, media_id: str) -> str:
    """The range key of a post."""
    return f"{_PREFIX}{moment(posted_at)}#{media_id}"


def moment(seconds: float) -> str:
    """A time as it stands in keys."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def hashtag_owner(tag: str) -> str:
    return f"hashtag#{tag}"


def metrics_owner(install_id: str, media_id: str) -> str:
    return f"{install_id}#{media_id}"


def account_owner(install_id: str) -> str:
    return f"{install_id}#account"


def post_of(media: Media) -> Post:
    """What Meta now says of a post.

    Raises:
        ValueError: it has no time, and so no place among the others.
    """
    if media.timestamp is None:
        raise ValueError("a post without a time")
    return Post(
        media.id,
        media.timestamp,
        media.caption,
        hashtags(media.caption),
        media.media_type,
        media.product_type,
        media.permalink,
        media.shortcode,
        media.username,
        media.alt_text,
        _video_address(media),
        tuple(
            {"id": child.id, "media_type": child.media_type or "IMAGE"}
            | ({"media_url": url} if (url := _video_address(child)) else {})
            for child in media.children
        ),
        {name: count for name in _COUNTS if (count := getattr(media, name)) is not None},
    )


def merged(stored: Post | None, told: Post, now: float) -> Post:
    """What Meta now says of a post, with what is remembered of it.

    A count that is not told any more (the owner hides likes, say) is shown as it last was. Addresses are new in each
    answer: those that are stored stay while they work, so that a post does not change by being looked at.
    """
    if stored is None:
        return told
    if _addresses_last(stored, told, now):
        told = told._replace(media_url=stored.media_url, children=stored.children)
    return told._replace(
        metrics={**stored.metrics, **told.metrics},
        breakdowns=stored.breakdowns,
        metrics_at=stored.metrics_at,
        no_insights=stored.no_insights,
        pictures=stored.pictures,
        imported_at=stored.imported_at,
    )


def with_insights(post: Post, insights: "Insights", now: float) -> Post:
    return post._replace(
        metrics={**post.metrics, **insights.values},
        breakdowns={**post.breakdowns, **insights.breakdowns},
        metrics_at=now,
    )


def metrics_changed(before: Post | None, after: Post) -> bool:
    """Whether there is something new to remember of how the post did."""
    if before is None:
        return bool(after.metrics)
    return (before.metrics, before.breakdowns) != (after.metrics, after.breakdowns)


def item(owner: str, post: Post) -> dict[str, Any]:
    """The whole item as DynamoDB stores it; what is empty is left out."""
    return {"owner": owner, "item": post.key, **attributes(post)}


def attributes(post: Post) -> dict[str, Any]:
    """What is not key; the same for an update."""
    fields = {name: _stored(value) for name, value in post._asdict().items() if value not in (None, "", (), False)}
    return {name: value for name, value in fields.items() if value != {}}


def snapshot(install_id: str, post: Post, now: float) -> dict[str, Any]:
    """The item that remembers how a post did at a sync."""
    fields = {"metrics": _stored(post.metrics), "breakdowns": _stored(post.breakdowns)}
    return {
        "owner": metrics_owner(install_id, post.media_id),
        "item": moment(now),
        **{name: value for name, value in fields.items() if value},
    }


def account_snapshot(install_id: str, account: ProfessionalAccount, now: float) -> dict[str, Any]:
    names = ("followers_count", "follows_count", "media_count")
    counts = {name: count for name in names if (count := getattr(account, name)) is not None}
    return {"owner": account_owner(install_id), "item": moment(now), **counts}


def from_item(stored: Mapping[str, Any]) -> Post:
    """The inverse of `item`, as boto3 gives it."""
    values: dict[str, Any] = {name: stored[name] for name in Post._fields if name in stored}
    for name in _NUMBERS:
        if name in values:
            values[name] = float(values[name])
    for name in ("tags", "pictures"):
        values[name] = tuple(values.get(name, ()))
    values["children"] = tuple(dict(child) for child in values.get("children", ()))
    values["metrics"] = {name: _number(count) for name, count in values.get("metrics", {}).items()}
    values["breakdowns"] = {
        name: {kind: _number(count) for kind, count in kinds.items()}
        for name, kinds in values.get("breakdowns", {}).items()
    }
    return Post(**values)


def _video_address(media: Media | Child) -> str | None:
    return media.media_url if media.media_type == "VIDEO" else None


def _addresses_last(stored: Post, told: Post, now: float) -> bool:
    """Whether the post's parts are the same, and the addresses that are stored work until after the next sync."""
    before, after = [[(each["id"], "media_url" in each) for each in post.children] for post in (stored, told)]
    if before != after or (stored.media_url is None) != (told.media_url is None):
        return False
    addresses = [stored.media_url, *(child.get("media_url") for child in stored.children)]
    return all((address_expires_at(each) or 0.0) > now + _RENEW for each in addresses if each)


def _stored(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _stored(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_stored(each) for each in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def _number(value: Decimal | float) -> float:
    return int(value) if value == int(value) else float(value)
