"""Installs whose tokens come from the stand-in for Meta, swept on one day after another."""

import uuid
from itertools import product
from typing import Any

import requests

from local.meta import Meta
from signpost.instagram.apps.app import LinkState, link_item
from signpost.instagram.apps.connect_key_store import ConnectKeyStore
from signpost.instagram.apps.connect_keys import ConnectKeys
from signpost.instagram.apps.connect_links import ConnectLinks
from signpost.instagram.cipher import ConnectKeyCipher, TokenCipher
from signpost.instagram.connection_states import DAY
from signpost.instagram.health_store import HealthStore
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, install_id, item
from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.instagram.tokens import wiring
from signpost.instagram.tokens.care import MetricReport, Sender, TokenCare
from signpost.instagram.tokens.steps import day_of
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from tests.aws import Aws
from tests.installs import connected
from tests.integration.instagram import graphs
from tests.timing import Time

NOW = 1_795_240_800.0  # 2026-11-21T06:00:00Z, when the sweep runs


class World:
    def __init__(self, data: Aws, meta: Meta, clock: Time, settings: wiring.Settings) -> None:
        self.data, self.meta, self.clock, self.settings = data, meta, clock, settings
        self.installs = InstallStore(aws.dynamodb(), settings.installs_table)
        self.apps = Table(aws.dynamodb(), settings.apps_table)
        self.cipher = TokenCipher(aws.kms(), settings.token_key)
        self.session = requests.Session()
        self.reports: list[tuple[str, dict[str, str]]] = []

    def build(self, report: MetricReport, mailer: Sender | None = None) -> wiring.Tokens:
        apps = graphs.apps(self.meta)
        return wiring.build(
            self.settings, report=report, clock=self.clock, apps=lambda: apps, session=self.session, mailer=mailer
        )

    # ---------------------------------------------------------------------------------------------------- Given
    def connected(self, provider: Provider = Provider.INSTAGRAM, **changes: Any) -> Install:
        """An install that was connected just now, with an account at Meta and an app whose owner gets its e-mails."""
        name = f"shop.{uuid.uuid4().hex[:12]}"
        account = self.meta.add_account(name, login=name)
        token = self.meta.connect(provider.value, name, DEFAULT_SCOPES[provider])
        usual = {
            "connection": uuid.uuid4().hex,
            "token": self.cipher.encrypt(install_id(provider, account.id), token.value),
            "expires_at": token.expires_at,
            "data_access_expires_at": token.data_access_expires_at if provider is Provider.FACEBOOK else None,
            "scopes": DEFAULT_SCOPES[provider],
            "owner_email": f"{name}@owner.example",
            "check_day": day_of(self.clock()),
        }
        fields = {**usual, **changes}
        owner_email = fields.pop("owner_email")
        install = self.store(connected(provider, account.id, name, self.clock(), **fields))
        if owner_email:
            self.link(install, f"0-{name}", owner_email)
        return install

    def store(self, install: Install) -> Install:
        due = {"sync": "due", "sync_at": self.clock()} if install.is_connected else {}
        self.installs.table.put({**item(install), **due})
        return install

    def link(
        self, install: Install, app_id: str, owner_email: str | None, state: LinkState = LinkState.ACCEPTED
    ) -> None:
        """Make an app that the account was connected for."""
        owner = {"owner_email": owner_email} if owner_email else {}
        link = link_item(app_id, install.id, install.instagram_account, self.clock(), state)
        self.apps.batch_write(put=[{"app_id": app_id, "part": "app", **owner}, link])

    def connect_links(self) -> ConnectLinks:
        store = ConnectKeyStore(aws.dynamodb(), self.settings.apps_table)
        keys = ConnectKeys(store, lambda: ConnectKeyCipher(aws.kms(), self.settings.token_key), self.clock)
        return ConnectLinks(keys, self.clock)

    def end_pauses(self) -> None:
        """Forget what other tests found out about Meta's products."""
        hours = (f"changes#{{}}#{day_of(NOW + day * DAY)}T06" for day in (0, 41))
        for key, provider in product(["pause#{}", "health#{}", *hours], Provider):
            self.installs.table.delete({"key": key.format(provider.value)})

    def works_for_others(self, provider: Provider) -> None:
        """Note that another account could be read just now."""
        HealthStore(self.installs).worked(provider, self.clock())

    # ----------------------------------------------------------------------------------------------------- When
    def care(self, mailer: Sender | None = None) -> TokenCare:
        """A new worker, with empty caches."""
        return self.build(lambda metric, facts: self.reports.append((metric, facts)), mailer).care

    def pass_days(self, days: float) -> None:
        self.clock.value += days * DAY

    def sweep_daily(self, install: Install, days: int) -> None:
        """Sweep on each of the next days on which the install is due."""
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
        """Whether Meta still accepts it."""
        found = self.meta.state.tokens.tokens[token]
        return found.subcode(self.clock()) is None

    def mails(self, install: Install) -> list[dict[str, Any]]:
        """The e-mails about this account, oldest first."""
        mine = [mail for mail in self.data.sent_mail() if f"@{install.instagram_account}" in mail["subject"]]
        return mine[::-1]

    def subjects(self, install: Install) -> list[str]:
        return [mail["subject"].replace(f"@{install.instagram_account}", "@") for mail in self.mails(install)]

    def metrics(self) -> list[str]:
        return [metric for metric, _ in self.reports]
