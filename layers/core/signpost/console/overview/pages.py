"""The overview: what links bring now, and what needs attention."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from signpost.console import words
from signpost.console.accounts.views import account_view, attention
from signpost.console.frame import see_other, show
from signpost.console.links import listing, names
from signpost.console.overview import views
from signpost.console.visits import Visit
from signpost.instagram.login_links import login_address
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.instagram.readings import Readings as InstagramReadings
    from signpost.tracking.readings import Readings as TrackingReadings

_ACCOUNTS = 5


class OverviewPages(NamedTuple):
    tracking: "TrackingReadings"
    instagram: "InstagramReadings"

    def show(self, visit: Visit) -> Reply:
        """`id` names an account, as it did at the front panel before: then its reports. Raises `Unavailable`."""
        if visit.query.get("id"):
            return see_other(f"/fp/reports/{quote(visit.query['id'], safe='')}")
        campaigns = list(self.tracking.campaigns())
        installs = self.instagram.installs()
        zone, now = visit.zone, visit.now
        values = {
            "today": f"{datetime.fromtimestamp(now, zone):%A} {words.full_day(datetime.fromtimestamp(now, zone))}",
            "attention": attention(installs, zone, now, visit.base),
            "accounts": [account_view(each, zone, now, visit.base) for each in installs[:_ACCOUNTS]],
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
