"""A report as a page of its own, for whoever has the member's app token."""

from typing import Any
from urllib.parse import urlencode

from signpost.analytics.reports.answers import Progress, Sheet
from signpost.analytics.reports.result import Missing
from signpost.console import frame, words
from signpost.console.charts.heat_map import ramp
from signpost.console.reports import names, views
from signpost.console.reports.tables import Links
from signpost.platform.errors import SignpostError
from signpost.platform.http import Reply, retry_after


def page(sheet: Sheet) -> Reply:
    """Its links keep the parameters, with the token if it was one of them."""

    def address(**changes: object) -> str:
        given = {name: value for name, value in sheet.parameters.items() if name not in changes}
        return f"{sheet.path}?{urlencode({**given, **changes})}"

    answer, query = sheet.answer, sheet.query
    if isinstance(answer, Progress):
        shown = views.waiting(*answer)
    else:
        where = views.Shown(answer.snapshot_at, Links(lambda _: ""), lambda skip: address(skip=skip, format="html"))
        shown = views.content(sheet.report, answer.result, query, where)
    name = names.NAMES[sheet.report.name]
    values: dict[str, Any] = {
        "name": name,
        "username": username(sheet),
        "shown": shown,
        "ramp": ramp(),
        "downloads": has_rows(sheet),
        "csv": address(format="csv"),
        "json": address(format="json"),
        "refreshes": isinstance(answer, Progress),
        "zone": query.zone.key,
        "range_text": range_text(sheet),
    }
    return frame.show_outside("console/reports/public.html", f"{name.title} · @{username(sheet)} · Reports", values)


def refused(error: SignpostError) -> Reply:
    titles = {401: "An app token is needed", 403: "Not allowed", 404: "Not found", 429: "Too many tries"}
    title = titles.get(error.status, "That did not work")
    made = frame.show_outside("console/reports/refused.html", title, {"message": str(error)}, error.status)
    made["headers"] |= retry_after(error)
    return made


def username(sheet: Sheet) -> str:
    found = sheet.found
    return found.installs[0].instagram_account if found.installs else found.member.username or found.member.id


def has_rows(sheet: Sheet) -> bool:
    return not isinstance(sheet.answer, Progress) and not isinstance(sheet.answer.result, Missing)


def range_text(sheet: Sheet) -> str:
    start, end = sheet.query.start, sheet.query.end
    parts = [f"from {words.moment(start, sheet.query.zone)}"] if start is not None else []
    parts += [f"before {words.moment(end, sheet.query.zone)}"] if end is not None else []
    return f"Posts {' '.join(parts)}." if parts else "All posts."
