"""Tokens: exchanging a login's code for one, lengthening and refreshing it, and asking Meta about it.

Sources: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
and https://developers.facebook.com/docs/facebook-login/guides/access-tokens
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.graph.calls import Answer, appsecret_proof
from signpost.instagram.graph.error_codes import token_end
from signpost.instagram.graph.errors import CodeRefused, GraphBug, TokenEnd
from signpost.instagram.graph.models import required
from signpost.instagram.json_values import Json, graph_id, mapping, mappings, names, seconds, text, whole
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph


_INVALID_PARAMETER: Final = 100
_OTHER_REDIRECT: Final = 36008  # the redirect_uri is not the dialog's


class Token(NamedTuple):
    """`expires_in`: seconds from the reply, None when Meta did not say (`debug_token` does)."""

    access_token: SecretText
    expires_in: int | None = None
    user_id: str | None = None  # app-scoped; a code exchange of Instagram Login only
    permissions: tuple[str, ...] | None = None  # granted by the person; None: Meta did not say

    def expires_at(self, now: float) -> float | None:
        return None if self.expires_in is None else now + self.expires_in


class TokenFacts(NamedTuple):
    """The reply of `debug_token`. A time of None: never, or unknown. `ended`: why the token is not valid."""

    app_id: str | None
    is_valid: bool
    scopes: tuple[str, ...] = ()
    user_id: str | None = None
    kind: str | None = None  # USER, PAGE, …
    issued_at: float | None = None
    expires_at: float | None = None
    data_access_expires_at: float | None = None  # only the person can renew it, by logging in again
    ended: TokenEnd | None = None
    reach: Mapping[str, tuple[str, ...]] = MappingProxyType({})  # by scope: the ids it is limited to, if it is limited


def exchange_code(graph: "Graph", code: str, redirect_uri: str) -> Answer[Token]:
    """Exchange a login's code for a token that lasts about an hour. `redirect_uri` must be exactly the dialog's.

    Raises:
        CodeRefused: it was used before, is older than an hour, or is not one of Meta's codes.
    """
    form: dict[str, str] = {
        "client_id": graph.app.app_id,
        "client_secret": graph.app.secret,
        "redirect_uri": redirect_uri,
        "code": code,
    }
    if graph.provider is Provider.FACEBOOK:
        try:
            return graph.call("GET", graph.address("oauth/access_token"), form).map(_token)
        except GraphBug as error:
            # Facebook says "invalid parameter". The other parameters are ours, and the same for every login.
            if error.facts.code == _INVALID_PARAMETER and error.facts.subcode != _OTHER_REDIRECT:
                raise CodeRefused("Facebook did not accept the login; start again.", error.facts) from None
            raise
    form["grant_type"] = "authorization_code"
    address = f"{graph.settings.instagram_oauth}/oauth/access_token"
    return graph.call("POST", address, {}, form=form).map(_token)


def lengthen(graph: "Graph", short_token: str) -> Answer[Token]:
    """Exchange a token that has not expired for one that lasts about 60 days.

    For `facebook` this is also the nearest thing to a refresh. Meta does not promise that it extends a long-lived
    token, so check with `debug_token`.
    """
    parameters: dict[str, str] = {"client_secret": graph.app.secret}
    if graph.provider is Provider.FACEBOOK:
        parameters |= {
            "grant_type": "fb_exchange_token",
            "client_id": graph.app.app_id,
            "fb_exchange_token": short_token,
        }
        return graph.call("GET", graph.address("oauth/access_token"), parameters).map(_token)
    parameters |= {"grant_type": "ig_exchange_token", "access_token": short_token}
    return graph.call("GET", graph.address("access_token", versioned=False), parameters).map(_token)


def refresh(graph: "Graph", token: str) -> Answer[Token]:
    """Get 60 more days for a long-lived token that is at least 24 hours old and has not expired.

    `facebook` has no refresh; `lengthen` is used instead.
    """
    if graph.provider is Provider.FACEBOOK:
        return lengthen(graph, token)
    parameters = {"grant_type": "ig_refresh_token", "access_token": token}
    return graph.call("GET", graph.address("refresh_access_token", versioned=False), parameters).map(_token)


def debug_token(graph: "Graph", token: str) -> Answer[TokenFacts]:
    """What Meta knows about a token; `facebook` only. It answers for other apps' tokens too: compare `app_id`."""
    app_token = f"{graph.app.app_id}|{graph.app.secret}"
    parameters = {
        "input_token": token,
        "access_token": app_token,
        "appsecret_proof": appsecret_proof(graph.app.secret, app_token),
    }
    return graph.call("GET", graph.address("debug_token"), parameters).map(_token_facts)


def _token(body: Json) -> Token:
    fields = (mappings(body.get("data")) or [body])[0]
    return Token(
        access_token=SecretText(required(text(fields.get("access_token")), "access_token")),
        expires_in=whole(fields.get("expires_in")),
        user_id=graph_id(fields.get("user_id")),
        permissions=names(fields.get("permissions")),
    )


def _token_facts(body: Json) -> TokenFacts:
    fields = mapping(required(body.get("data"), "data"))
    is_valid = fields.get("is_valid") is True
    return TokenFacts(
        app_id=graph_id(fields.get("app_id")),
        is_valid=is_valid,
        scopes=names(fields.get("scopes")) or (),
        user_id=graph_id(fields.get("user_id")),
        kind=text(fields.get("type")),
        # 0 means never.
        issued_at=seconds(fields.get("issued_at")) or None,
        expires_at=seconds(fields.get("expires_at")) or None,
        data_access_expires_at=seconds(fields.get("data_access_expires_at")) or None,
        ended=None if is_valid else token_end(whole(mapping(fields.get("error")).get("subcode"))),
        reach={
            scope: ids
            for granular in mappings(fields.get("granular_scopes"))
            if (scope := text(granular.get("scope"))) and (ids := names(granular.get("target_ids")))
        },
    )
