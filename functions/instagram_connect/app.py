"""/showlogin, /authcallback, /instagram/oauth and the ends of logins, with old names: connects accounts. HTTP API.

Calls Meta; writes InstagramInstalls and InstagramApps in one transaction for each account, then queues the first fetch,
which the sync sweep replaces if it is lost. A login is used once, so a request that is sent again does nothing.
Addresses contain codes and tokens here, so no event is ever logged.
"""

import os
from typing import Any

from signpost.instagram.connect import api, replies, wiring
from signpost.instagram.connect.queries import Visit, mobile_fields
from signpost.instagram.connect.views import connected_view
from signpost.instagram.error_reply import error_body
from signpost.instagram.graph.errors import MetaError
from signpost.platform import settings
from signpost.platform.errors import SignpostError, Unexpected
from signpost.platform.http import Event, Reply
from signpost.platform.json_api import Answer, JsonApi, response
from signpost.platform.observe import Observer

observer = Observer()


def report(what: str, install: str, error: Exception) -> None:
    observer.logger.warning(what, install=install, reason=f"{type(error).__name__}: {error}")


def refusal(event: Event, error: SignpostError) -> Reply:
    """Meta's message contains no tokens. Most of these errors are people's own doing and need no attention."""
    if not isinstance(error, Unexpected):
        log = observer.logger.warning if error.status >= 500 else observer.logger.info  # noqa: PLR2004  (HTTP's own)
        log("not connected", code=error.code, meta=error.facts._asdict() if isinstance(error, MetaError) else None)
    visit = LOGINS.visit(event)
    return replies.refusal(event, visit, error, LOGINS.urls.origins, LOGINS.began(visit))


LOGINS = wiring.build(settings.load(wiring.Settings, os.environ), report=report)
app = JsonApi(error_body, refusal=refusal, validate=False)
app.get("/connected", **api.CONNECTED)(lambda: response(replies.connected_page(LOGINS.just_connected(visit()))))


def visit() -> Visit:
    return LOGINS.visit(app.current_event.raw_event)


@app.get("/showlogin", **api.login("showLogin"))
@app.get("/authorize-instagram", **api.login("authorizeInstagram"))
def show_login() -> Answer:
    return response(replies.to_dialog(*LOGINS.start(visit())))


@app.get("/authcallback", **api.callback("authCallback"))
@app.get("/handle-instagram-authorization", **api.callback("handleInstagramAuthorization"))
def auth_callback() -> Answer:
    done = LOGINS.finish(visit(), app.seconds_left)
    observer.count("AccountsConnected", len(done.connected.installs))
    return response(replies.to_client(done, app.current_event.raw_event))


@app.get("/instagram/oauth", **api.oauth("connectByToken"))
@app.get("/users/oauth", **api.oauth("usersOauth"))
def oauth() -> Answer:
    """With a token from Facebook's SDK, or on return from a dialog."""
    event = app.current_event.raw_event
    done = LOGINS.from_client(visit(), app.seconds_left)
    observer.count("AccountsConnected", len(done.connected.installs))
    return response(replies.public_json(200, connected_view(done.connected, done.app), event, LOGINS.urls.origins))


@app.get("/unwindor", **api.MOBILE)
def unwindor() -> Answer:
    return response(replies.private_json(200, mobile_fields(visit().query)))


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
