"""/admin/campaigns/{id}/stats, /clicks.csv and /qr.svg: what a campaign brought. HTTP API, Basic authentication.

Reads Campaigns, ClickCounts and Clicks; writes exports that are too large for a reply to the exports bucket.
"""

import os
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from signpost.platform import api, csv_text, settings
from signpost.platform.http import Reply, base_url, header
from signpost.tracking.api import PATH, answer_administrator, error_body
from signpost.tracking.reports import wiring
from signpost.tracking.reports.api import (
    CLICKS,
    QR_CODE,
    STATISTICS,
    SVG,
    By,
    Cursor,
    From,
    Id,
    Interval,
    Source,
    To,
    Zone,
)

REPORTS, SECRET = wiring.build(settings.load(wiring.Settings, os.environ))
logger = Logger()
app = api.json_api(logger, error_body)


@app.get(f"{PATH}/<campaign_id>/stats", **STATISTICS)
def statistics(
    campaign_id: Id,
    first: From = None,
    last: To = None,
    interval: Interval = "day",
    by: By = None,
    tz: Zone = "UTC",
) -> Response[Any]:
    view = REPORTS.statistics(campaign_id, first, last, interval=interval, zone=tz, by=by)
    if "text/csv" in (header(app.current_event.raw_event, "accept") or ""):
        return Response(200, csv_text.TYPE, csv_text.lines(view.rows()))
    return Response(200, "application/json", view)


@app.get(f"{PATH}/<campaign_id>/clicks.csv", **CLICKS)
def clicks(
    campaign_id: Id, first: From = None, last: To = None, tz: Zone = "UTC", cursor: Cursor = None
) -> Response[Any]:
    export = REPORTS.export(campaign_id, first, last, zone=tz, cursor=cursor)
    headers = {"Content-Disposition": f'attachment; filename="{export.name}"'}
    if export.rest is not None:
        headers["Link"] = f'<{PATH}/{campaign_id}/clicks.csv?{urlencode(export.rest)}>; rel="next"'
    if export.file.url is not None:
        return Response(303, csv_text.TYPE, "", headers | {"Location": export.file.url})
    return Response(200, csv_text.TYPE, export.file.text, headers)


@app.get(f"{PATH}/<campaign_id>/qr.svg", **QR_CODE)
def qr(campaign_id: Id, src: Source = None) -> Response[Any]:
    return Response(200, SVG, REPORTS.qr_code(campaign_id, base_url(app.current_event.raw_event), src))


def handler(event: dict[str, Any], context: Any) -> Reply:
    return answer_administrator(app, SECRET, event, context)
