"""Requests and replies of the login routes, described for the API reference. Nothing here imports pydantic."""

from typing import Any, Final

from signpost.instagram.api import PAGE, errors
from signpost.instagram.connect.views import ConnectedView
from signpost.instagram.products import Provider
from signpost.platform.reference import json_content, parameters, query, text_header

_TAGS: Final = {"tags": ["Connecting accounts"]}
_LOCATION: Final = {"Location": text_header("Where to.")}
_FAILURES: Final = (400, 403, 404, 409, 422, 429, 500, 502, 503)
_APP: Final = "The app (widget) that the account is connected for."
_CONNECT: Final = query(
    "connect", "Proves that the app's owner wants the account there (docs/widgets.md). Without it, the owner is asked."
)
_START: Final = parameters(
    query(
        "provider",
        "Which login; may be left out when only one is set up, and by browsers, which are asked.",
        enum=list(Provider),
    ),
    query("return_to", "The page to return to, on an allowed host; without it, the mobile client's address."),
    query("app_id", _APP),
    _CONNECT,
    query("callback", "The path that Meta's dialog returns to, if not the usual one."),
    query("rerequest", "`1` makes Facebook ask again for permissions that were declined."),
    query("switch_account", "`1` makes the dialog ask who the person is, so that they can choose another account."),
)
_BACK: Final = (
    query("code", "From Meta."),
    query("state", "As it was sent along."),
    query("error", "From Meta, if the person declined or the dialog failed."),
)
_FROM_DIALOG: Final = parameters(*_BACK, query("error_reason", "From Meta."), query("error_description", "From Meta."))
_FROM_CLIENT: Final = parameters(
    query("token", "A short token of Facebook's JavaScript SDK."),
    query("appId", _APP),
    _CONNECT,
    query("user", "The app's user, if it was saved without one; only with `connect`."),
    query("app_type", "The app's type, if it was saved without one; only with `connect`."),
    *_BACK,
)
_SMAXX: Final = {f"smaxx-{name}": {"type": "string"} for name in ("id", "pic", "token", "name")}
_MOBILE_FIELDS: Final = {
    "type": "object",
    "required": ["status", *_SMAXX],
    "properties": {"status": {"type": "integer"}, **_SMAXX},
}


def login(name: str) -> dict[str, Any]:
    choice = {"description": "For a browser that names no login: a page to choose one.", "content": PAGE}
    to_dialog = {"description": "To Meta's dialog; sets the login's cookie.", "headers": _LOCATION, "content": {}}
    return {
        "operation_id": name,
        "summary": "Begin a login.",
        "openapi_extensions": _START,
        "responses": {200: choice, 302: to_dialog, **errors(400, 403, 422, 429, 500, 503, page=True)},
        **_TAGS,
    }


def callback(name: str) -> dict[str, Any]:
    to_page = {
        "description": "Connected: to `return_to`, with `after_instagram_auth=True`.",
        "headers": _LOCATION,
        "content": {},
    }
    waits = {"description": "Connected, but the app's owner has yet to accept it.", "content": PAGE}
    return {
        "operation_id": name,
        "summary": "Come back from Meta's dialog.",
        "openapi_extensions": _FROM_DIALOG,
        "responses": {200: waits, 302: to_page, **errors(*_FAILURES, page=True)},
        **_TAGS,
    }


def oauth(name: str) -> dict[str, Any]:
    connected = {"description": "The install. No token.", "content": json_content(ConnectedView)}
    return {
        "operation_id": name,
        "summary": "Connect an account with a token, or come back from the dialog as JSON.",
        "openapi_extensions": _FROM_CLIENT,
        "responses": {200: connected, **errors(*_FAILURES)},
        **_TAGS,
    }


CONNECTED: Any = {
    "operation_id": "connected",
    "summary": "Confirm the login to people who come from e-mails; only in the browser that has just logged in.",
    "responses": {200: {"description": "A page.", "content": PAGE}, **errors(500, page=True)},
    **_TAGS,
}
MOBILE: Any = {
    "operation_id": "unwindor",
    "summary": "What a mobile client reads when its login is done.",
    "openapi_extensions": parameters(
        *(query(name, "Given back in the reply.", required=name != "smaxx-pic") for name in _SMAXX)
    ),
    "responses": {
        200: {"description": "What was sent.", "content": {"application/json": {"schema": _MOBILE_FIELDS}}},
        **errors(400, 422, 500),
    },
    **_TAGS,
}
