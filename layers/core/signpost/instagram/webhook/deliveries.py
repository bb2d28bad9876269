"""Which accounts a webhook's delivery hints at: something is new with them, whatever it is.

A delivery is only a hint, so anything in it that cannot be understood is passed over. Shapes that Meta sends:

    {"object": "instagram", "entry": [{"id", "time", "changes": [{"field", "value"}]}]}     both logins, as recorded
    {"object": "instagram", "entry": [{"id", "time", "field", "value"}]}                    Instagram Login, on paper
    {"object": "instagram", "entry": [{"id", "time", "messaging": [{…}]}]}                  messages; milliseconds
    [{"object": "instagram", "entry": […]}]                                                 the same in a list
    [{"changed_aspect": "media", "object": "user", "object_id", "time", "data": {"media_id"}}]   the API before 2018

Source: https://developers.facebook.com/docs/instagram-platform/webhooks
"""

import json
from typing import Final

from signpost.instagram.json_values import Json, graph_id, mappings, text
from signpost.platform.errors import InvalidInput

# Deliveries about a Page, a permission or a user have ids of things other than Instagram accounts.
_OBJECTS: Final = ("instagram", None)


class NotADelivery(InvalidInput):
    code = "not_a_delivery"


def accounts(body: bytes) -> list[str]:
    """The ids of the accounts that a delivery hints at, each once: a burst about one account is one fetch.

    Raises:
        NotADelivery: it is not JSON, or not in one of the shapes above.
    """
    try:
        parts = mappings(json.loads(body))
    except (ValueError, RecursionError):
        raise NotADelivery("The body is not JSON.") from None
    if not any("entry" in part or "changed_aspect" in part for part in parts):
        raise NotADelivery("The body has no entry.")
    found: set[str | None] = set()
    for part in parts:
        entries = mappings(part["entry"]) if "entry" in part else [part]
        found.update(_account(part, entry) for entry in entries)
    return sorted(account for account in found if account is not None)


def _account(delivery: Json, entry: Json) -> str | None:
    """The account that an entry hints at, if any."""
    if "changed_aspect" in entry:
        return graph_id(entry.get("object_id")) if entry.get("object") == "user" else None
    if text(delivery.get("object")) not in _OBJECTS:
        return None
    changes = [entry, *mappings(entry.get("changes"))]
    messages = mappings(entry.get("messaging")) or mappings(entry.get("standby"))
    return graph_id(entry.get("id")) if messages or any(text(change.get("field")) for change in changes) else None
