"""/showlogin, /authcallback, /instagram/oauth and the ends of logins, with old names: connects accounts. HTTP API.

Calls Meta; writes InstagramInstalls and InstagramApps in one transaction for each account, then queues the first fetch,
which the sync sweep makes up for when it gets lost. A login is used once, so a request that is sent again does nothing.
Addresses hold codes and tokens here: no event is ever logged.
"""

import os
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

import requests
from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.app_secrets import NO_APPS, NO_KEYS, login_keys, meta_apps
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.store import AppStore
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.connect import replies
from signpost.instagram.connect.connector import Connect, Connected
from signpost.instagram.connect.logins import Logins, LoginUrls
from signpost.instagram.connect.queries import mobile_fields
from signpost.instagram.connect.store import ConnectStore
from signpost.instagram.graph.errors import MetaError
from signpost.instagram.graph.wiring import Graphs
from signpost.instagram.products import GraphSettings
from signpost.platform import aws, cors, settings
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply
from signpost.platform.queue import MessageQueue
from signpost.platform.secrets import JsonSecret

# A login makes up to five calls to Meta within the time-out.
CONNECT_SECONDS, READ_SECONDS = 1.5, 5.0
SPARE_SECONDS = 9.0  # what must be left for a call that can be done without


class Settings(NamedTuple):
    installs_table: str
    apps_table: str
    media_fetch_queue: str
    token_key: str
    graph_version: str
    graph_fb_base: str
    graph_ig_base: str
    meta_apps_secret: str
    ig_oauth_base: str
    ig_authorize_url: str
    fb_dialog_base: str
    login_key_secret: str
    public_url: str
    return_hosts: str
    migrate_app_types: str
    migrate_apps: str = ""


logger = Logger()
SETTINGS = settings.load(Settings, os.environ)
HOSTS = settings.listed(SETTINGS.return_hosts)
ORIGINS = cors.of_hosts(HOSTS)
APPS = JsonSecret(aws.secretsmanager(), SETTINGS.meta_apps_secret, meta_apps, NO_APPS)
META = GraphSettings(
    version=SETTINGS.graph_version,
    facebook_graph=SETTINGS.graph_fb_base,
    facebook_dialog=SETTINGS.fb_dialog_base,
    instagram_graph=SETTINGS.graph_ig_base,
    instagram_oauth=SETTINGS.ig_oauth_base,
    instagram_authorize=SETTINGS.ig_authorize_url,
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
)
GRAPHS = Graphs(APPS.value, META, requests.Session())
KEYS = JsonSecret(aws.secretsmanager(), SETTINGS.login_key_secret, login_keys, NO_KEYS)


def report(what: str, install: str, error: Exception) -> None:
    logger.warning(what, install=install, reason=f"{type(error).__name__}: {error}")


ROLLOUT = Rollout(settings.listed(SETTINGS.migrate_apps), settings.listed(SETTINGS.migrate_app_types))
STORE = ConnectStore(
    aws.dynamodb_json(), SETTINGS.installs_table, AppStore(aws.dynamodb_json(), SETTINGS.apps_table), ROLLOUT
)
CIPHER = TokenCipher(aws.kms(), SETTINGS.token_key)
CONNECT = Connect(STORE, CIPHER, MessageQueue(aws.sqs(), SETTINGS.media_fetch_queue), report)
LOGINS = Logins(STORE, CONNECT, GRAPHS, KEYS.value, LoginUrls(SETTINGS.public_url, HOSTS))


def show_login(event: Event, _context: Any) -> Reply:
    started = LOGINS.start(event["rawPath"], replies.query_of(event), replies.cookie_of(event))
    return replies.to_dialog(*started)


def auth_callback(event: Event, context: Any) -> Reply:
    query = replies.query_of(event)
    state = LOGINS.state(query, replies.cookie_of(event))
    try:
        connected = LOGINS.finish(state, event["rawPath"], query, has_time(context))
    except SignpostError as error:
        note(error)
        return replies.refusal(event, error, state)
    count(connected)
    return replies.to_client(connected, state.return_to)


def connected_page(_event: Event, _context: Any) -> Reply:
    return replies.connected_page()


def unwindor(event: Event, _context: Any) -> Reply:
    return replies.private_json(200, mobile_fields(replies.query_of(event)))


def oauth(event: Event, context: Any) -> Reply:
    """JSON whatever happens, for pages call it: with a token of Facebook's SDK, or as a dialog's way back."""
    query = replies.query_of(event)
    try:
        done = LOGINS.from_client(event["rawPath"], query, replies.cookie_of(event), has_time(context))
    except SignpostError as error:
        note(error)
        return replies.json_refusal(event, error, ORIGINS)
    count(done.connected)
    return replies.public_json(200, replies.connected_body(*done), event, ORIGINS)


def has_time(context: Any) -> Callable[[], bool]:
    return lambda: context.get_remaining_time_in_millis() > SPARE_SECONDS * 1000


def count(connected: Connected) -> None:
    with single_metric("AccountsConnected", MetricUnit.Count, len(connected.installs)) as metric:
        metric.add_dimension("service", logger.service)


def note(error: SignpostError) -> None:
    """What Meta said is without tokens. Most of these are people's own doing, and no reason to look."""
    facts = error.facts._asdict() if isinstance(error, MetaError) else None
    log = logger.warning if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logger.info
    log("not connected", code=error.code, meta=facts)


ROUTES = {
    "/showlogin": show_login,
    "/authorize-instagram": show_login,
    "/authcallback": auth_callback,
    "/handle-instagram-authorization": auth_callback,
    "/connected": connected_page,
    "/unwindor": unwindor,
    "/instagram/oauth": oauth,
    "/users/oauth": oauth,
    "/users/oauth/": oauth,
}


def handler(event: dict[str, Any], context: Any) -> Reply:
    try:
        return ROUTES[event["rawPath"]](event, context)
    except SignpostError as error:
        note(error)
        return replies.refusal(event, error)
    except Exception:
        logger.exception("unexpected error")
        return replies.failure(event, context.aws_request_id)
