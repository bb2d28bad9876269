"""The console's pages of reports: whose there are, all of one account, and one of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from signpost.analytics.errors import BadMember
from signpost.analytics.reports.answers import Progress, Sheet
from signpost.analytics.reports.documents import document
from signpost.analytics.reports.query import parse
from signpost.analytics.reports.registry import BY_NAME
from signpost.analytics.reports.result import Missing
from signpost.console import frame, visits, words
from signpost.console.accounts.views import badge
from signpost.console.charts.heat_map import ramp
from signpost.console.reports import names, views
from signpost.console.reports.public import has_rows, username
from signpost.console.reports.tables import Links
from signpost.console.visits import Visit
from signpost.instagram.login_links import login_address
from signpost.platform.errors import InvalidField
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.analytics.directory import Found
    from signpost.analytics.reports.answers import Answers
    from signpost.instagram.readings import Readings

_PAGE: Final = 25  # rows
_PERIODS: Final = (
    ("all", "all time"),
    ("12m", "the last 12 months"),
    ("90d", "the last 90 days"),
    ("30d", "the last 30 days"),
)
_DAYS: Final = {"12m": 365, "90d": 90, "30d": 30}
_BY_EXPORT: Final = ("followers", "following")
_BY_LOGIN: Final = ("comments", "insights", "stories", "demographics")


class Step(NamedTuple):
    """What to do about data that are missing."""

    text: str
    address: str


class ReportPages(NamedTuple):
    """Methods raise `NotFound` or `Unavailable`."""

    answers: "Answers"
    accounts_readings: "Readings"

    def accounts(self, visit: Visit) -> Reply:
        """Whose reports there are; straight to those of the only account."""
        found: dict[str, Any] = {}
        for install in self.accounts_readings.installs():
            found.setdefault(install.instagram_business_account_id, install)
        if len(found) == 1:
            return frame.see_other(_address(next(iter(found))))
        values = {
            "accounts": [
                {
                    "username": install.instagram_account,
                    "address": _address(account),
                    "followers": words.count(install.followers_count),
                    "posts": words.count(install.media_count),
                    "badge": badge(install, visit.now),
                }
                for account, install in found.items()
            ],
            "connect": login_address(visit.base, None),
        }
        return frame.show(visit, "console/reports/accounts.html", "Reports", values)

    def all(self, visit: Visit) -> Reply:
        """Links to every report of an account; a form that chose one of them leads to it."""
        wanted = visit.part("id")
        try:
            found = self.answers.find(wanted)
        except BadMember:  # perhaps a name: the page of accounts looks for it
            return frame.see_other(f"/fp/accounts?{urlencode({'id': wanted})}")
        chosen = visit.query.get("report", "")
        if chosen in BY_NAME:
            kept = {name: visit.query[name] for name in ("period", "tz") if visit.query.get(name)}
            return frame.see_other(f"{_address(found.member.id, chosen)}{'?' if kept else ''}{urlencode(kept)}")
        who = _username(found)
        values = {
            "username": who,
            "install": found.installs[0].id if found.installs else "",
            "groups": [
                (
                    group,
                    [(_address(found.member.id, key), name, name.lead.format(who=f"@{who}")) for key, name in reports],
                )
                for group, reports in _grouped()
            ],
        }
        return frame.show(visit, "console/reports/all.html", f"@{who} · Reports", values)

    def one(self, visit: Visit) -> Reply:
        """A report; with `format` as a document."""
        report = self.answers.report(visit.part("name"))
        found = self.answers.find(visit.part("id"))
        asked, error = _asked(visit, found), ""
        try:
            query = parse(asked, found.member.zone)
        except InvalidField as refused:
            error, query = str(refused), parse({"limit": str(_PAGE), "tz": visit.zone.key}, None)
        answer = self.answers.answer(report, found, query)
        sheet = Sheet(report, found, query, answer, asked, visit.path, visit.now)
        if query.format != "html" and not error:
            return document(sheet, f"{visit.base}{visit.path}?{visit.event['rawQueryString']}")
        return self._page(visit, sheet, error)

    def _page(self, visit: Visit, sheet: Sheet, error: str) -> Reply:
        def address(**changes: object) -> str:
            given = {name: value for name, value in visit.query.items() if name not in {"skip", "format", *changes}}
            return f"{visit.path}?{urlencode({**given, **changes})}"

        answer, query, report = sheet.answer, sheet.query, sheet.report
        if isinstance(answer, Progress):
            shown = views.waiting(*answer)
        else:
            # A member learns from a page no more than from the API: not where the reports of others are.
            links = Links(lambda member: "" if visit.member else _address(member, report.name))
            where = views.Shown(answer.snapshot_at, links, lambda skip: address(skip=skip))
            shown = views.content(report, answer.result, query, where)
        who, name = username(sheet), names.NAMES[report.name]
        values = {
            "name": name,
            "username": who,
            "member": quote(sheet.found.member.id, safe=""),
            "install": sheet.found.installs[0].id if sheet.found.installs else "",
            "report": report.name,
            "menu": [(group, [(key, each.title) for key, each in reports]) for group, reports in _grouped()],
            "periods": _periods(visit.query),
            "period": _period(visit.query),
            "zones": ("UTC", *frame.ZONES),
            "report_zone": query.zone.key,
            "shown": shown,
            "step": _step(visit, sheet),
            "ramp": ramp(),
            "downloads": has_rows(sheet) and not error,
            "csv": address(format="csv"),
            "json": address(format="json"),
            "refreshes": isinstance(answer, Progress),
            "error": error,
        }
        return frame.show(visit, "console/reports/report.html", f"{name.title} · @{who} · Reports", values)


def _address(member: str, report: str = "") -> str:
    return f"/fp/reports/{quote(member, safe='')}" + (f"/{report}" if report else "")


def _username(found: "Found") -> str:
    return found.installs[0].instagram_account if found.installs else found.member.username or found.member.id


def _grouped() -> list[tuple[str, list[tuple[str, names.Name]]]]:
    return [
        (group, [(key, each) for key, each in names.NAMES.items() if each.group == group]) for group in names.GROUPS
    ]


def _asked(visit: Visit, found: "Found") -> dict[str, str]:
    """The parameters of the API that the page's own stand for."""
    given = visit.query
    zone = given.get("tz") or (visit.zone.key if visits.has_zone(visit.event) else found.member.zone or visit.zone.key)
    asked = {name: given[name] for name in ("from", "to", "skip", "limit") if given.get(name)}
    asked |= {"tz": zone, "format": given.get("format") or "html"}
    if asked["format"] == "html":
        asked["limit"] = str(_PAGE)
    days = _DAYS.get(given.get("period", ""))
    known = visits.known_zone(zone)
    if days and known and not {"from", "to"} & asked.keys():
        asked["from"] = (datetime.fromtimestamp(visit.now, known) - timedelta(days=days)).date().isoformat()
    return asked


def _period(query: Mapping[str, str]) -> str:
    if query.get("from") or query.get("to"):
        return "chosen"
    return query.get("period", "all")


def _periods(query: Mapping[str, str]) -> list[tuple[str, str]]:
    chosen = [("chosen", "the chosen days")] if _period(query) == "chosen" else []
    return [*chosen, *_PERIODS]


def _step(visit: Visit, sheet: Sheet) -> Step | None:
    """The one next step, if there is one."""
    if isinstance(sheet.answer, Progress) or not isinstance(sheet.answer.result, Missing):
        return None
    missing, installs = sheet.answer.result.what, sheet.found.installs
    if set(missing) & set(_BY_EXPORT) and installs:
        return Step("Import Instagram's export", f"/fp/accounts/{installs[0].id}/imports")
    if set(missing) & set(_BY_LOGIN) and installs:
        return Step("Connect again", visit.connect(installs[0].provider))
    return Step("New link", "/fp/links?new") if "clicks" in missing and not visit.member else None
