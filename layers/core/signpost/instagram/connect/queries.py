"""What the routes of a login read from requests."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from signpost.instagram.apps.app import MAX_ID, is_app_id
from signpost.instagram.apps.connect_links import PARAMETER
from signpost.instagram.connect import receipt
from signpost.instagram.connect.connections import AppReference
from signpost.instagram.connect.login_state import COOKIE, LoginState
from signpost.instagram.connect.oauth import ForeignToken, MissingCode
from signpost.instagram.products import Provider
from signpost.platform.errors import InvalidField, SignpostError
from signpost.platform.http import Event, header, public_url
from signpost.platform.senders import sender

START_PATH: Final = "/showlogin"
MOBILE_PATH: Final = "/unwindor"
# Where a dialog may return to, by the path at which the login starts. Each must be registered at Meta.
_CALLBACKS: Final = {START_PATH: "/authcallback", "/authorize-instagram": "/handle-instagram-authorization"}
START_PATHS: Final = tuple(_CALLBACKS)
# Where pages send tokens and dialogs may return to; always answered with JSON.
JSON_PATHS: Final = ("/instagram/oauth", "/users/oauth")
# What `callback` may name. The front page redirects from the one that ends in a slash.
_ALLOWED_CALLBACKS: Final = (*_CALLBACKS.values(), *JSON_PATHS, "/users/oauth/")
_MAX_TOKEN: Final = 4096
# The longest values that /unwindor returns, in the order of its reply.
_SMAXX: Final = {"smaxx-id": 64, "smaxx-pic": 2048, "smaxx-token": 128, "smaxx-name": 128}

Query = Mapping[str, str]


class Visit(NamedTuple):
    """A browser's request; `cookie` is the login's, `public_url` the API's own address.

    `sender` is who asks, for limits; `receipt` the cookie of a login that has just worked.
    """

    path: str
    query: Query
    cookie: str | None = None
    public_url: str = ""
    sender: str = ""
    receipt: str | None = None


class ProviderMissing(InvalidField):
    code = "provider_missing"


class NotSetUp(SignpostError):
    """`instead`: a product whose logins are set up, if there is one."""

    code = "not_set_up"
    status = 503

    def __init__(self, message: str, instead: Provider | None = None) -> None:
        super().__init__(message)
        self.instead = instead


class ClientToken(NamedTuple):
    """A short token that a page brings along, and the app it is for."""

    token: str
    app: AppReference | None


def visit_of(event: Event, configured_url: str = "") -> Visit:
    """API Gateway hands cookies on apart, other servers in their header."""
    cookies = event.get("cookies") or (header(event, "cookie") or "").split(";")
    return Visit(
        event["rawPath"],
        event.get("queryStringParameters") or {},
        cookie_of(cookies, COOKIE),
        public_url(event, configured_url),
        sender(event),
        cookie_of(cookies, receipt.COOKIE),
    )


def provider_of(query: Query, configured: Collection[Provider]) -> Provider:
    """The product that was named, otherwise the only one there is. Raises `ProviderMissing`, `InvalidField`."""
    name = query.get("provider", "")
    if not name and len(configured) == 1:
        (only,) = configured
        return only
    if not name:
        raise ProviderMissing("provider: is missing; use facebook or instagram.")
    if name not in list(Provider):
        raise InvalidField("provider: is not known; use facebook or instagram.")
    return Provider(name)


def app_id_of(query: Query, name: str) -> str:
    """The app's id, or nothing."""
    app_id = query.get(name, "")
    if app_id and not is_app_id(app_id):
        raise InvalidField(f"{name}: use at most {MAX_ID} printable characters.")
    return app_id


def callback_of(path: str, query: Query) -> str:
    """The path that the dialog returns to: each start has its own, and pages may ask for JSON with `callback`."""
    callback = query.get("callback", "")
    if callback and callback not in _ALLOWED_CALLBACKS:
        raise InvalidField(f"callback: use one of {', '.join(_ALLOWED_CALLBACKS)}.")
    return callback or _CALLBACKS[path]


def proof_of(query: Query, app_id: str) -> str:
    """The proof that the app's owner wants the account, or nothing. Raises `InvalidField` for one without an app."""
    proof = query.get(PARAMETER, "")
    if proof and not app_id:
        raise InvalidField(f"{PARAMETER}: comes with the id of the app that it is for.")
    return proof


def asks_again(query: Query) -> bool:
    """Whether to ask once more for permissions that were left out: `start_address` says so."""
    return query.get("rerequest") == "1"


def switches_account(query: Query) -> bool:
    """Whether the dialog is to ask who the person is, so that they can choose another account than last time."""
    return query.get("switch_account") == "1"


def start_address(state: LoginState, *, rerequest: bool = False) -> str:
    """Where the same login can be started once more, to end where this one would have."""
    callback = urlsplit(state.callback).path
    given = {
        "provider": state.provider.value,
        "return_to": state.return_to,
        "app_id": state.app_id,
        PARAMETER: state.connect,
        "callback": "" if callback == _CALLBACKS[START_PATH] else callback,
        "switch_account": "1" if state.switch_account else "",
        "rerequest": "1" if rerequest else "",
    }
    return f"{START_PATH}?{urlencode({name: value for name, value in given.items() if value})}"


def is_own_page(return_to: str, visit: Visit, path: str = receipt.PATH) -> bool:
    """Whether a login ends at our own page of this path; without one, at that for people who have none to return to."""
    here, there = urlsplit(visit.public_url), urlsplit(return_to)
    return (there.scheme, there.netloc.lower(), there.path) == (here.scheme, here.netloc.lower(), path)


def client_token(query: Query) -> ClientToken | None:
    """The token that /instagram/oauth was given; None when a dialog comes back to it, with a code or an error.

    Raises:
        MissingCode: there is none of these.
    """
    token = query.get("token", "")
    if token and "code" in query:
        raise InvalidField("token: comes without a code; send one of them.")
    if not token:
        if not {"code", "error", "error_code"} & query.keys():
            raise MissingCode("Missing code: send a token, or a code with its state.")
        return None
    if len(token) > _MAX_TOKEN or not token.isascii() or not token.isprintable():
        raise ForeignToken("This is not a token of Facebook's.")
    app_id, user, app_type = app_id_of(query, "appId"), query.get("user", ""), query.get("app_type", "")
    for name, value in (("user", user), ("app_type", app_type)):
        if value and not is_app_id(value):
            raise InvalidField(f"{name}: use at most {MAX_ID} printable characters.")
    if (user or app_type) and not app_id:
        raise InvalidField("appId: is missing; user and app_type are about an app.")
    return ClientToken(token, AppReference(app_id, app_type, user) if app_id else None)


def mobile_fields(query: Query) -> dict[str, object]:
    """What a mobile client reads when its login is done. Raises `InvalidField`."""
    for name, most in _SMAXX.items():
        value = query.get(name, "")
        if len(value) > most or not value.isprintable():
            raise InvalidField(f"{name}: use at most {most} printable characters.")
        if not value and name != "smaxx-pic":
            raise InvalidField(f"{name}: is missing; this address is only reached by a login.")
    return {"status": 200, **{name: query.get(name, "") for name in _SMAXX}}


def cookie_of(cookies: Collection[str], name: str) -> str | None:
    """The browser's cookie of this name, from `name=value` strings."""
    for each in cookies:
        found, _, value = each.strip().partition("=")
        if found == name:
            return value
    return None
