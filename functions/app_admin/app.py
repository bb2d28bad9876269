"""/admin/instagram/apps/{app_id}: read and save apps, the widgets of websites. HTTP API, Basic authentication.

Reads and writes InstagramApps; writes the owner's address and the tags to import to the app's accounts in
InstagramInstalls. A save that is sent again after a lost reply finds its work done, or does what is left of it.
"""

import os
from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body

from signpost.instagram.apps import wiring
from signpost.instagram.apps.api import READ, SAVE, Id, IfMatch, answer_administrator, error_body
from signpost.instagram.apps.views import AppChange, AppView
from signpost.platform import api, settings
from signpost.platform.http import Reply
from signpost.platform.preconditions import Versioned

PATH = "/admin/instagram/apps/<app_id>"


ADMIN, SECRET = wiring.build(settings.load(wiring.Settings, os.environ))
app = api.json_api(Logger(), error_body)


@app.get(PATH, **READ)
def read(app_id: Id) -> Response[AppView]:
    return reply(ADMIN.read(app_id))


@app.put(PATH, **SAVE)
def save(app_id: Id, change: Annotated[AppChange, Body()], if_match: IfMatch = None) -> Response[AppView]:
    return reply(ADMIN.save(app_id, change, if_match))


def reply(shown: Versioned[AppView]) -> Response[AppView]:
    status = 201 if shown.created else 200
    return Response(status, content_types.APPLICATION_JSON, shown.view, {"ETag": shown.etag})


def handler(event: dict[str, Any], context: Any) -> Reply:
    return answer_administrator(app, SECRET, event, context)
