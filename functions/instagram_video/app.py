"""GET /instagram/videos/…: redirects to a post's video at Meta, whose addresses expire. HTTP API, open to all.

Reads Media and InstagramInstalls. When the stored address has expired, asks Meta for a fresh one, at most once an hour
for each post, and keeps it in Media.
"""

import os
from typing import Any

from signpost.instagram.error_reply import error_body
from signpost.instagram.videos import wiring
from signpost.instagram.videos.serving import Videos
from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, json_reply, redirect
from signpost.platform.observe import Observer

VIDEOS = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


def video(videos: Videos, event: Event) -> Reply:
    # Cached for less time than the address still works.
    return redirect(302, videos.address(event["pathParameters"]["proxy"]), {"cache-control": "public, max-age=30"})


def refusal(error: SignpostError) -> Reply:
    return json_reply(error.status, error_body(error), {"cache-control": "no-store"})


ROUTES = {"GET /instagram/videos/{proxy+}": video}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, videos: Videos = VIDEOS) -> Reply:
    return dispatch(ROUTES, event, context, refusal, videos)
