"""Requests and replies of the routes about apps, described for the API reference."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from signpost.instagram.apps.app import MAX_ID
from signpost.instagram.apps.views import AppChange, AppView, Decision, KeyRequest, LinkRequest
from signpost.instagram.error_reply import InstagramError
from signpost.platform.preconditions import Versioned
from signpost.platform.reference import BASIC, responses, text_header

APPS: Final = "/admin/instagram/apps"
APP: Final = f"{APPS}/<app_id>"
ACCOUNTS: Final = f"{APP}/accounts"
ACCOUNT: Final = f"{ACCOUNTS}/<install>"

Id = Annotated[str, Path(description="An app's id.", max_length=MAX_ID)]
InstallId = Annotated[str, Path(description="The id of an account's connection.", max_length=MAX_ID)]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="Only when the ETag is still this one.")]
Limit = Annotated[int, Query(description="Apps on a page.", ge=1, le=100)]
After = Annotated[str | None, Query(description="`next_after` of the previous page.", min_length=1, max_length=MAX_ID)]
Change = Annotated[AppChange, Body()]
KeyWanted = Annotated[KeyRequest, Body()]
LinkWanted = Annotated[LinkRequest, Body()]
ANY_KEY: Final = KeyRequest()  # without a body
ANY_LINK: Final = LinkRequest()
Decided = Annotated[Decision, Body()]

_DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "Missing or wrong credentials.",
    404: "No such app, or no such account of it.",
    409: "Others keep changing the app.",
    412: "Changed since it was read.",
    422: "A value is not allowed.",
    503: "A service did not answer; try again.",
}
_ETAG = text_header("Identifies what was saved, for If-Match. Connecting accounts does not change it.")
_ONE = {"description": "The app.", "headers": {"ETag": _ETAG}}
_CREATED = {"description": "The new app.", "headers": {"ETag": _ETAG}}
_GONE: Any = {"description": "It is gone.", "content": {}}


def reply(shown: Versioned[AppView]) -> Response[AppView]:
    return Response(201 if shown.created else 200, content_types.APPLICATION_JSON, shown.view, {"ETag": shown.etag})


def _route(name: str, summary: str, found: dict[int, Any], *errors: int) -> dict[str, Any]:
    """`found`: the results by status; `errors`: the statuses of errors besides 401, 429 and 503."""
    (status, *_) = found
    return {
        "operation_id": name,
        "summary": summary,
        "status_code": status,
        "tags": ["Apps"],
        "security": BASIC,
        "responses": {**found, **responses(InstagramError, _DESCRIPTIONS, *errors)},
    }


LIST = _route("listApps", "List apps.", {200: {"description": "Apps."}}, 422)
READ = _route("readApp", "Read an app.", {200: _ONE}, 404, 422)
SAVE = _route(
    "saveApp",
    "Create an app, or change the fields that the body contains.",
    {200: _ONE, 201: _CREATED},
    *(400, 403, 404, 409, 412, 415, 422),
)
DELETE = _route(
    "deleteApp",
    "Delete an app; its accounts stay connected for their people.",
    {204: _GONE},
    *(403, 404, 409, 412, 422),
)
NEW_KEY = _route(
    "makeConnectKey", "Make a new connect key.", {201: {"description": "The key."}}, *(400, 403, 404, 409, 415, 422)
)
NEW_LINK = _route(
    "makeConnectLink", "Make a connect link.", {201: {"description": "The link."}}, *(400, 403, 404, 409, 415, 422)
)
LIST_ACCOUNTS = _route("listAppAccounts", "List an app's accounts.", {200: {"description": "Accounts."}}, 404, 422)
DECIDE = _route(
    "decideOnAccount",
    "Show an account in the app, or refuse it.",
    {200: {"description": "The account."}},
    *(400, 403, 404, 409, 415, 422),
)
REMOVE = _route(
    "removeAccount",
    "Remove an account from the app, or forget that it asked.",
    {204: _GONE},
    *(403, 404, 409, 422),
)
