"""Which posts brought the clicks on links in a range of time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from signpost.analytics import attribution, snapshot
from signpost.analytics.captions import tracked_links

if TYPE_CHECKING:
    from signpost.instagram.readings import Post
    from signpost.tracking.readings import AccountCampaign


class Span(NamedTuple):
    """Seconds since 1970. The hours that begin in it, the end not included."""

    start: float
    end: float

    def holds(self, moment: float) -> bool:
        return self.start <= moment < self.end


class PostClicks(NamedTuple):
    """People's clicks that a post brought; `estimated` of them by a rule of thumb."""

    post: "Post"
    clicks: int
    estimated: int


class Brought(NamedTuple):
    """All clicks of people, how many of them no post brought, and the posts, newest first."""

    clicks: int
    without_post: int
    posts: list[PostClicks]


def brought(
    campaigns: Sequence["AccountCampaign"], posts: Iterable["Post"], host: str, span: Span, now: float
) -> Brought:
    """As reports put clicks down to posts: `analytics.attribution`.

    `campaigns` are those of one account, and `posts` are its posts. Posts that brought no click are left out, unless
    they were published in the span and have one of the links in their captions.
    """
    by_age = sorted(posts, key=lambda each: (each.posted_at, each.media_id))
    known = [snapshot.Post(each.media_id, each.posted_at, each.caption, each.permalink) for each in by_age]
    hours = [attribution.Campaign(each.keys, [attribution.Hour(*hour) for hour in each.hours]) for each in campaigns]
    clicks: Counter[str | None] = Counter()
    estimated: Counter[str | None] = Counter()
    for each in attribution.attribute(hours, known, host, now):
        if span.holds(each.hour):
            clicks[each.post] += each.clicks
            estimated[each.post] += each.clicks if each.estimated else 0
    keys = {key.lower() for campaign in campaigns for key in campaign.keys}
    shown = [
        PostClicks(post, clicks[post.media_id], estimated[post.media_id])
        for post in reversed(by_age)
        if clicks[post.media_id] or (span.holds(post.posted_at) and _carries(post, keys, host))
    ]
    return Brought(clicks.total(), clicks[None], shown)


def _carries(post: "Post", keys: set[str], host: str) -> bool:
    return any(site == host.lower() and key.lower() in keys for site, key in tracked_links(post.caption))
