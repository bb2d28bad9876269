"""What a webhook delivery hints at: that something is new with an account, perhaps with one of its media.

A delivery is only a hint, so what cannot be understood in it is passed over. Shapes that Meta sends:

    {"object": "instagram", "entry": [{"id", "time", "changes": [{"field", "value"}]}]}     both logins, as recorded
    {"object": "instagram", "entry": [{"id", "time", "field", "value"}]}                    Instagram Login, on paper
    {"object": "instagram", "entry": [{"id", "time", "messaging": [{…}]}]}                  messages; milliseconds
    [{"object": "instagram", "entry": […]}]                                                 the same in a list
    [{"changed_aspect": "media", "object": "user", "object_id", "time", "data": {"media_id"}}]   the API before 2018

Source: https://developers.facebook.com/docs/instagram-platform/webhooks
"""

import json
from collections.abc import Iterator
from typing import Final, NamedTuple

from signpost.instagram.json_values import Json, graph_id, mapping, mappings, seconds, text
from signpost.platform.errors import InvalidInput

MESSAGES: Final = "messages"
MEDIA: Final = "media"
# Deliveries about a Page, a permission or a user have ids of things other than Instagram accounts.
_OBJECTS: Final = ("instagram", None)


class NotADelivery(InvalidInput):
    code = "not_a_delivery"


class Hint(NamedTuple):
    """`kind` is Meta's field, such as comments, live_comments, mentions, story_insights or messages.

    An advertisement's comment gives two hints: for the advertisement's copy of the media, and for the original.
    Meta never names an album: ask for the comment's media.
    """

    account_id: str
    kind: str
    media_id: str | None = None
    comment_id: str | None = None


class Delivery(NamedTuple):
    """`latest`: when the newest entry happened, in seconds since 1970."""

    hints: frozenset[Hint]
    latest: float | None


def read_delivery(body: bytes) -> Delivery:
    """All hints of a delivery, each once; entries without one are left out.

    Raises:
        NotADelivery: it is not JSON, or not in one of the shapes above.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise NotADelivery("The body is not JSON.") from None
    parts = mappings(content)
    if not any("entry" in part or "changed_aspect" in part for part in parts):
        raise NotADelivery("The body has no entry.")
    hints: set[Hint] = set()
    times: list[float] = []
    for part in parts:
        entries = mappings(part.get("entry")) if "entry" in part else [part]
        for entry in entries:
            hints.update(_first_api(entry) if "changed_aspect" in entry else _entry(part, entry))
            if (time := seconds(entry.get("time"))) is not None:
                times.append(time)
    return Delivery(frozenset(hints), max(times, default=None))


def accounts(delivery: Delivery) -> list[str]:
    """Each account once: a burst about one account is one fetch."""
    return sorted({hint.account_id for hint in delivery.hints})


def _entry(delivery: Json, entry: Json) -> Iterator[Hint]:
    account_id = graph_id(entry.get("id"))
    if account_id is None or text(delivery.get("object")) not in _OBJECTS:
        return
    for change in [entry, *mappings(entry.get("changes"))]:
        if kind := text(change.get("field")):
            for value in mappings(change.get("value")) or [{}]:
                yield from _change(account_id, kind, value)
    if mappings(entry.get("messaging")) or mappings(entry.get("standby")):
        yield Hint(account_id, MESSAGES)


def _change(account_id: str, kind: str, value: Json) -> Iterator[Hint]:
    media = mapping(value.get("media"))
    # With either login, `id` or `comment_id` is the comment's in `comments`; in other fields `id` is something else's.
    comment = graph_id(value.get("comment_id")) or (graph_id(value.get("id")) if kind.endswith("comments") else None)
    ids = (media.get("id"), media.get("original_media_id"), value.get("media_id"), value.get("original_media_id"))
    found = {media_id for media_id in map(graph_id, ids) if media_id}
    for media_id in found or (None,):
        yield Hint(account_id, kind, media_id, comment)


def _first_api(entry: Json) -> Iterator[Hint]:
    account_id = graph_id(entry.get("object_id"))
    if account_id is not None and entry.get("object") == "user":
        yield Hint(account_id, MEDIA, graph_id(mapping(entry.get("data")).get("media_id")))
