"""What posts and links brought each other: the posts of a link, and what was published lately."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.analytics.link_posts.brought import Brought, PostClicks, Span, brought
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock
from signpost.platform.errors import InvalidField
from signpost.platform.moments import parse_moment, zone_called

if TYPE_CHECKING:
    from signpost.instagram.readings import Install, Post
    from signpost.instagram.readings import Readings as InstagramReadings
    from signpost.tracking.readings import Campaign
    from signpost.tracking.readings import Readings as TrackingReadings

POSTS: Final = 300  # the newest ones of an account
ACCOUNTS: Final = 25  # whose new posts are looked for
_DAY: Final = 86_400
_USUAL: Final = 30 * _DAY  # what tells usual hours from others, at least
MAX_DAYS: Final = 366


class Chosen(NamedTuple):
    """A range of time, and the zone of the days that it was given in."""

    span: Span
    zone: ZoneInfo


class LinkPosts(NamedTuple):
    """`install` is the account that the campaign names."""

    campaign: "Campaign"
    install: "Install | None"
    brought: Brought


class Published(NamedTuple):
    install: "Install"
    found: PostClicks


class Queries(NamedTuple):
    """`posts` remembers those of each account for a while. Every method raises `Unavailable` when a store is down."""

    tracking: "TrackingReadings"
    instagram: "InstagramReadings"
    clock: Clock
    posts: "Cache[list[Post]]"
    lately: Cache[list[Published]]

    def of_link(self, campaign_id: str, span: Span, host: str) -> LinkPosts:
        """The posts that brought clicks on a link. `host` is that of our links. Raises `NotFound`."""
        campaign = self.tracking.campaign(campaign_id)
        install = self.instagram.install(campaign.account) if campaign.account else None
        posts = self._posts(install) if install else []
        return LinkPosts(campaign, install, self._brought([campaign], posts, span, host))

    def published(self, span: Span, host: str) -> list[Published]:
        """The posts published in the span by accounts with links, newest first, and the clicks they brought in it."""
        return self.published_by(self.tracking.campaigns(), self.instagram.installs(), span, host)

    def published_by(
        self, campaigns: Iterable["Campaign"], installs: Sequence["Install"], span: Span, host: str
    ) -> list[Published]:
        """Likewise, of all campaigns and all installs; remembered for a while."""
        return self.lately.get((span, host), lambda: self._published(campaigns, installs, span, host)) or []

    def _published(
        self, campaigns: Iterable["Campaign"], installs: Sequence["Install"], span: Span, host: str
    ) -> list[Published]:
        found = []
        for account, links in _accounts(campaigns, installs)[:ACCOUNTS]:
            newest = self.instagram.newest_posts(account.id, 1)
            if newest and newest[0].posted_at >= span.start:
                posts = self._brought(links, self._posts(account), span, host).posts
                found += [Published(account, each) for each in posts if span.holds(each.post.posted_at)]
        return sorted(found, key=lambda each: (-each.found.post.posted_at, each.found.post.media_id))

    def _brought(self, campaigns: Sequence["Campaign"], posts: Sequence["Post"], span: Span, host: str) -> Brought:
        now = self.clock()
        hours = self.tracking.clicks_by_hour(campaigns, min(span.start, now - _USUAL), now)
        return brought(hours, posts, host, span, now)

    def _posts(self, install: "Install") -> list["Post"]:
        return self.posts.get(install.id, lambda: self.instagram.newest_posts(install.id, POSTS)) or []


def _accounts(
    campaigns: Iterable["Campaign"], installs: Sequence["Install"]
) -> list[tuple["Install", list["Campaign"]]]:
    """Each account once, though it may be connected through both of Meta's products, with the links that name it."""
    by_id = {each.id: each for each in installs}
    links: dict[str, list[Campaign]] = {}
    for campaign in campaigns:
        install = by_id.get(campaign.account or "")
        if install is not None:
            links.setdefault(install.instagram_business_account_id, []).append(campaign)
    best: dict[str, Install] = {}
    for install in sorted(installs, key=lambda each: each.is_connected):
        best[install.instagram_business_account_id] = install
    return [(best[account], found) for account, found in links.items()]


def parse(first: str | None, last: str | None, zone_name: str, now: float, days: int) -> Chosen:
    """A range from strings: days, both included, or moments, the second one excluded.

    Without `first`, it begins at the midnight before which `days` - 1 more days are in it; without `last`, it ends now.

    Raises:
        InvalidField: the message says which string is wrong, and what it should be.
    """
    zone = zone_called(zone_name)
    end = parse_moment("to", last, zone, days_to_add=1).timestamp() if last else now
    if first:
        start = parse_moment("from", first, zone).timestamp()
    else:
        day = (datetime.fromtimestamp(end, zone) - timedelta(microseconds=1)).date() - timedelta(days=days - 1)
        start = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
    if start >= end:
        raise InvalidField("from: must be before `to`.")
    if end - start > MAX_DAYS * _DAY + _DAY / 24:
        raise InvalidField(f"from: at most {MAX_DAYS} days.")
    return Chosen(Span(start, end), zone)
