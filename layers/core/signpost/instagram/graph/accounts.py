"""Finds a token's owner and the accounts that it reaches, and subscribes to their webhooks."""

from typing import TYPE_CHECKING, Final

from signpost.instagram.graph import fields
from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.fields import Wanted, plain
from signpost.instagram.graph.models import (
    FacebookPage,
    FacebookUser,
    ProfessionalAccount,
    account,
    facebook_page,
    facebook_user,
    next_cursor,
    required,
)
from signpost.instagram.graph.refused import Refused
from signpost.instagram.graph.usage import Usage
from signpost.instagram.json_values import Json, graph_id, mappings
from signpost.instagram.products import Provider

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

_COMMON_FIELDS: Final = "username,name,profile_picture_url,followers_count,follows_count,media_count"
_NAMED: Final = frozenset({"id", "username"})
_ME: Final = Wanted("me", plain(f"id,user_id,account_type,{_COMMON_FIELDS}"), _NAMED | {"user_id"})
_ACCOUNT: Final = Wanted("account", plain(f"id,biography,website,{_COMMON_FIELDS}"), _NAMED)
# Naming fields drops the default ones, so the Page's token must be named too.
_PAGE: Final = Wanted(
    "page",
    {
        **plain("id,name,access_token,tasks"),
        "instagram_business_account": (
            "id",
            "username",
            "name",
            "profile_picture_url",
            "followers_count",
            "media_count",
        ),
    },
    _NAMED | {"access_token", "instagram_business_account"},
)
_PAGES_AT_ONCE: Final = "100"
_MOST_PAGES: Final = 20  # of a hundred Pages each: an agency with more must choose Pages in the dialog
_WEBHOOK_FIELDS: Final = "comments,live_comments"
_PAGE_FIELD: Final = "feed"  # any field will do: subscribing makes Meta send the app's Instagram fields


def my_account(graph: "Graph", token: str, refused: Refused | None = None) -> Answer[ProfessionalAccount]:
    """The account of an `instagram` token, with both of its ids."""
    return fields.get(graph, "me", token, _ME, refused or Refused()).map(account)


def my_facebook_user(graph: "Graph", token: str) -> Answer[FacebookUser]:
    """The person of a `facebook` token."""
    return graph.get("me", token, {"fields": "id,name"}).map(facebook_user)


def my_pages(graph: "Graph", token: str) -> Answer[tuple[FacebookPage, ...]]:
    """All Pages that the person of a `facebook` token lets the app see, and the Instagram accounts behind them."""
    pages: list[FacebookPage] = []
    usage, cursor, refused = Usage(), "", Refused()
    for _ in range(_MOST_PAGES):
        parameters = {"limit": _PAGES_AT_ONCE} | ({"after": cursor} if cursor else {})
        answer = fields.get(graph, "me/accounts", token, _PAGE, refused, parameters=parameters)
        pages += answer.map(_readable_pages).value
        usage, cursor = usage.worst(answer.usage), next_cursor(answer.value) or ""
        if not cursor:
            break
    return Answer(tuple(pages), usage)


def account_fields(
    graph: "Graph", token: str, account_id: str, refused: Refused | None = None
) -> Answer[ProfessionalAccount]:
    """An account's current fields, by the id that webhooks use.

    Raises:
        ObjectMissing: there is no such account, or the token does not reach it.
    """
    if graph.provider is Provider.INSTAGRAM:
        return my_account(graph, token, refused)
    return fields.get(graph, segment(account_id), token, _ACCOUNT, refused or Refused()).map(account)


def subscribe(graph: "Graph", token: str, node_id: str) -> Answer[bool]:
    """Subscribe to webhooks for an account, by its id; for `facebook`, by its Page's id and with the Page's token."""
    wanted = _PAGE_FIELD if graph.provider is Provider.FACEBOOK else _WEBHOOK_FIELDS
    return graph.post(f"{segment(node_id)}/subscribed_apps", token, {"subscribed_fields": wanted}).map(
        lambda body: body.get("success") is True
    )


def _readable_pages(body: Json) -> list[FacebookPage]:
    """A Page whose Instagram account cannot be read counts as having none, so that the others are still found."""
    found = []
    for item in mappings(required(body.get("data"), "data")):
        if not graph_id(item.get("id")):
            continue
        connected = item.get("instagram_business_account")
        usable = isinstance(connected, dict) and graph_id(connected.get("id"))
        found.append(facebook_page(item if usable else {**item, "instagram_business_account": None}))
    return found
