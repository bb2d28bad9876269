"""Exchanges a login's code, or a client's short-lived token, for a long-lived token and the accounts it reaches.

Nothing is stored here, so a login that fails leaves nothing behind. Every function may raise any of `graph.errors`.
"""

from typing import TYPE_CHECKING

from signpost.instagram.connect.connections import Login, LoginAccount
from signpost.instagram.connect.oauth import ForeignToken, check_app
from signpost.instagram.graph import accounts as graph_accounts
from signpost.instagram.graph import login as graph_login
from signpost.instagram.graph.errors import MetaError, TokenDead, TokenEnd
from signpost.instagram.graph.login import Token, TokenFacts
from signpost.instagram.graph.models import FacebookPage
from signpost.instagram.products import Provider
from signpost.instagram.scopes import REQUIRED_SCOPES, check_scopes
from signpost.platform.clock import Clock
from signpost.platform.errors import SignpostError

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph


class NoPage(SignpostError):
    code = "no_page"
    status = 403


class NoInstagramAccount(SignpostError):
    code = "no_instagram_account"
    status = 403


def by_code(graph: "Graph", code: str, redirect_uri: str, clock: Clock) -> Login:
    """`redirect_uri`: exactly the address that the code arrived at.

    Raises:
        CodeRefused: it was used before, or is older than an hour.
        ScopeMissing: the person did not allow a required permission.
        NoPage, NoInstagramAccount: `facebook` only.
    """
    short = graph_login.exchange_code(graph, code, redirect_uri).value
    if graph.provider is Provider.FACEBOOK:
        return _facebook(graph, short.access_token, clock)
    return _instagram(graph, short, clock)


def by_token(graph: "Graph", token: str, clock: Clock) -> Login:
    """With the token that Facebook's JavaScript SDK gave to a page. Only `facebook` can tell which app it is for.

    Raises:
        ForeignToken: it was made for another app, or is not a person's; otherwise as `by_code`.
        TokenDead: it has expired or was revoked.
    """
    facts = graph_login.debug_token(graph, token).value
    _check_alive(facts, clock())
    check_app(facts.app_id, graph.app.app_id)
    if facts.kind != "USER":
        raise ForeignToken("The token is not a person's: send the one from the login.")
    return _facebook(graph, token, clock)


def _facebook(graph: "Graph", short_token: str, clock: Clock) -> Login:
    asked_at = clock()
    token = graph_login.lengthen(graph, short_token).value
    facts = graph_login.debug_token(graph, token.access_token).value
    _check_alive(facts, asked_at)
    check_app(facts.app_id, graph.app.app_id)
    check_scopes(Provider.FACEBOOK, facts.scopes)
    pages = graph_accounts.my_pages(graph, token.access_token).value
    return Login(
        provider=Provider.FACEBOOK,
        token=token.access_token,
        issued_at=facts.issued_at or asked_at,
        expires_at=token.expires_at(asked_at) if token.expires_in else facts.expires_at,
        data_access_expires_at=facts.data_access_expires_at,
        scopes=facts.scopes,
        person_id=facts.user_id or graph_accounts.my_facebook_user(graph, token.access_token).value.id,
        accounts=tuple(_named(graph, token.access_token, each) for each in _behind(pages)),
    )


def _behind(pages: tuple[FacebookPage, ...]) -> tuple[LoginAccount, ...]:
    """Every account behind the Pages that the person chose in the dialog, each once."""
    if not pages:
        raise NoPage(
            "There is no Facebook Page: connect your Instagram account to a Page, and choose that Page when you log in."
        )
    found = {
        page.account.id: LoginAccount(page.account, page.id, page.name, page.access_token)
        for page in reversed(pages)
        if page.account
    }
    if not found:
        names = ", ".join(page.name or page.id for page in pages[:5])
        raise NoInstagramAccount(
            f"No professional Instagram account is connected to your Page ({names}): connect one in its settings."
        )
    return tuple(reversed(found.values()))


def _named(graph: "Graph", token: str, found: LoginAccount) -> LoginAccount:
    """Adds the account's name with another call if its Page left it out. The name may stay unknown."""
    if found.account.username:
        return found
    try:
        named = graph_accounts.account_fields(graph, token, found.account.id).value
    except MetaError:
        return found
    return found._replace(account=named) if named.id == found.account.id else found


def _instagram(graph: "Graph", short: Token, clock: Clock) -> Login:
    # If the answer does not name the permissions, they may still be granted: reading the account will show it.
    if short.permissions is not None:
        check_scopes(Provider.INSTAGRAM, short.permissions)
    asked_at = clock()
    token = graph_login.lengthen(graph, short.access_token).value
    account = graph_accounts.my_account(graph, token.access_token).value
    return Login(
        provider=Provider.INSTAGRAM,
        token=token.access_token,
        issued_at=asked_at,
        expires_at=token.expires_at(asked_at),
        data_access_expires_at=None,
        scopes=short.permissions or REQUIRED_SCOPES[Provider.INSTAGRAM],
        person_id=account.app_scoped_id or short.user_id,
        accounts=(LoginAccount(account),),
    )


def _check_alive(facts: TokenFacts, now: float) -> None:
    if not facts.is_valid:
        raise TokenDead("The login has ended; log in again.", facts.ended or TokenEnd.INVALID)
    if facts.data_access_expires_at is not None and facts.data_access_expires_at <= now:
        raise TokenDead("Your permission to read your data has ended; log in again.", TokenEnd.EXPIRED)
