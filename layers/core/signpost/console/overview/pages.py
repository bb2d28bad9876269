"""The overview: what links bring now, and what needs attention."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from signpost.console import words
from signpost.console.accounts.views import Attention, account_view, attention
from signpost.console.frame import see_other, show
from signpost.console.links import listing, names
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
    from signpost.analytics.readings import Readings as AnalyticsReadings
    from signpost.instagram.readings import Readings as InstagramReadings
    from signpost.operation.readings import Readings as OperationReadings
    from signpost.tracking.readings import Readings as TrackingReadings

_ACCOUNTS = 5
_MEMBERS = 200


class OverviewPages(NamedTuple):
    tracking: "TrackingReadings"
    instagram: "InstagramReadings"
    operation: "OperationReadings"
    analytics: "AnalyticsReadings"
    patience: float  # seconds, for what the queues and schedules need

    def show(self, visit: Visit) -> Reply:
        """`id` names an account, as it did at the front panel before: then its reports. Raises `Unavailable`."""
        if visit.query.get("id"):
            return see_other(f"/fp/reports/{quote(visit.query['id'], safe='')}")
        campaigns = list(self.tracking.campaigns())
        installs = self.instagram.installs()
        zone, now = visit.zone, visit.now
        values = {
            "today": f"{datetime.fromtimestamp(now, zone):%A} {words.full_day(datetime.fromtimestamp(now, zone))}",
            "attention": self._attention(visit, campaigns, installs),
            "members": self._members() if visit.query.get("admin") == "1" else None,
            "accounts": [account_view(each, zone, now, visit.connect) for each in installs[:_ACCOUNTS]],
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
        figures = {
            "tiles": views.tiles(quarters, histories.values(), zone, now),
            "weekday": weekday,
            "chart": views.today_chart(points, weekday),
            "table": views.table_rows(points),
            "top": views.top(campaigns, histories, zone, now),
        }
        return show(visit, "console/overview/overview.html", "Overview", values | figures)

    def _attention(self, visit: Visit, campaigns: Sequence[Campaign], installs: Sequence[Install]) -> list[Attention]:
        """What needs somebody, worst first. What the queues and schedules need is left out while they do not answer."""
        zone, now = visit.zone, visit.now
        found = ask({"queues": self.operation.queues, "schedules": self.operation.schedules}, self.patience)
        queues, schedules = (found[name].value or [] for name in ("queues", "schedules"))
        limited = [str(each.id) for each in campaigns if each.max_clicks is not None]
        used = {each: people(counts) for each, counts in self.tracking.clicks_so_far(limited, now).items()}
        needs = [
            *operation_attention(queues, schedules, now),
            *attention(installs, zone, now, visit.connect),
            *views.links_in_trouble(campaigns, used, zone, now),
        ]
        return sorted(needs, key=lambda each: each.kind != "bad")

    def _members(self) -> list[tuple[str, str]]:
        """Of the first members, the id and what they are called."""
        return [(each.id, each.title or each.id) for each in islice(self.analytics.members(), _MEMBERS)]
