"""/admin/campaigns/{id}/posts and /admin/posts: which posts brought clicks. HTTP API, Basic authentication.

Reads Campaigns, ClickCounts, InstagramInstalls and Media. An account's posts stay in memory for a minute.
"""

import os
from typing import Any
from urllib.parse import urlsplit

from signpost.analytics.error_reply import error_body
from signpost.analytics.link_posts import api, wiring
from signpost.analytics.link_posts.queries import parse
from signpost.analytics.link_posts.views import LinkPostsView, PublishedView
from signpost.platform import settings
from signpost.platform.http import Reply, public_url
from signpost.platform.json_api import JsonApi
from signpost.platform.observe import Observer

SETTINGS = settings.load(wiring.Settings, os.environ)
QUERIES, GUARD = wiring.build(SETTINGS)
observer = Observer()
app = JsonApi(error_body, GUARD)


@app.get(api.OF_LINK, **api.POSTS)
def of_link(campaign_id: api.Id, first: api.From = None, last: api.To = None, tz: api.Zone = "UTC") -> LinkPostsView:
    chosen = parse(first, last, tz, QUERIES.clock(), days=30)
    return LinkPostsView.of(QUERIES.of_link(campaign_id, chosen.span, host()), chosen, base())


@app.get(api.PUBLISHED, **api.LATELY)
def published(first: api.From = None, last: api.To = None, tz: api.Zone = "UTC") -> PublishedView:
    chosen = parse(first, last, tz, QUERIES.clock(), days=1)
    return PublishedView.of(QUERIES.published(chosen.span, host()), chosen, base())


def base() -> str:
    return public_url(app.current_event.raw_event, SETTINGS.public_url)


def host() -> str:
    """Of our links."""
    return urlsplit(base()).netloc


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
