"""GET /reports, and GET /reports/{id}/{name}, a report as JSON, CSV or a page. HTTP API.

Everybody may read the list. A report is for the administrator and for whoever has the member's app token. Reads
Members, InstagramInstalls and the member's snapshot in S3, which stays in memory for a while. The first request about a
connected account stores it in Members.
"""

import os
from functools import partial
from typing import Any

from signpost.analytics.reports import wiring
from signpost.analytics.reports.answers import Sheet
from signpost.analytics.reports.api import ReportApi, asked, fitting
from signpost.platform import settings
from signpost.platform.compression import compressed
from signpost.platform.dispatch import dispatch
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply
from signpost.platform.observe import Observer

API = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


def page(sheet: Sheet) -> Reply:
    from signpost.console.reports import public  # noqa: PLC0415  (programs, which ask more often, need not wait for it)

    return public.page(sheet)


def refusal(api: ReportApi, event: Event, error: SignpostError) -> Reply:
    made = api.refusal(error)
    if asked(event).get("format") != "html":
        return made
    from signpost.console.reports import public  # noqa: PLC0415  (as above)

    shown = public.refused(error)
    return {**shown, "headers": {**made["headers"], **shown["headers"]}}


def report(api: ReportApi, event: Event) -> Reply:
    return fitting(compressed(event, api.one(event, page)))


def without_body(reply: Reply) -> Reply:
    return {**reply, "body": "", "isBase64Encoded": False}


ROUTES = {
    "GET /reports": ReportApi.listing,
    "HEAD /reports": lambda api, event: without_body(api.listing(event)),
    "OPTIONS /reports": ReportApi.preflight,
    "GET /reports/{id}/{name}": report,
    "HEAD /reports/{id}/{name}": lambda api, event: without_body(report(api, event)),
    "OPTIONS /reports/{id}/{name}": ReportApi.preflight,
}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, api: ReportApi = API) -> Reply:
    return dispatch(ROUTES, event, context, partial(refusal, api, event), api)
