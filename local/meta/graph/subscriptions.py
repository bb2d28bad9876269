"""`subscribed_apps`: the accounts about which the app gets webhooks.

Source: Meta, "Webhooks Subscriptions" (Instagram Platform) and "Page Subscribed Apps".
"""

from collections.abc import Mapping
from typing import Any, Final

from local.meta.errors import MetaError, invalid, known, missing_object
from local.meta.graph.nodes import Query
from local.meta.world import Account, FacebookPage

# There is no `media`: Meta does not announce new posts.
INSTAGRAM_FIELDS: Final = frozenset(
    {"comments", "live_comments", "mentions", "story_insights", "follow", "story_reactions", "share_to_story"}
    | {"messages", "message_edit", "message_reactions", "messaging_handover", "messaging_optins", "messaging_postbacks"}
    | {"messaging_referral", "messaging_seen", "standby"}
)
PAGE_FIELDS: Final = frozenset({"feed", "mention", "messages", "name", "picture", "ratings", "videos", "leadgen"})


def answer(query: Query, method: str, identifier: str, params: Mapping[str, str]) -> Any:
    """`{"success": true}`, or the list of fields with GET."""
    target = _page(query, identifier) if query.facebook else _account(query, identifier)
    if method == "GET":
        fields = sorted(target.subscribed)
        return {
            "data": [{"subscribed_fields": fields, "id": query.state.app(query.token.provider).id}] if fields else []
        }
    if method == "DELETE":
        target.subscribed.clear()
        return {"success": True}
    asked = {name for name in params.get("subscribed_fields", "").split(",") if name}
    if not asked:
        raise invalid("The parameter subscribed_fields is required.")
    known_fields = PAGE_FIELDS if query.facebook else INSTAGRAM_FIELDS
    for position, name in enumerate(params["subscribed_fields"].split(",")):
        if name not in known_fields:
            raise invalid(f"Param subscribed_fields[{position}] must be one of {{{', '.join(sorted(known_fields))}}}")
    target.subscribed |= asked
    return {"success": True}


def _page(query: Query, identifier: str) -> FacebookPage:
    page = query.token.page
    if page is None:
        raise MetaError(210, "(#210) A page access token is required to request this resource.")
    if identifier not in {page.id, "me"}:
        raise missing_object(identifier)
    if "pages_manage_metadata" not in query.token.scopes:
        raise known(200, message="(#200) Requires pages_manage_metadata permission to manage the object")
    return page


def _account(query: Query, identifier: str) -> Account:
    if identifier == "me":
        raise invalid("The parameter user_id must be an Instagram account's id, not me.")
    for account in query.token.accounts:
        if identifier in {account.id, account.app_scoped_id}:
            return account
    raise missing_object(identifier)
