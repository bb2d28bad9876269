"""Builds the token sweep from its settings."""

from collections.abc import Callable
from typing import NamedTuple

import requests

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.apps.connect_key_store import ConnectKeyStore
from signpost.instagram.apps.connect_keys import ConnectKeys
from signpost.instagram.apps.connect_links import ConnectLinks
from signpost.instagram.apps.owner_store import OwnerStore
from signpost.instagram.cipher import ConnectKeyCipher, TokenCipher
from signpost.instagram.graph import wiring as graph
from signpost.instagram.health_store import HealthStore
from signpost.instagram.install_store import InstallStore
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.tokens.care import MetricReport, Sender, TokenCare
from signpost.instagram.tokens.refresh import TokenRefresher
from signpost.instagram.tokens.store import TokenStore
from signpost.instagram.tokens.sweep import TokenSweep
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.mailer import Mailer
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    installs_table: str
    apps_table: str
    token_queue: str
    token_key: str
    mail_from: str
    public_url: str
    graph: graph.Settings


class Tokens(NamedTuple):
    sweep: TokenSweep
    care: TokenCare
    queue: MessageQueue


def build(
    settings: Settings,
    *,
    report: MetricReport,
    clock: Clock = system_clock,
    apps: Callable[[], MetaApps] | None = None,
    session: requests.Session | None = None,
    mailer: Sender | None = None,
) -> Tokens:
    client = aws.dynamodb()
    installs = InstallStore(client, settings.installs_table)
    store, health, queue = TokenStore(installs), HealthStore(installs), MessageQueue(aws.sqs(), settings.token_queue)
    graphs, pauses = graph.build(settings.graph, apps=apps, session=session), PauseStore(installs)
    connect_keys = ConnectKeys(
        ConnectKeyStore(client, settings.apps_table), lambda: ConnectKeyCipher(aws.kms(), settings.token_key), clock
    )
    care = TokenCare(
        store=store,
        owners=OwnerStore(client, settings.apps_table),
        links=ConnectLinks(connect_keys, clock),
        cipher=TokenCipher(aws.kms(), settings.token_key),
        refresher=TokenRefresher(graphs, pauses),
        pauses=pauses,
        health=health,
        mailer=mailer or Mailer(aws.sesv2(), settings.mail_from),
        public_url=settings.public_url,
        report=report,
        clock=clock,
    )
    return Tokens(TokenSweep(store, health, queue, clock), care, queue)
