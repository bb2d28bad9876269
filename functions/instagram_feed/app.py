"""GET /instagram, feeds for website widgets, and GET /instagram/pictures/…, their pictures. HTTP API, open to all.

Reads InstagramApps, InstagramInstalls, Media and MediaFiles. For hashtags it writes to InstagramHashtags what is to be
polled and queues the first fetch; for accounts that are not connected it calls the legacy source and keeps copies.
An app and its accounts are cached for a minute, so a feed takes one Query. No validation library on this path.
"""

import os
from typing import Any

from signpost.instagram.feed import wiring
from signpost.instagram.feed.replies import picture_reply, refusal
from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.http import Event, Reply, header, public_url
from signpost.platform.observe import Observer

FEEDS = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


def feed(feeds: wiring.Feeds, event: Event) -> Reply:
    query = event.get("queryStringParameters") or {}
    here = public_url(event, feeds.public_url)
    return feeds.replies.feed(query, here, header(event, "origin"), header(event, "if-none-match"))


def preflight(feeds: wiring.Feeds, event: Event) -> Reply:
    return feeds.replies.preflight(event.get("queryStringParameters") or {}, header(event, "origin"))


def picture(feeds: wiring.Feeds, event: Event) -> Reply:
    return picture_reply(feeds.pictures.get(event["pathParameters"]["proxy"]))


ROUTES = {
    "GET /instagram": feed,
    "OPTIONS /instagram": preflight,
    "GET /instagram/pictures/{proxy+}": picture,
}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feeds: wiring.Feeds = FEEDS) -> Reply:
    return dispatch(ROUTES, event, context, refusal, feeds)
