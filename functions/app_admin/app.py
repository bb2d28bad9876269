"""/admin/instagram/apps: apps (widgets on websites), their accounts and connect keys. HTTP API, Basic authentication.

Reads and writes InstagramApps, reads InstagramInstalls, encrypts connect keys with KMS. Every write is conditional: a
request that is sent again after a lost reply finds its work done, or does what is left of it.
"""

import os
from typing import Any

from aws_lambda_powertools.event_handler import Response

from signpost.instagram.apps import api, views, wiring
from signpost.instagram.error_reply import error_body
from signpost.platform import settings
from signpost.platform.http import Reply, public_url
from signpost.platform.json_api import JsonApi
from signpost.platform.observe import Observer

ADMIN, GUARD = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
app = JsonApi(error_body, GUARD)


@app.get(api.APPS, **api.LIST)
def list_apps(limit: api.Limit = 50, after: api.After = None) -> views.AppPage:
    return ADMIN.apps.page(limit, after)


@app.get(api.APP, **api.READ)
def read(app_id: api.Id) -> Response[views.AppView]:
    return api.reply(ADMIN.apps.read(app_id, here()))


@app.put(api.APP, **api.SAVE)
def save(app_id: api.Id, change: api.Change, if_match: api.IfMatch = None) -> Response[views.AppView]:
    return api.reply(ADMIN.apps.save(app_id, change, if_match, here()))


@app.delete(api.APP, **api.DELETE)
def delete(app_id: api.Id, if_match: api.IfMatch = None) -> Response[str]:
    ADMIN.apps.delete(app_id, if_match)
    return Response(204, body="")


@app.post(f"{api.APP}/connect-key", **api.NEW_KEY)
def new_key(app_id: api.Id, request: api.KeyWanted = api.ANY_KEY) -> views.ConnectKeyView:
    return ADMIN.links.new_key(app_id, keep_old=request.keep_old)


@app.post(f"{api.APP}/connect-links", **api.NEW_LINK)
def new_link(app_id: api.Id, request: api.LinkWanted = api.ANY_LINK) -> views.ConnectLinkView:
    return ADMIN.links.new_link(app_id, request, here())


@app.get(api.ACCOUNTS, **api.LIST_ACCOUNTS)
def list_accounts(app_id: api.Id) -> views.AccountList:
    return ADMIN.accounts.list(app_id)


@app.put(api.ACCOUNT, **api.DECIDE)
def decide(app_id: api.Id, install: api.InstallId, decision: api.Decided) -> views.ConnectedAccount:
    return ADMIN.accounts.decide(app_id, install, decision)


@app.delete(api.ACCOUNT, **api.REMOVE)
def remove(app_id: api.Id, install: api.InstallId) -> Response[str]:
    ADMIN.accounts.remove(app_id, install)
    return Response(204, body="")


def here() -> str:
    return public_url(app.current_event.raw_event, ADMIN.public_url)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
