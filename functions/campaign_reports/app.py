"""/admin/stats, and /admin/campaigns/{id}/stats, /clicks.csv, /qr.svg: results. HTTP API, Basic authentication.

Reads Campaigns, ClickCounts and Clicks; writes exports that are too large for a reply to the exports bucket.
"""

import os
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from signpost.platform import csv_text, settings
from signpost.platform.http import Reply, header, public_url
from signpost.platform.json_api import JsonApi
from signpost.platform.observe import Observer
from signpost.tracking.api import PATH, respelled
from signpost.tracking.error_reply import error_body
from signpost.tracking.reports import api, wiring
from signpost.tracking.reports.views import AllStatisticsView

SETTINGS = settings.load(wiring.Settings, os.environ)
REPORTS, GUARD = wiring.build(SETTINGS)
OVERALL = wiring.build_overall(SETTINGS)
observer = Observer()
app = JsonApi(error_body, GUARD)


@app.get(api.ALL, **api.ALL_STATISTICS)
def all_statistics(
    first: api.From = None,
    last: api.To = None,
    interval: api.Interval = "day",
    tz: api.Zone = "UTC",
    compare: api.Compare = None,
) -> AllStatisticsView:
    return OVERALL.statistics(first, last, interval=interval, zone=tz, compare=compare)


@app.get(f"{PATH}/<campaign_id>/stats", **api.STATISTICS)
def statistics(
    campaign_id: api.Id,
    first: api.From = None,
    last: api.To = None,
    interval: api.Interval = "day",
    by: api.By = None,
    tz: api.Zone = "UTC",
) -> Response[Any]:
    view = REPORTS.statistics(campaign_id, first, last, interval=interval, zone=tz, by=by)
    if "text/csv" in (header(app.current_event.raw_event, "accept") or ""):
        return Response(200, csv_text.TYPE, csv_text.lines(view.rows()))
    return Response(200, "application/json", view)


@app.get(f"{PATH}/<campaign_id>/clicks.csv", **api.CLICKS)
def clicks(
    campaign_id: api.Id, first: api.From = None, last: api.To = None, tz: api.Zone = "UTC", cursor: api.Cursor = None
) -> Response[Any]:
    export = REPORTS.export(campaign_id, first, last, zone=tz, cursor=cursor)
    headers = {"Content-Disposition": f'attachment; filename="{export.name}"'}
    if export.rest is not None:
        headers["Link"] = f'<{PATH}/{campaign_id}/clicks.csv?{urlencode(export.rest)}>; rel="next"'
    if export.file.url is not None:
        return Response(303, csv_text.TYPE, "", headers | {"Location": export.file.url})
    return Response(200, csv_text.TYPE, export.file.text, headers)


@app.get(f"{PATH}/<campaign_id>/qr.svg", **api.QR_CODE)
def qr(campaign_id: api.Id, src: api.Source = None) -> Response[Any]:
    base_url = public_url(app.current_event.raw_event, SETTINGS.public_url)
    return Response(200, api.SVG, REPORTS.qr_code(campaign_id, base_url, src))


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(respelled(event), context)
