"""From code to short to long-lived token, refreshing, and debug_token, for both products.

Sources: Meta, "Business Login for Instagram", "Manually Build a Login Flow", "Get Long-Lived Tokens", "Debug Token".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.meta import proof
from local.meta.errors import MetaError, invalid, known
from local.meta.state import MetaState
from local.meta.tokens import LONG_S, REFRESH_AGE_S, Provider, Token, redeem
from local.meta.world import Account, login_of

Params = Mapping[str, str]
_WRONG_REDIRECT: Final = 36008


@dataclass(frozen=True)
class AppCall:
    """A path of the Graph API that is not an object: the app calls it, before there is a user."""

    methods: tuple[str, ...]
    answer: Callable[[MetaState, Params], dict[str, Any]]


def instagram_code(state: MetaState, params: Params) -> dict[str, Any]:
    """`POST api.instagram.com/oauth/access_token`: `{"access_token", "user_id", "permissions"}`.

    The documents show it in a list, `data`, with the permissions and the id as text; a switch selects that form.
    """
    app, now = state.instagram, state.now()
    if params.get("client_id") != app.id:
        raise MetaError(101, "Invalid platform app")
    if not state.same_secret("instagram", params.get("client_secret", "")):
        raise MetaError(1, "Error validating client secret.")
    if params.get("grant_type") != "authorization_code":
        raise MetaError(100, "Invalid grant_type. Only authorization_code is supported")
    try:
        code = redeem(
            state.tokens.codes.get(params.get("code", "")),
            provider="instagram",
            redirect_uri=params.get("redirect_uri", ""),
            now=now,
        )
    except MetaError as error:
        if error.subcode == _WRONG_REDIRECT:
            raise
        raise MetaError(100, "Matching code was not found or was already used") from error
    token = state.tokens.issue("instagram", code.holder, scopes=set(code.scopes), now=now, kind="short")
    user_id = code.holder.app_scoped_id if isinstance(code.holder, Account) else code.holder.id
    if state.switches.code_reply == "list":
        listed = {"access_token": token.value, "user_id": user_id, "permissions": ",".join(code.scopes)}
        return {"data": [listed]}
    return {"access_token": token.value, "user_id": int(user_id), "permissions": list(code.scopes)}


def _instagram_long(state: MetaState, params: Params) -> dict[str, Any]:
    """`ig_exchange_token`: a short token, not yet expired, becomes one of 60 days."""
    if params.get("grant_type") != "ig_exchange_token":
        raise invalid("The parameter grant_type must be ig_exchange_token")
    if not state.same_secret("instagram", params.get("client_secret", "")):
        raise MetaError(1, "Error validating client secret.")
    now = state.now()
    token = _usable(state, "instagram", params.get("access_token", ""), now)
    if token.kind != "short":
        raise MetaError(452, "Session key invalid. This could be because the session key has an incorrect format")
    return _bearer(_successor(state, token, now), now)


def _instagram_refresh(state: MetaState, params: Params) -> dict[str, Any]:
    """`ig_refresh_token`: a long-lived token of at least 24 hours, unexpired, with `instagram_business_basic`."""
    if params.get("grant_type") != "ig_refresh_token":
        raise invalid("The parameter grant_type must be ig_refresh_token")
    now = state.now()
    token = _usable(state, "instagram", params.get("access_token", ""), now)
    if "instagram_business_basic" not in token.scopes:
        raise known(10)
    if token.kind != "long":
        raise MetaError(452, "Session key invalid. This could be because the session key has an incorrect format")
    if now - token.issued_at < REFRESH_AGE_S:
        raise invalid("The access token must be at least 24 hours old to be refreshed.")
    return {**_bearer(_successor(state, token, now), now), "permissions": ",".join(sorted(token.scopes))}


def _facebook_token(state: MetaState, params: Params) -> dict[str, Any]:
    """`oauth/access_token`: a code becomes a short token, with `fb_exchange_token` a token becomes a long-lived one."""
    app, now = state.facebook, state.now()
    if params.get("client_id") != app.id:
        raise MetaError(101, "Error validating application. Cannot get application info due to a system error.")
    if not state.same_secret("facebook", params.get("client_secret", "")):
        raise MetaError(1, "Error validating client secret.")
    grant = params.get("grant_type", "authorization_code")
    if grant == "fb_exchange_token":
        old = _usable(state, "facebook", params.get("fb_exchange_token", ""), now)
        token = _successor(state, old, now)
        if old.kind == "long" and not state.switches.extend_long_tokens:
            token.expires_at = old.expires_at
    elif grant == "authorization_code":
        if "code" not in params:
            raise MetaError(100, "Missing authorization code")
        code = redeem(
            state.tokens.codes.get(params["code"]),
            provider="facebook",
            redirect_uri=params.get("redirect_uri", ""),
            now=now,
        )
        token = state.tokens.issue("facebook", code.holder, scopes=set(code.scopes), now=now, kind="short")
    else:
        raise invalid(f"Invalid grant_type: {grant}")
    reply = _bearer(token, now)
    if state.switches.omit_expires_in:
        del reply["expires_in"]
    return reply


def _debug(state: MetaState, params: Params) -> dict[str, Any]:
    """`debug_token` with the app's own token `{id}|{secret}`: `{"data": {…, "expires_at", "is_valid", "scopes"}}`.

    `expires_at` 0 is never. A dead token has `is_valid` false, and its error.
    """
    caller = params.get("access_token")
    if not caller:
        raise MetaError(2500, "An access token is required to request this resource.")
    app_id, _, secret = caller.partition("|")
    if app_id != state.facebook.id or not state.same_secret("facebook", secret):
        raise known(190, message="Invalid OAuth access token signature.")
    proof.check(state, caller, params)
    if "input_token" not in params:
        raise invalid("The parameter input_token is required")
    token = state.tokens.tokens.get(params["input_token"])
    if token is None or token.provider != "facebook":
        invalid_token = {"code": 190, "message": "The access token could not be decrypted"}
        return {"data": {"error": invalid_token, "is_valid": False, "scopes": []}}
    subcode = token.subcode(state.now())
    data: dict[str, Any] = {
        "app_id": state.facebook.id,
        "type": "PAGE" if token.page else "USER",
        "application": "Signpost",
        "data_access_expires_at": int(token.data_access_expires_at),
        "expires_at": int(token.expires_at),
        "issued_at": int(token.issued_at),
        "is_valid": subcode is None,
        "scopes": sorted(token.scopes),
        "granular_scopes": _granular(token),
        "user_id": token.holder.id,
    }
    if subcode is not None:
        data["error"] = {"code": 190, "message": known(190, subcode).message, "subcode": subcode}
    return {"data": data}


def _granular(token: Token) -> list[dict[str, Any]]:
    """The Pages and accounts that each permission was granted for."""
    pages = [page.id for page in getattr(token.holder, "pages", ())]
    accounts = [account.id for account in token.accounts]
    found: list[dict[str, Any]] = []
    for scope in sorted(token.scopes):
        targets = pages if scope.startswith("pages_") else accounts if scope.startswith("instagram_") else []
        found.append({"scope": scope, **({"target_ids": targets} if targets else {})})
    return found


def _usable(state: MetaState, provider: Provider, value: str, now: float) -> Token:
    if not value:
        raise invalid("The access token is required.")
    token = state.tokens.find(provider, value)
    subcode = token.subcode(now)
    if subcode is not None:
        raise known(190, subcode)
    state.limits.refuse(f"/tokens/{login_of(token.holder)}", token, now, only_by_path=True)
    return token


def _successor(state: MetaState, token: Token, now: float) -> Token:
    """A new long-lived token. Only the user's consent renews data access, so that date stays."""
    return state.tokens.issue(
        token.provider,
        token.holder,
        scopes=token.scopes,
        now=now,
        kind="long",
        lasts=state.switches.lifetimes.get(login_of(token.holder)),
        data_access_expires_at=token.data_access_expires_at,
    )


def _bearer(token: Token, now: float) -> dict[str, Any]:
    seconds = int(token.expires_at - now) if token.expires_at else LONG_S
    return {"access_token": token.value, "token_type": "bearer", "expires_in": seconds}


GRAPH: Final[Mapping[tuple[str, str], AppCall]] = {
    ("instagram", "access_token"): AppCall(("GET",), _instagram_long),
    ("instagram", "refresh_access_token"): AppCall(("GET",), _instagram_refresh),
    ("facebook", "oauth/access_token"): AppCall(("GET", "POST"), _facebook_token),
    ("facebook", "debug_token"): AppCall(("GET",), _debug),
}
