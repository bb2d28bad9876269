"""Which object an id means, among those that the token reaches, and which permissions reading it takes."""

from typing import Any, Final

from local.meta.errors import known, missing_object
from local.meta.graph import hashtags
from local.meta.graph.nodes import Query
from local.meta.tokens import Token
from local.meta.world import Account, Person

_READ_ROLES: Final = {"pages_read_engagement", "business_management", "ads_management", "ads_read"}


def find(query: Query, identifier: str) -> tuple[str, Any]:
    """The kind and the object. Raises 100/33 when it is missing or out of reach."""
    if isinstance(query.token.holder, Account) and query.token.holder.personal:
        raise missing_object(identifier)
    if identifier == "me":
        return _myself(query.token)
    found = _holder(query, identifier) or _content(query, identifier)
    if found is None:
        raise missing_object(identifier)
    return found


def check_permission(query: Query, kind: str) -> None:
    """Raises 10 without the permissions that reading this kind of object takes."""
    scopes = query.token.scopes
    if not query.facebook:
        allowed = "instagram_business_basic" in scopes
    elif kind in {"account", "media", "comment"}:
        allowed = "instagram_basic" in scopes and bool(scopes & _READ_ROLES)
        allowed = allowed and (kind != "comment" or "instagram_manage_comments" in scopes)
    else:
        allowed = True
    if not allowed:
        raise known(10)


def _myself(token: Token) -> tuple[str, Any]:
    if token.page is not None:
        return "page", token.page
    return ("account" if isinstance(token.holder, Account) else "person"), token.holder


def _holder(query: Query, identifier: str) -> tuple[str, Any] | None:
    for account in query.token.accounts:
        if identifier == account.id or (not query.facebook and identifier == account.app_scoped_id):
            return "account", account
    if isinstance(query.token.holder, Person):
        person = query.token.holder
        if identifier == person.id:
            return "person", person
        for page in person.pages:
            if identifier == page.id:
                return "page", page
    return None


def _content(query: Query, identifier: str) -> tuple[str, Any] | None:
    accounts = query.token.accounts
    media = query.state.world.media(identifier)
    if media is not None:
        return ("media", media) if media.owner_id in {account.id for account in accounts} else None
    for account in accounts:
        for post in account.media:
            for comment in post.comments:
                if comment.id == identifier:
                    return "comment", comment
    hashtag = hashtags.find(query.state, identifier) if query.facebook else None
    return None if hashtag is None else ("hashtag", hashtag)
