"""What routes about one member take, and how all routes of this context describe themselves for the API reference."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from signpost.analytics.error_reply import AnalyticsError
from signpost.platform.reference import BASIC, responses

Id = Annotated[str, Path(description="A member's id, or that of a connection of its account.", max_length=128)]
# The guard reads it; routes only name it, because parameters that they do not name are refused.
Token = Annotated[
    str | None, Query(alias="access_token", description="The member's app token, unless it is sent as bearer token.")
]
ADMINISTRATOR: Final = BASIC
MEMBER: Final[list[dict[str, list[str]]]] = [*BASIC, {"bearer": []}]  # the administrator, or the member itself

_DESCRIPTIONS: Final[Mapping[int, str]] = {
    400: "The body is not JSON.",
    401: "No credentials, or wrong ones (545).",
    403: "The app token is for another account, or a browser says that the request comes from another site's page.",
    404: "No such member (533), or no such import.",
    422: "A value is not allowed.",
    503: "A service did not answer; try again. 527: nothing may have been saved.",
}


def described_errors(descriptions: Mapping[int, str], *statuses: int) -> dict[int, Any]:
    """A route's errors under these statuses, 401, 429 and 503; `descriptions` where they are not the usual ones."""
    return responses(AnalyticsError, {**_DESCRIPTIONS, **descriptions}, *statuses)
