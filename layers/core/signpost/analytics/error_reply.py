"""The error replies of all routes about members and reports, described for the API reference."""

from typing_extensions import TypedDict

from signpost.platform.errors import SignpostError
from signpost.platform.reference import described


@described(example={"status": 533, "code": "bad_member", "description": "There is no such member."})
class AnalyticsError(TypedDict):
    """Why a request about members or reports failed."""

    status: int
    """For older clients: 527 may not have been saved; 533 no such member, or already active; 538 not active; 539 there
    is one already; 545 no app token, or not connected. Otherwise the HTTP status."""
    code: str
    """For programs."""
    description: str
    """For people: says what to do."""


def error_body(error: SignpostError) -> AnalyticsError:
    return {"status": getattr(error, "number", error.status), "code": error.code, "description": str(error)}
