"""What the reports' routes take and give, as their OpenAPI document says it."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from signpost.platform.csv_text import TYPE as CSV
from signpost.tracking.reports.views import StatisticsView

SVG = "image/svg+xml"

Id = Annotated[str, Path(description="A campaign's id.")]
From = Annotated[str | None, Query(alias="from", description="A day, or a moment. Otherwise 30 days or 24 hours ago.")]
To = Annotated[str | None, Query(alias="to", description="A day, included, or a moment, excluded. Otherwise now.")]
Zone = Annotated[str, Query(alias="tz", description="Whose days: a name of the IANA time zone database.")]
Cursor = Annotated[str | None, Query(description="Taken from the Link header of the part before.")]
Source = Annotated[str | None, Query(description="What its clicks are recorded under.")]

_TEXT = {"schema": {"type": "string"}}
_CSV_NAME = CSV.partition(";")[0]
STATISTICS: Any = {
    "description": "The statistics; as CSV when that is accepted.",
    "content": {"application/json": {"model": StatisticsView}, _CSV_NAME: _TEXT},
}
CLICKS: Any = {"description": "The clicks.", "content": {_CSV_NAME: _TEXT}}
ELSEWHERE: Any = {"description": "The clicks are at `Location` for 15 minutes.", "content": {}}
QR_CODE: Any = {"description": "The QR code.", "content": {SVG: _TEXT}}
