"""Builds logins from their settings."""

from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

import requests

from signpost.instagram.app_secrets import NO_KEYS, MetaApps, login_keys
from signpost.instagram.apps.connect_key_store import ConnectKeyStore
from signpost.instagram.apps.connect_keys import ConnectKeys
from signpost.instagram.apps.connect_links import ConnectLinks
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.store import AppStore
from signpost.instagram.cipher import ConnectKeyCipher, TokenCipher
from signpost.instagram.connect.admission import Admission
from signpost.instagram.connect.connector import Connector, Report
from signpost.instagram.connect.logins import Logins, LoginUrls
from signpost.instagram.connect.store import ConnectStore
from signpost.instagram.graph import wiring as graph
from signpost.instagram.install_store import InstallStore
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.products import GraphSettings
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue
from signpost.platform.rate_limit import RateLimit
from signpost.platform.secrets import JsonSecret
from signpost.platform.settings import listed

# A login makes up to five calls to Meta within the function's time-out.
_CONNECT_SECONDS: Final = 1.5
_READ_SECONDS: Final = 5.0


class Settings(NamedTuple):
    installs_table: str
    apps_table: str
    rate_limits_table: str
    media_fetch_queue: str
    token_key: str
    graph: graph.Settings
    ig_oauth_base: str
    ig_authorize_url: str
    fb_dialog_base: str
    login_key_secret: str
    return_hosts: str
    migrate_app_types: str
    public_url: str = ""  # empty: the API's own address
    migrate_apps: str = ""


def build(
    settings: Settings,
    *,
    report: Report,
    clock: Clock = system_clock,
    apps: Callable[[], MetaApps] | None = None,
    keys: Callable[[], tuple[bytes, ...]] | None = None,
    session: requests.Session | None = None,
) -> Logins:
    client = aws.dynamodb()
    rollout = Rollout(listed(settings.migrate_apps), listed(settings.migrate_app_types))
    store = ConnectStore(client, settings.installs_table, AppStore(client, settings.apps_table), rollout)
    installs = InstallStore(client, settings.installs_table)
    hosts = GraphSettings(
        facebook_dialog=settings.fb_dialog_base,
        instagram_oauth=settings.ig_oauth_base,
        instagram_authorize=settings.ig_authorize_url,
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
    )

    @cache
    def connector() -> Connector:
        cipher = TokenCipher(aws.kms(), settings.token_key)
        return Connector(store, cipher, MessageQueue(aws.sqs(), settings.media_fetch_queue), report, clock)

    connect_keys = ConnectKeys(
        ConnectKeyStore(client, settings.apps_table), lambda: ConnectKeyCipher(aws.kms(), settings.token_key), clock
    )
    return Logins(
        store=store,
        connector=connector,
        admission=Admission(RateLimit(settings.rate_limits_table, client, clock), PauseStore(installs), clock),
        graphs=graph.build(settings.graph, defaults=hosts, apps=apps, session=session),
        keys=keys or JsonSecret(aws.secretsmanager(), settings.login_key_secret, login_keys, NO_KEYS).value,
        links=ConnectLinks(connect_keys, clock),
        urls=LoginUrls(settings.public_url, listed(settings.return_hosts)),
        clock=clock,
    )
