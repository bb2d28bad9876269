"""The pages of links: the list with the form for a new one, and a link with its figures, its form and its end."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from signpost.analytics.link_posts.brought import Span
from signpost.analytics.link_posts.queries import Queries as LinkPosts
from signpost.console import periods, words
from signpost.console.frame import see_other, show
from signpost.console.links import forms, listing, names, one, posts
from signpost.console.visits import Visit
from signpost.platform import csv_text
from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import Conflict, InvalidField, PreconditionFailed
from signpost.platform.http import Reply, reply
from signpost.platform.pages import site_headers
from signpost.tracking.campaigns.admin import CampaignAdmin
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.earlier_clicks import TooManyClicks
from signpost.tracking.campaigns.views import etag
from signpost.tracking.counting.counts import people
from signpost.tracking.reports.qr_codes import qr_code, qr_picture
from signpost.tracking.reports.queries import Reports

if TYPE_CHECKING:
    from signpost.instagram.readings import Readings as InstagramReadings
    from signpost.tracking.readings import Readings

_UNPROCESSABLE = 422
_CONFLICT = 409


class LinkPages(NamedTuple):
    """Every method raises `NotFound` for a link that is not there, and `Unavailable` when a service does not answer."""

    tracking: "Readings"
    admin: CampaignAdmin
    reports: Reports
    accounts: "InstagramReadings"
    link_posts: LinkPosts

    # ------------------------------------------------------------------------------------------------------ the list
    def all(self, visit: Visit) -> Reply:
        return self._list(visit, forms.LinkForm({}), is_open="new" in visit.query)

    def create(self, visit: Visit) -> Reply:
        try:
            made = self.admin.create(forms.creation(visit.fields)).view
        except forms.FormErrors as error:
            return self._list(visit, forms.LinkForm(visit.fields, error.errors), is_open=True, status=_UNPROCESSABLE)
        except Conflict:
            errors = {"slug": "Another link has this short name; choose another one."}
            return self._list(visit, forms.LinkForm(visit.fields, errors), is_open=True, status=_CONFLICT)
        return see_other(f"/fp/links/{made.id}?done=created")

    def _list(self, visit: Visit, form: forms.LinkForm, *, is_open: bool, status: int = 200) -> Reply:
        choice = listing.Choice.read(visit.query)
        campaigns = list(self.tracking.campaigns())
        totals = self.tracking.clicks_so_far(listing.ids(campaigns), visit.now)
        found = listing.chosen(campaigns, totals, choice)
        pager, part = listing.pager(choice, len(found))
        shown = found[part]
        since = listing.since(visit.zone, visit.now)
        histories = self.tracking.histories(listing.ids(shown), since, visit.now)
        rows = [
            listing.row(
                each, histories[str(each.id)].quarters, people(totals.get(str(each.id), {})), visit.zone, visit.now
            )
            for each in shown
        ]
        values = {
            "form": form,
            "form_is_open": is_open,
            "rows": rows,
            "pager": pager,
            "choice": choice,
            "number": len(campaigns),
            "clicks": words.count(sum(people(each) for each in totals.values())),
            "sorts": listing.SORTS,
            "platforms": (("", "All platforms"), *names.PLATFORM_CHOICES),
            "accounts": names.account_choices(self.accounts.installs()) if is_open or not campaigns else (),
            "prefix": f"{names.without_scheme(visit.base)}/track/",
        }
        return show(visit, "console/links/all.html", "Links", values, status)

    # ------------------------------------------------------------------------------------------------------ one link
    def read(self, visit: Visit) -> Reply:
        campaign, period = self._campaign(visit), _period(visit)
        key, zone = str(campaign.id), visit.zone.key
        now = periods.span(period, visit.zone, visit.now)
        earlier = periods.before(now, period)
        counted, shares = self.reports.breakdowns(key, now.first, now.last, interval=period.interval, zone=zone)
        former = self.reports.statistics(key, earlier.first, earlier.last, interval=period.interval, zone=zone, by=None)
        points = one.chart_points(counted, former, period, visit.zone)
        utc = None
        if period.interval == "day":
            utc = self.reports.statistics(
                key, now.start.date().isoformat(), now.end.date().isoformat(), interval="day", zone="UTC", by=None
            )
        carriers = self._posts(visit, campaign, period, one.starts(counted, visit.zone))
        values = {
            **self._about(visit, campaign),
            "posts": carriers,
            "period": period,
            "periods": tuple(periods.PERIODS.values()),
            "figures": one.figures(counted, former, points, utc),
            "chart": one.chart(points, names.title(campaign), period, carriers.pins if carriers else ()),
            "table": one.table_rows(points),
            "lists": one.bar_lists(shares),
            "all_clicks": words.count(people(self.admin.counts.current(key))),
            "csv": f"/fp/links/{key}/clicks.csv?from={quote(now.first)}&to={quote(now.last)}",
            "created": visit.query.get("done") == "created",
            "account": self.accounts.install(campaign.account) if campaign.account else None,
        }
        return show(visit, "console/links/one.html", f"{names.title(campaign)} · Links", values)

    def _posts(
        self, visit: Visit, campaign: Campaign, period: periods.Period, starts: Sequence[datetime]
    ) -> posts.Posts | None:
        """None: the link names no account, so nobody can tell."""
        if not campaign.account:
            return None
        chosen = periods.span(period, visit.zone, visit.now)
        span = Span(chosen.start.timestamp(), chosen.end.timestamp())
        found = self.link_posts.of_link(str(campaign.id), span, urlsplit(visit.base).netloc)
        return posts.posts(found.brought, starts, chosen, period, visit.zone)

    def edit(self, visit: Visit) -> Reply:
        campaign = self._campaign(visit)
        return self._form(visit, campaign, forms.LinkForm(forms.values_of(campaign, visit.zone)))

    def save(self, visit: Visit) -> Reply:
        campaign = self._campaign(visit)
        try:
            change = forms.change(visit.fields, visit.zone, campaign)
            self.admin.change(str(campaign.id), change, visit.fields.get("version"))
        except forms.FormErrors as error:
            return self._form(visit, campaign, forms.LinkForm(visit.fields, error.errors), _UNPROCESSABLE)
        except InvalidField:
            errors = {"expires_at": "Must be in the future. To end a link at once, delete it."}
            return self._form(visit, campaign, forms.LinkForm(visit.fields, errors), _UNPROCESSABLE)
        except PreconditionFailed:
            text = "Not saved: somebody else changed this link. Load it again, then repeat your change."
            return self._form(visit, campaign, forms.LinkForm(visit.fields, {"": text}), _CONFLICT)
        except TooManyClicks as error:
            again = words.moment(error.again_at, visit.zone)
            errors = {
                "max_clicks": f"It had too many clicks in the last hours to count them now. Try again on {again}."
            }
            return self._form(visit, campaign, forms.LinkForm(visit.fields, errors), _CONFLICT)
        except Conflict:
            errors = {"slug": "Another link has this short name; choose another one."}
            return self._form(visit, campaign, forms.LinkForm(visit.fields, errors), _CONFLICT)
        return see_other(f"/fp/links/{campaign.id}?done=saved")

    def ask_to_delete(self, visit: Visit) -> Reply:
        return self._confirmation(visit, self._campaign(visit))

    def delete(self, visit: Visit) -> Reply:
        campaign = self._campaign(visit)
        if visit.fields.get("typed", "").strip() != (campaign.slug or str(campaign.id)):
            return self._confirmation(visit, campaign, "Type it exactly as it stands there.", _UNPROCESSABLE)
        self.admin.delete(str(campaign.id), None)
        return see_other("/fp/links?done=deleted")

    # --------------------------------------------------------------------------------------------------------- files
    def clicks(self, visit: Visit) -> Reply:
        """The period's single clicks as CSV. Raises `InvalidField`."""
        query = visit.query
        key, zone = visit.part("id"), visit.zone.key
        export = self.reports.export(key, query.get("from"), query.get("to"), zone=zone, cursor=query.get("cursor"))
        if export.file.url is not None:
            return see_other(export.file.url)
        headers = {**site_headers(), "content-disposition": f'attachment; filename="{export.name}"'}
        return reply(200, export.file.text or "", csv_text.TYPE, headers)

    def qr_svg(self, visit: Visit) -> Reply:
        return reply(200, qr_code(self._short_link(visit)), "image/svg+xml", site_headers())

    def qr_png(self, visit: Visit) -> Reply:
        name = visit.part("id")
        headers = {**site_headers(), "content-disposition": f'attachment; filename="qr-{name}.png"'}
        picture = base64.b64encode(qr_picture(self._short_link(visit))).decode()
        return {**reply(200, picture, "image/png", headers), "isBase64Encoded": True}

    def _short_link(self, visit: Visit) -> str:
        return names.short_link(self._campaign(visit), visit.base)

    def _campaign(self, visit: Visit) -> Campaign:
        return self.admin.campaigns.find(visit.part("id"))

    def _about(self, visit: Visit, campaign: Campaign) -> Mapping[str, Any]:
        ends = campaign.expires_at
        return {
            "id": campaign.id,
            "name": names.title(campaign),
            "typed_name": campaign.slug or str(campaign.id),
            "link": names.short_link(campaign, visit.base),
            "target": campaign.redirect_url,
            "target_text": names.without_scheme(campaign.redirect_url),
            "made": words.full_day(datetime.fromtimestamp(from_rfc3339(campaign.created_at), visit.zone)),
            "ends": words.moment(from_rfc3339(ends), visit.zone) if ends else "Never",
            "has_ended": bool(ends) and from_rfc3339(ends or "") <= visit.now,
            "limit": words.count(campaign.max_clicks) if campaign.max_clicks is not None else "No limit",
            "limit_from": _limit_from(campaign, visit),
            "platforms": [names.PLATFORM_NAMES[each] for each in campaign.platforms],
            "former_names": campaign.aliases,
        }

    def _form(self, visit: Visit, campaign: Campaign, form: forms.LinkForm, status: int = 200) -> Reply:
        values = {
            **self._about(visit, campaign),
            "form": form,
            "version": visit.fields.get("version") or etag(campaign),
            "platform_choices": names.PLATFORM_CHOICES,
            "accounts": names.account_choices(self.accounts.installs(), campaign.account or ""),
            "prefix": f"{names.without_scheme(visit.base)}/track/",
        }
        return show(visit, "console/links/edit.html", f"Edit · {names.title(campaign)} · Links", values, status)

    def _confirmation(self, visit: Visit, campaign: Campaign, error: str = "", status: int = 200) -> Reply:
        clicks = words.count(people(self.admin.counts.current(str(campaign.id))))
        values = {**self._about(visit, campaign), "all_clicks": clicks, "error": error}
        return show(visit, "console/links/delete.html", f"Delete · {names.title(campaign)} · Links", values, status)


def _limit_from(campaign: Campaign, visit: Visit) -> str:
    """When its limit will be exact; empty once it is."""
    if campaign.limit_from is None or from_rfc3339(campaign.limit_from) <= visit.now:
        return ""
    return f"{datetime.fromtimestamp(from_rfc3339(campaign.limit_from), visit.zone):%H:%M:%S}"


def _period(visit: Visit) -> periods.Period:
    return periods.PERIODS.get(visit.query.get("period", ""), periods.PERIODS[periods.DEFAULT])
