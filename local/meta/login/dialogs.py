"""Both login dialogs, as pages that work without JavaScript.

Sources: Meta, "Business Login for Instagram" and "Manually Build a Login Flow".
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from werkzeug.wrappers import Request, Response

from local.meta import templates, versions
from local.meta.errors import MetaError
from local.meta.state import CONFIGURED, SCOPES, MetaApp, MetaState
from local.meta.tokens import Provider
from local.meta.world import Holder, Person, login_of

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

_LOOPBACK: Final = ("127.0.0.1", "localhost")
_SUFFIX: Final = {"instagram": "#_", "facebook": "#_=_"}
_TITLES: Final = {"instagram": "Log in with Instagram", "facebook": "Log in with Facebook"}
# What a dialog takes. Anything else is refused, because a misspelt parameter would otherwise go unnoticed.
_PARAMETERS: Final = {
    "instagram": {"client_id", "redirect_uri", "response_type", "scope", "state", "force_reauth", "enable_fb_login"},
    "facebook": {
        *("client_id", "redirect_uri", "response_type", "scope", "state", "config_id", "display", "extras"),
        *("auth_type", "override_default_response_type"),
    },
}


_AUTH_TYPES: Final = {"rerequest", "reauthenticate"}


class DialogError(Exception):
    """The dialog cannot be shown. Like Meta, the page says why, and does not lead back to the app."""


@dataclass(frozen=True)
class DialogRequest:
    """What a dialog is asked for. `state` is the application's own, to be returned with the answer.

    With `asks_who`, people say who they are even if the browser is logged in, so that they can be somebody else.
    """

    app: MetaApp
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    asks_who: bool = False


def answer(state: MetaState, request: Request, provider: Provider, path: str) -> Response:
    """GET shows the dialog; POST, which only the page itself sends, redirects to the app."""
    try:
        if provider == "facebook":
            path = versions.split(path)[1]
        dialog = _read(state, provider, path, request.args)
        if request.method == "POST":
            return _decide(state, dialog, request.form)
    except (DialogError, MetaError) as error:
        return _page(templates.render("error.html", title=_TITLES[provider], message=str(error)), 400)
    choices = {login_of(holder): _label(holder) for holder in _holders(state, provider)}
    logged_in = request.cookies.get(_cookie(provider))
    return _page(
        templates.render(
            "dialog.html",
            title=_TITLES[provider],
            action=request.full_path,
            choices=choices.items(),
            chosen=None if dialog.asks_who else logged_in if logged_in in choices else next(iter(choices), None),
            logged_in=choices.get(logged_in or ""),
            asks_who=dialog.asks_who,
            scopes=dialog.scopes,
            required=_required(provider),
            target=urlsplit(dialog.redirect_uri).netloc,
        )
    )


def allow(
    state: MetaState, provider: Provider, login: str, *, scopes: tuple[str, ...], redirect_uri: str, csrf: str | None
) -> str:
    """The address that "Allow" leads to."""
    holder = state.world.holder(provider, login)
    code = state.tokens.new_code(provider, holder, scopes=scopes, redirect_uri=redirect_uri, now=state.now())
    return _back(redirect_uri, {"code": code.value}, csrf, _SUFFIX[provider])


def _cookie(provider: str) -> str:
    """The cookie's name. It holds who is logged in at this product, as Meta's own session does."""
    return f"logged-in-at-{provider}"


def _decide(state: MetaState, dialog: DialogRequest, form: "MultiDict[str, str]") -> Response:
    provider = dialog.app.provider
    if form.get("decision") == "allow":
        granted = tuple(scope for scope in dialog.scopes if scope in {*form.getlist("grant"), _required(provider)})
        try:
            target = allow(
                state,
                provider,
                form.get("login", ""),
                scopes=granted,
                redirect_uri=dialog.redirect_uri,
                csrf=dialog.state,
            )
        except KeyError as error:
            raise DialogError("Choose who you are.") from error
    else:
        denied = {
            "error": "access_denied",
            "error_reason": "user_denied",
            "error_description": "The user denied your request",
        }
        code = {"error_code": "200"} if provider == "facebook" else {}
        suffix = _SUFFIX[provider] if provider == "facebook" else ""
        target = _back(dialog.redirect_uri, {**denied, **code}, dialog.state, suffix)
    answer = Response(status=302, headers={"Location": target, "Cache-Control": "no-store"})
    if form.get("decision") == "allow":
        answer.set_cookie(_cookie(provider), form.get("login", ""), httponly=True, samesite="Lax")
    return answer


def _read(state: MetaState, provider: Provider, path: str, args: "MultiDict[str, str]") -> DialogRequest:
    if path != ("dialog/oauth" if provider == "facebook" else "oauth/authorize"):
        raise DialogError("This page isn't available.")
    app = state.app(provider)
    unknown = set(args) - _PARAMETERS[provider]
    if unknown:
        raise DialogError(f"Unknown parameter: {', '.join(sorted(unknown))}")
    if args.get("client_id") != app.id:
        raise DialogError("Invalid platform app" if provider == "instagram" else "Invalid App ID")
    redirect_uri = args.get("redirect_uri", "")
    if not _may_redirect(app, redirect_uri):
        raise DialogError(
            "Invalid redirect_uri"
            if provider == "instagram"
            else "URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app's settings."
        )
    if args.get("response_type", "code" if provider == "facebook" else None) != "code":
        raise DialogError("Invalid response_type")
    text = args.get("scope", "")
    scopes = tuple(dict.fromkeys(scope for scope in text.replace(" ", ",").split(",") if scope))
    if provider == "facebook" and not scopes and "config_id" in args:
        scopes = CONFIGURED
    wrong = [scope for scope in scopes if scope not in SCOPES[provider]]
    if wrong:
        raise DialogError(f"Invalid Scopes: {', '.join(wrong)}")
    if provider == "instagram" and _required(provider) not in scopes:
        raise DialogError(f"Invalid scope: {_required(provider)} is required")
    if provider == "facebook":
        scopes = tuple(dict.fromkeys(("public_profile", *scopes)))
    return DialogRequest(app, redirect_uri, scopes, args.get("state"), _asks_who(provider, args))


def _asks_who(provider: Provider, args: "MultiDict[str, str]") -> bool:
    if provider == "instagram":
        forced = args.get("force_reauth", "false")
        if forced not in {"true", "false"}:
            raise DialogError("Invalid force_reauth")
        return forced == "true"
    wanted = {each for each in args.get("auth_type", "").split(",") if each}
    if not wanted <= _AUTH_TYPES:
        raise DialogError("Invalid auth_type")
    return "reauthenticate" in wanted


def _may_redirect(app: MetaApp, redirect_uri: str) -> bool:
    """Whether it is one of the registered addresses; if there are none, an address on this machine."""
    parts = urlsplit(redirect_uri)
    if parts.fragment or parts.scheme not in {"http", "https"}:
        return False
    return redirect_uri in app.redirect_uris if app.redirect_uris else parts.hostname in _LOOPBACK


def _back(redirect_uri: str, answer: dict[str, str], csrf: str | None, suffix: str) -> str:
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *answer.items()]
    if csrf is not None:
        query.append(("state", csrf))
    return urlunsplit(parts._replace(query=urlencode(query))) + suffix


def _required(provider: str) -> str:
    return "instagram_business_basic" if provider == "instagram" else "public_profile"


def _holders(state: MetaState, provider: str) -> list[Holder]:
    return list(state.world.people) if provider == "facebook" else list(state.world.accounts)


def _label(holder: Holder) -> str:
    if not isinstance(holder, Person):
        return f"{holder.name} (@{holder.username})"
    pages = [f"{page.name}{f' (@{page.account.username})' if page.account else ''}" for page in holder.pages]
    return f"{holder.name}: {', '.join(pages) or 'no Page'}"


def _page(html: str, status: int = 200) -> Response:
    return Response(
        html,
        status,
        content_type="text/html; charset=utf-8",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"},
    )
