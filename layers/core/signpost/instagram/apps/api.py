"""What the routes about apps take and give, as the API reference says it."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Header, Path

from signpost.instagram.apps.app import MAX_ID
from signpost.instagram.error_reply import InstagramError
from signpost.platform.reference import BASIC, responses, text_header

Id = Annotated[str, Path(description="An app's id.", max_length=MAX_ID)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="Only when the ETag is still this one.")]

_DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "Missing or wrong credentials.",
    404: "No such app.",
    409: "Others keep changing the app.",
    412: "Changed since it was read.",
    422: "A value is not allowed.",
    503: "A service did not answer; try again.",
}
_ETAG = text_header("Names this state of what was saved, for If-Match. Accounts connect without changing it.")
_ONE = {"description": "The app.", "headers": {"ETag": _ETAG}}
_CREATED = {"description": "The new app.", "headers": {"ETag": _ETAG}}


def _errors(*statuses: int) -> dict[int, Any]:
    return responses(InstagramError, _DESCRIPTIONS, *sorted({*statuses, 422}))


READ: Any = {
    "operation_id": "readApp",
    "summary": "Read an app.",
    "tags": ["Apps"],
    "security": BASIC,
    "responses": {200: _ONE, **_errors(404, 422)},
}
SAVE: Any = {
    "operation_id": "saveApp",
    "summary": "Create an app, or change its keys that the body holds.",
    "tags": ["Apps"],
    "security": BASIC,
    "responses": {200: _ONE, 201: _CREATED, **_errors(400, 403, 404, 409, 412, 415, 422)},
}
