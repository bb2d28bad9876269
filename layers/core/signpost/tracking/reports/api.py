"""Requests and replies of the reports' routes, described for the API reference."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from signpost.platform.csv_text import TYPE as CSV
from signpost.platform.reference import Keywords
from signpost.tracking.api import CAMPAIGNS, LOCATION, NEXT, errors
from signpost.tracking.clicks import SOURCE_BYTES
from signpost.tracking.reports import statistics
from signpost.tracking.reports.overall import MAX_DAYS
from signpost.tracking.reports.views import StatisticsView

ALL = "/admin/stats"
SVG = "image/svg+xml"

Id = Annotated[str, Path(description="A campaign's id.")]
From = Annotated[str | None, Query(alias="from", description="A day, or a moment. Otherwise 30 days or 24 hours ago.")]
To = Annotated[str | None, Query(alias="to", description="A day, included, or a moment, excluded. Otherwise now.")]
Interval = Annotated[statistics.Interval, Query(description="How long each point of the series is.")]
By = Annotated[statistics.By | None, Query(description="What the clicks are broken down by.")]
Compare = Annotated[
    statistics.Compare | None,
    Query(description="With as many days before, or the same time a week ago; up to the same time of day."),
]
Zone = Annotated[str, Query(alias="tz", description="The days' time zone, from the IANA time zone database.")]
Cursor = Annotated[str | None, Query(description="From the previous part's Link header.")]
Source = Annotated[
    Annotated[str, Keywords(maxLength=SOURCE_BYTES)] | None, Query(description="The source recorded with its clicks.")
]

_TEXT = {"schema": {"type": "string"}}
_CSV_NAME = CSV.partition(";")[0]
_STATISTICS = {
    "description": "The statistics; as CSV when that is accepted.",
    "content": {"application/json": {"model": StatisticsView}, _CSV_NAME: _TEXT},
}
_CLICKS = {"description": "The clicks.", "headers": {"Link": NEXT}, "content": {_CSV_NAME: _TEXT}}
_ELSEWHERE: Any = {
    "description": "The clicks are at `Location` for 15 minutes.",
    "headers": {"Link": NEXT, "Location": LOCATION},
    "content": {},
}
_QR_CODE = {"description": "The QR code.", "content": {SVG: _TEXT}}

STATISTICS: Any = {
    "operation_id": "readStatistics",
    "summary": "Clicks by hour or day, and broken down.",
    "responses": {200: _STATISTICS, **errors(404, 422)},
    **CAMPAIGNS,
}
ALL_STATISTICS: Any = {
    "operation_id": "readAllStatistics",
    "summary": "Clicks of all campaigns, and those with most.",
    "description": f"At most {MAX_DAYS} days.",
    "responses": {200: {"description": "The statistics."}, **errors(422)},
    **CAMPAIGNS,
}
CLICKS: Any = {
    "operation_id": "exportClicks",
    "summary": "The clicks one by one, oldest first.",
    "description": "When time runs out, a Link header leads to the rest.",
    "responses": {200: _CLICKS, 303: _ELSEWHERE, **errors(404, 422)},
    **CAMPAIGNS,
}
QR_CODE: Any = {
    "operation_id": "drawQrCode",
    "summary": "The tracking link as a QR code.",
    "responses": {200: _QR_CODE, **errors(404, 422)},
    **CAMPAIGNS,
}
