"""Replies about reports as the API reference describes them. `replies` makes them."""

from typing import Any

from typing_extensions import TypedDict

from signpost.platform.reference import Moment, described


@described(example={"reports": [{"row": 0, "type": "Posts", "report-name": "top-posts"}]})
class ReportsListed(TypedDict):
    """All reports."""

    reports: list[dict[str, Any]]
    """Each with `row`, `type` and `report-name`, always in the same order."""


@described(example={"status": 200, "data": {"reports": [{"row": 0, "type": "Posts", "report-name": "top-posts"}]}})
class ReportListView(TypedDict):
    """The list of reports."""

    status: int
    """200."""
    data: ReportsListed
    """What there is."""


@described(
    example={
        "limit": 20,
        "skip": 0,
        "time": "2026-11-21T07:02:03.000000Z",
        "url": "https://signpost.example/reports/17841400000000001/top-posts?limit=20",
    }
)
class ReportRequestView(TypedDict, total=False):
    """The request that was answered."""

    limit: int
    """How many rows a page has at most. Not in reports about the hours of a week."""
    skip: int
    """How many rows were passed over. Not in reports about the hours of a week."""
    time: Moment
    """When it was answered."""
    url: str
    """Its address, without the app token."""


@described(
    example={
        "status": 200,
        "request": {
            "limit": 1,
            "skip": 0,
            "time": "2026-11-21T07:02:03.000000Z",
            "url": "https://signpost.example/reports/17841400000000001/top-commenters?limit=1",
        },
        "response": {
            "report-status": 200,
            "title": "top-commenters",
            "kind": "People",
            "report-header": {
                "load-time": "0ms",
                "computed-time": "1ms",
                "row-count": 1,
                "item-count": 412,
                "based_on": ["comments"],
                "snapshot-at": "2026-11-21T07:00:00.000000Z",
            },
            "report-body": {
                "rows": [
                    {
                        "row": 0,
                        "userid": "kiln.and.clay",
                        "smaxx-id": "",
                        "pic": None,
                        "c1": None,
                        "av1": None,
                        "c2": 61,
                        "av2": "0.15",
                        "value": 61,
                    }
                ]
            },
        },
    }
)
class ReportView(TypedDict):
    """A report."""

    status: int
    """200."""
    request: ReportRequestView
    """What was asked."""
    response: dict[str, Any]
    """`report-status`: 200 with `report-header` and `report-body` (`rows`, or a `matrix` of 7 weekdays, Sunday first,
    by 24 hours, with `counts` of posts; some have a `summary`). 541: data is `missing`, and `supply` says how to
    supply it. 542: the first sync goes on, with its `progress` (`phase`, `done`, `total`, `eta` in seconds): ask again
    after Retry-After."""
