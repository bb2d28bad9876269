"""/showlogin, /authcallback, /instagram/oauth and the ends of logins, with old names: connects accounts. HTTP API.

Calls Meta; writes InstagramInstalls and InstagramApps in one transaction for each account, then queues the first fetch,
which the sync sweep makes up for when it gets lost. A login is used once, so a request that is sent again does nothing.
Addresses hold codes and tokens here: no event is ever logged.
"""

import os
from collections.abc import Callable
from typing import Any

from signpost.instagram.connect import replies, wiring
from signpost.instagram.connect.queries import JSON_PATHS, mobile_fields, visit_of
from signpost.instagram.graph.errors import MetaError
from signpost.platform import settings
from signpost.platform.dispatch import unexpected
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply
from signpost.platform.observe import Observer

OBSERVER = Observer()


def report(what: str, install: str, error: Exception) -> None:
    OBSERVER.logger.warning(what, install=install, reason=f"{type(error).__name__}: {error}")


LOGINS = wiring.build(settings.load(wiring.Settings, os.environ), report=report)


def show_login(event: Event, _context: Any) -> Reply:
    return replies.to_dialog(*LOGINS.start(visit_of(event)))


def auth_callback(event: Event, context: Any) -> Reply:
    visit = visit_of(event)
    state = LOGINS.state(visit)
    try:
        connected = LOGINS.finish(state, visit, seconds_left(context))
    except SignpostError as error:
        return replies.refusal(event, noted(error), LOGINS.urls.origins, state)
    OBSERVER.count("AccountsConnected", len(connected.installs))
    return replies.to_client(connected, state.return_to)


def oauth(event: Event, context: Any) -> Reply:
    """With a token of Facebook's SDK, or as a dialog's way back."""
    done = LOGINS.from_client(visit_of(event), seconds_left(context))
    OBSERVER.count("AccountsConnected", len(done.connected.installs))
    return replies.public_json(200, replies.connected_body(*done), event, LOGINS.urls.origins)


def seconds_left(context: Any) -> Callable[[], float]:
    return lambda: context.get_remaining_time_in_millis() / 1000


def noted(error: SignpostError) -> SignpostError:
    """Log it. What Meta said is without tokens. Most of these are people's own doing, and no reason to look."""
    facts = error.facts._asdict() if isinstance(error, MetaError) else None
    log = OBSERVER.logger.warning if error.status >= 500 else OBSERVER.logger.info  # noqa: PLR2004  (HTTP's own errors)
    log("not connected", code=error.code, meta=facts)
    return error


ROUTES: dict[str, Callable[[Event, Any], Reply]] = {
    **dict.fromkeys(("/showlogin", "/authorize-instagram"), show_login),
    **dict.fromkeys(("/authcallback", "/handle-instagram-authorization"), auth_callback),
    **dict.fromkeys(JSON_PATHS, oauth),
    "/connected": lambda _event, _context: replies.connected_page(),
    "/unwindor": lambda event, _context: replies.private_json(200, mobile_fields(visit_of(event).query)),
}


@OBSERVER.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    try:
        return ROUTES[event["rawPath"]](event, context)
    except Exception as error:  # noqa: BLE001  (logged, with where it comes from)
        told = noted(error) if isinstance(error, SignpostError) else unexpected(error, context)
        return replies.refusal(event, told, LOGINS.urls.origins)
