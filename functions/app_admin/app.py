"""/admin/instagram/apps/{app_id}: read and save apps, the widgets of websites. HTTP API, Basic authentication.

Reads and writes InstagramApps; writes the owner's address and the tags to import to the app's accounts in
InstagramInstalls. A save that is sent again after a lost reply finds its work done, or does what is left of it.
"""

import os
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body

from signpost.instagram.apps import wiring
from signpost.instagram.apps.api import READ, SAVE, Id, IfMatch
from signpost.instagram.apps.views import AppChange, AppView
from signpost.instagram.error_reply import error_body
from signpost.platform import settings
from signpost.platform.http import Reply
from signpost.platform.json_api import JsonApi
from signpost.platform.observe import Observer
from signpost.platform.preconditions import Versioned

PATH = "/admin/instagram/apps/<app_id>"

ADMIN, GUARD = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
app = JsonApi(error_body, GUARD)


@app.get(PATH, **READ)
def read(app_id: Id) -> Response[AppView]:
    return reply(ADMIN.read(app_id))


@app.put(PATH, **SAVE)
def save(app_id: Id, change: Annotated[AppChange, Body()], if_match: IfMatch = None) -> Response[AppView]:
    return reply(ADMIN.save(app_id, change, if_match))


def reply(shown: Versioned[AppView]) -> Response[AppView]:
    status = 201 if shown.created else 200
    return Response(status, content_types.APPLICATION_JSON, shown.view, {"ETag": shown.etag})


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
