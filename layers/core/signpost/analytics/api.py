"""The parameters of routes about one member, and how all routes of this context appear in the API reference."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from signpost.analytics.error_reply import AnalyticsError
from signpost.platform.reference import BASIC, responses

Id = Annotated[str, Path(description="A member's id, or the id of one of its connections.", max_length=128)]
# The guard reads it. Routes name it all the same, because parameters that they do not name are refused.
Token = Annotated[
    str | None, Query(alias="access_token", description="The member's app token, unless it is sent as a bearer token.")
]
ADMINISTRATOR: Final = BASIC
MEMBER: Final[list[dict[str, list[str]]]] = [*BASIC, {"bearer": []}]  # the administrator, or the member itself

_DESCRIPTIONS: Final[Mapping[int, str]] = {
    400: "The body is not JSON.",
    401: "No credentials, or wrong ones (545).",
    403: "The app token is for another account, or the request comes from a page of another site.",
    404: "No such member (533), or no such import.",
    422: "A value is not allowed.",
    503: "A service did not answer; try again. 527: nothing may have been saved.",
}


def described_errors(descriptions: Mapping[int, str], *statuses: int) -> dict[int, Any]:
    """A route's errors: 401, 429, 503 and these statuses. `descriptions` replace the usual ones."""
    return responses(AnalyticsError, {**_DESCRIPTIONS, **descriptions}, *statuses)
