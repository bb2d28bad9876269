"""Installs with tokens of the stand-in for Meta, swept as on many days."""

import uuid
from typing import Any

import requests

from local.meta import Meta
from signpost.instagram.apps.owner_store import OwnerStore
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.connection_states import DAY, ConnectionState
from signpost.instagram.graph.client import Graph
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, install_id, item
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.products import GraphSettings, MetaApp, Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.instagram.secret_text import SecretText
from signpost.instagram.tokens.care import Sender, TokenCare, Tools
from signpost.instagram.tokens.mailer import Mailer
from signpost.instagram.tokens.refresh import TokenRefresher
from signpost.instagram.tokens.steps import day_of
from signpost.instagram.tokens.store import TokenStore
from signpost.platform import aws
from tests.aws import Aws

NOW = 1_795_240_800.0  # 2026-11-21T06:00:00Z, when the sweep runs
MEMBER_URL = "https://links.example"


class Time:
    value = NOW

    def __call__(self) -> float:
        return self.value


class World:
    def __init__(self, data: Aws, meta: Meta, clock: Time, key: str, sender: str) -> None:
        self.data, self.meta, self.clock, self.sender = data, meta, clock, sender
        self.installs = InstallStore(aws.dynamodb_json(), "InstagramInstalls")
        self.cipher = TokenCipher(aws.kms(), key)
        self.session = requests.Session()
        self.reports: list[tuple[str, dict[str, str]]] = []

    # ---------------------------------------------------------------------------------------------------- Given
    def graph(self, provider: Provider) -> Graph:
        addresses, meta = self.meta.settings(), self.meta
        apps = (
            MetaApp(meta.facebook.id, SecretText(meta.facebook.secret)),
            MetaApp(meta.instagram.id, SecretText(meta.instagram.secret)),
        )
        settings = GraphSettings(*apps, addresses["GRAPH_VERSION"])._replace(
            facebook_graph=addresses["GRAPH_FB_BASE"], instagram_graph=addresses["GRAPH_IG_BASE"]
        )
        return Graph(provider, settings, self.session)

    def connected(self, provider: Provider = Provider.INSTAGRAM, **changes: Any) -> Install:
        """An install whose account is at Meta and was connected just now, of an owner of its own."""
        name = f"shop.{uuid.uuid4().hex[:12]}"
        account = self.meta.add_account(name, login=name)
        token = self.meta.connect(provider.value, name, DEFAULT_SCOPES[provider])
        now = self.clock()
        new = Install(
            install_id(provider, account.id),
            provider,
            name,
            account.id,
            connection=uuid.uuid4().hex,
            connected_at=now,
            state=ConnectionState.ACTIVE,
            token=self.cipher.encrypt(install_id(provider, account.id), token.value),
            issued_at=now,
            expires_at=token.expires_at,
            data_access_expires_at=token.data_access_expires_at if provider is Provider.FACEBOOK else None,
            scopes=DEFAULT_SCOPES[provider],
            owner_email=f"{name}@owner.example",
            check_day=day_of(now),
        )._replace(**changes)
        return self.store(new)

    def store(self, install: Install) -> Install:
        due = {"sync": "due", "sync_at": self.clock()} if install.is_connected else {}
        self.installs.table.put({**item(install), **due})
        return install

    def link(self, install: Install, app_id: str, owner_email: str | None) -> None:
        """An app that the account was connected for."""
        put = aws.dynamodb().put_item
        owner = {"owner_email": owner_email} if owner_email else {}
        put(TableName="InstagramApps", Item={"app_id": app_id, "part": "app", **owner})
        put(
            TableName="InstagramApps",
            Item={"app_id": app_id, "part": f"install#{install.id}", "install": install.id},
        )

    def end_pauses(self) -> None:
        for provider in Provider:
            self.installs.table.delete({"key": f"pause#{provider.value}"})

    # ----------------------------------------------------------------------------------------------------- When
    def care(self, mailer: Sender | None = None) -> TokenCare:
        """A worker, which remembers nothing of others."""
        tools = Tools(
            TokenStore(self.installs),
            OwnerStore(aws.dynamodb_json(), "InstagramApps"),
            self.cipher,
            TokenRefresher(self.graph, PauseStore(self.installs)),
            mailer or Mailer(aws.sesv2(), self.sender),
            MEMBER_URL,
        )
        return TokenCare(tools, lambda metric, facts: self.reports.append((metric, facts)), self.clock)

    def pass_days(self, days: float) -> None:
        self.clock.value += days * DAY

    def sweep_daily(self, install: Install, days: int) -> None:
        """A sweep on each of the next days, if its index leads there."""
        care = self.care()
        for _ in range(days):
            self.pass_days(1)
            day = self.stored(install).check_day
            if day is not None and day <= day_of(self.clock()):
                care.care(install.id)

    # ----------------------------------------------------------------------------------------------------- Then
    def stored(self, install: Install) -> Install:
        found = self.installs.get(install.id)
        assert found is not None
        return found

    def attributes(self, install: Install) -> dict[str, Any]:
        [found] = self.installs.items([install.id])
        return found

    def token(self, install: Install) -> str:
        return str(self.cipher.decrypt(install.id, self.stored(install).token))

    def is_accepted(self, token: str) -> bool:
        """Whether Meta takes it."""
        found = self.meta.state.tokens.tokens[token]
        return found.subcode(self.clock()) is None

    def mails(self, install: Install) -> list[dict[str, Any]]:
        """Those about this account, oldest first."""
        mine = [mail for mail in self.data.sent_mail() if f"@{install.instagram_account}" in mail["subject"]]
        return mine[::-1]

    def subjects(self, install: Install) -> list[str]:
        return [mail["subject"].replace(f"@{install.instagram_account}", "@") for mail in self.mails(install)]

    def metrics(self, *names: str) -> list[str]:
        return [metric for metric, _ in self.reports if metric in names or not names]
