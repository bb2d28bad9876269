"""The Graph API of both products: whose call it is, whether it is allowed, and which object and edge it means."""

from collections.abc import Mapping
from typing import Any, Final

from werkzeug.wrappers import Request

from local.meta import proof, versions
from local.meta.errors import MetaError, app_blocked, known, missing_object
from local.meta.graph import fields, hashtags, lookup, render, subscriptions
from local.meta.graph.kinds import KINDS
from local.meta.graph.nodes import Many, Query
from local.meta.graph.render import EdgeRequest
from local.meta.login import oauth
from local.meta.state import MetaState
from local.meta.tokens import Provider, Token
from local.meta.world import Account, Person, login_of

_EDGES: Final[Mapping[str, tuple[str, ...]]] = {
    "account": ("media", "stories", "tags", "insights"),
    "media": ("children", "comments", "insights"),
    "comment": ("replies",),
}


def answer(state: MetaState, request: Request, provider: Provider, path: str) -> tuple[Any, Token | None]:
    """The JSON of the answer, and the call's token. Raises MetaError, or Refused once the token is known."""
    version, rest = versions.split(path)
    if provider in state.switches.blocked:
        raise app_blocked()
    params = {name: value for name, value in request.values.items() if name != "method"}
    if (special := oauth.GRAPH.get((provider, rest))) is not None:
        if provider == "instagram" and path != rest:
            raise MetaError(2500, f"Unknown path components: /{rest}")  # these two have no version
        state.limits.refuse(request.path, None, state.now(), only_by_path=True)
        _method(request, special.methods)
        return special.answer(state, params), None
    token = _token(state, request, provider, params)
    query = Query(state, token, f"{state.url}/graph.{provider}.com/{version}", state.now())
    try:
        return _authorized(query, request, rest, params), token
    except MetaError as error:
        raise Refused(error, token) from error


class Refused(Exception):
    """A refused call whose token is known, so that the answer has that token's usage headers."""

    def __init__(self, error: MetaError, token: Token) -> None:
        super().__init__(error.message)
        self.error, self.token = error, token


def bearer(request: Request) -> str | None:
    """The access token, from the header or the parameter."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value if scheme.lower() == "bearer" and value else request.values.get("access_token")


def _token(state: MetaState, request: Request, provider: Provider, params: Mapping[str, str]) -> Token:
    value = bearer(request)
    if not value:
        raise known(2500)
    token = state.tokens.find(provider, value)
    token_error = token.subcode(state.now())
    if provider == "facebook":
        proof.check(state, value, params)
    if token_error is not None:
        raise Refused(known(190, token_error), token)
    return token


def _authorized(query: Query, request: Request, rest: str, params: dict[str, str]) -> Any:
    state, token = query.state, query.token
    has_role = state.switches.mode == "live" or login_of(token.holder) in state.switches.roles
    if isinstance(token.holder, Account) and not (has_role and token.holder.tester):
        # As misleading as at Meta: the account has no role in the app, so no method would work.
        raise MetaError(100, f"Unsupported request - method type: {request.method.lower()}", kind="IGApiException")
    state.limits.refuse(request.path, token, query.now)
    token.check(query.now)
    if not has_role:
        raise known(10)
    identifier, _, edge = rest.partition("/")
    if edge == "subscribed_apps":
        _method(request, ("GET", "POST", "DELETE"))
        return subscriptions.answer(query, request.method, identifier, params)
    _method(request, ("GET",), identifier)
    # Meta puts the token into `paging.next` even when it came in the header, but leaves out the proof of the secret.
    repeated = {name: value for name, value in params.items() if name != "appsecret_proof"}
    wanted = EdgeRequest(
        fields.parse(params["fields"]) if params.get("fields") else None,
        {**repeated, "access_token": token.value},
        f"{query.root}/{rest}",
    )
    if identifier == "ig_hashtag_search" and not edge:
        return {"data": [render.node(query, "hashtag", hashtags.search(query, params), wanted.fields)]}
    if identifier == "me" and edge == "accounts" and isinstance(token.holder, Person):
        shown = "pages_show_list" in token.scopes and token.kind != "page"
        return render.edge(query, Many("page", token.holder.pages if shown else []), wanted)
    kind, item = lookup.find(query, identifier)
    lookup.check_permission(query, kind)
    if not edge:
        return render.node(query, kind, item, wanted.fields, direct=True)
    return _edge(query, (kind, item), edge, wanted)


def _edge(query: Query, owner: tuple[str, Any], edge: str, wanted: EdgeRequest) -> Any:
    kind, item = owner
    if edge in {"media", "recent_media", "top_media"}:
        query.state.limits.check_page(wanted.arguments.get("limit"))
    if kind == "hashtag" and edge in {"recent_media", "top_media"}:
        return render.edge(query, hashtags.posts(query, item, edge, wanted.arguments), wanted)
    if kind == "account" and edge == "recently_searched_hashtags" and query.facebook:
        return render.edge(query, hashtags.recently_searched(query, item), wanted)
    resolver = KINDS[kind].resolver(edge, facebook=query.facebook) if edge in _EDGES.get(kind, ()) else None
    if resolver is None:
        raise MetaError(2500, f"Unknown path components: /{edge}")
    found = resolver(query, item, fields.Field(edge, wanted.arguments))
    if isinstance(found, Many):
        return render.edge(query, found, wanted)
    return found if isinstance(found, dict) else {"data": []}


def _method(request: Request, allowed: tuple[str, ...], identifier: str = "") -> None:
    if request.method not in allowed:
        raise missing_object(identifier or request.path.rpartition("/")[2], request.method.lower())
