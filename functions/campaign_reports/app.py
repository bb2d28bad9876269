"""/admin/campaigns/{id}/stats, /clicks.csv and /qr.svg: what a campaign brought. HTTP API, Basic authentication.

Reads Campaigns, ClickCounts and Clicks; writes exports that are too large for a reply to the exports bucket.
"""

import os
from typing import Any, NamedTuple
from urllib.parse import urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from signpost.platform import api, aws, csv_text, settings
from signpost.platform.clock import system_clock
from signpost.platform.downloads import Download
from signpost.platform.http import Reply, base_url, header
from signpost.platform.ids import ulid
from signpost.platform.secrets import CredentialsSecret
from signpost.tracking.api import PATH, answer_administrator, error_body
from signpost.tracking.campaigns.links import link, qr_code
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.store import CountStore
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
from signpost.tracking.reports.exports import export
from signpost.tracking.reports.queries import Reports, check_cursor
from signpost.tracking.reports.statistics import parse_range
from signpost.tracking.reports.views import StatisticsView

EXPORT_SECONDS = 20.0  # API Gateway waits for 30


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    click_counts_table: str
    click_buckets: int
    exports_bucket: str
    admin_secret: str


SETTINGS = settings.load(Settings, os.environ)
SECRET = CredentialsSecret(aws.secretsmanager(), SETTINGS.admin_secret)
CAMPAIGNS = CampaignStore(aws.dynamodb(), SETTINGS.campaigns_table)
REPORTS = Reports(
    CountStore(aws.dynamodb(), SETTINGS.click_counts_table),
    ClickStore(aws.dynamodb(), SETTINGS.clicks_table),
    SETTINGS.click_buckets,
)
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
    campaign = CAMPAIGNS.find(campaign_id)
    chosen = parse_range(first, last, interval, tz, system_clock())
    view = StatisticsView.of(campaign.id, REPORTS.statistics(campaign_id, chosen, by), by)
    if "text/csv" in (header(app.current_event.raw_event, "accept") or ""):
        return Response(200, csv_text.TYPE, csv_text.lines(view.rows()))
    return Response(200, "application/json", view)


@app.get(f"{PATH}/<campaign_id>/clicks.csv", **CLICKS)
def clicks(
    campaign_id: Id, first: From = None, last: To = None, tz: Zone = "UTC", cursor: Cursor = None
) -> Response[Any]:
    CAMPAIGNS.find(campaign_id)
    chosen = parse_range(first, last, "day", tz, system_clock())
    check_cursor(cursor)
    name = f"clicks-{campaign_id}.csv"
    key = f"clicks/{ulid(system_clock())}/{name}"
    download = Download(aws.s3(), SETTINGS.exports_bucket, key, csv_text.TYPE, name)
    done = export(REPORTS.clicks(campaign_id, chosen, cursor), download, EXPORT_SECONDS)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if done.rest:
        query = {"from": chosen.start.isoformat(), "to": chosen.end.isoformat(), "tz": tz, "cursor": done.rest}
        headers["Link"] = f'<{PATH}/{campaign_id}/clicks.csv?{urlencode(query)}>; rel="next"'
    if done.file.url is not None:
        return Response(303, csv_text.TYPE, "", headers | {"Location": done.file.url})
    return Response(200, csv_text.TYPE, done.file.text, headers)


@app.get(f"{PATH}/<campaign_id>/qr.svg", **QR_CODE)
def qr(campaign_id: Id, src: Source = None) -> Response[Any]:
    campaign = CAMPAIGNS.find(campaign_id)
    address = link(base_url(app.current_event.raw_event), campaign.slug or campaign.id, src)
    return Response(200, SVG, qr_code(address))


def handler(event: dict[str, Any], context: Any) -> Reply:
    return answer_administrator(app, SECRET, event, context)
