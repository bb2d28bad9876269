"""The overview: what links bring now, and what needs attention."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from signpost.analytics.link_posts.brought import Span
from signpost.analytics.link_posts.queries import Queries as LinkPosts
from signpost.console import periods, words
from signpost.console.accounts.views import Attention, attention
from signpost.console.frame import see_other, show
from signpost.console.links import listing, names
from signpost.console.members.pages import MemberPages
from signpost.console.operations.views import attention as operation_attention
from signpost.console.overview import views
from signpost.console.visits import Visit
from signpost.instagram.installs import Install
from signpost.instagram.login_links import login_address
from signpost.operation.status.checks import ask
from signpost.platform.http import Reply
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.counting.counts import people

if TYPE_CHECKING:
    from signpost.instagram.readings import Readings as InstagramReadings
    from signpost.operation.readings import Readings as OperationReadings
    from signpost.tracking.readings import Readings as TrackingReadings

_ACCOUNTS = 5


class OverviewPages(NamedTuple):
    tracking: "TrackingReadings"
    instagram: "InstagramReadings"
    operation: "OperationReadings"
    members: MemberPages
    link_posts: LinkPosts
    patience: float  # seconds, for what the queues and schedules need

    def show(self, visit: Visit) -> Reply:
        """`id` names an account, as it did at the front panel before: then its reports. Raises `Unavailable`."""
        if visit.query.get("id"):
            return see_other(f"/fp/reports/{quote(visit.query['id'], safe='')}")
        campaigns = list(self.tracking.campaigns())
        installs = self.instagram.installs()
        zone, now = visit.zone, visit.now
        found = ask({"queues": self.operation.queues, "schedules": self.operation.schedules}, self.patience)
        queues, schedules = (found[name].value or [] for name in ("queues", "schedules"))
        values = {
            "today": f"{datetime.fromtimestamp(now, zone):%A} {words.full_day(datetime.fromtimestamp(now, zone))}",
            "attention": sorted(
                (*operation_attention(queues, schedules, now), *self._attention(visit, campaigns, installs)),
                key=lambda each: each.kind != "bad",
            ),
            "members": self.members.listed(visit) if visit.query.get("admin") == "1" else None,
            "accounts": [
                views.account_row(each, self.instagram.progress(each), zone, now, visit.connect)
                for each in installs[:_ACCOUNTS]
            ],
            "syncs": views.syncs(installs, schedules, zone, now),
            "number_of_accounts": len(installs),
            "connect": login_address(visit.base, None),
            "number": len(campaigns),
            "prefix": f"{names.without_scheme(visit.base)}/track/",
        }
        if not campaigns:
            return show(visit, "console/overview/welcome.html", "Welcome", values)
        histories = self.tracking.histories(listing.ids(campaigns), listing.since(zone, now), now)
        quarters = views.summed(histories.values())
        weekday = views.now_name(zone, now)
        points = views.today_points(quarters, zone, now)
        posts = self._posts(visit, campaigns, installs)
        figures = {
            "posts": posts,
            "tiles": views.tiles(quarters, histories.values(), zone, now),
            "weekday": weekday,
            "chart": views.today_chart(points, weekday, posts.pins),
            "table": views.table_rows(points),
            "top": views.top(campaigns, histories, zone, now),
        }
        return show(visit, "console/overview/overview.html", "Overview", values | figures)

    def _attention(self, visit: Visit, campaigns: Sequence[Campaign], installs: Sequence[Install]) -> list[Attention]:
        """The accounts and links that need somebody."""
        zone, now = visit.zone, visit.now
        limited = [str(each.id) for each in campaigns if each.max_clicks is not None]
        used = {each: people(counts) for each, counts in self.tracking.clicks_so_far(limited, now).items()}
        return [*attention(installs, zone, now, visit.connect), *views.links_in_trouble(campaigns, used, zone, now)]

    def _posts(self, visit: Visit, campaigns: Sequence[Campaign], installs: Sequence[Install]) -> views.PostsToday:
        zone, now = visit.zone, visit.now
        today = Span(periods.midnight(zone, now).timestamp(), periods.next_hour(zone, now).timestamp())
        found = self.link_posts.published_by(campaigns, installs, today, urlsplit(visit.base).netloc)
        return views.posts_today(found, zone, now)
