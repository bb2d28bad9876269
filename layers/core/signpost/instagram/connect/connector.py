"""Connects the accounts that a login reaches: stores them, has their posts fetched, and has webhooks sent for them."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final, NamedTuple

from signpost.instagram.cipher import TokenCipher
from signpost.instagram.connect.connections import AppReference, BeingErased, Login, LoginAccount, new_install
from signpost.instagram.connect.store import ConnectStore
from signpost.instagram.graph import accounts as graph_accounts
from signpost.instagram.graph.client import Graph
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.ids import ulid
from signpost.platform.queue import MessageQueue

_FIRST_FETCH: Final = 20  # posts
Report = Callable[[str, str, Exception], None]  # what did not work, for which install, and why


class Connected(NamedTuple):
    """The app token, for a mobile client, is the first install's; it is nowhere else."""

    installs: tuple[Install, ...]
    app_token: SecretText | None = None


class Connect:
    """`report` hears of what fails without failing the connection."""

    def __init__(
        self, store: ConnectStore, cipher: TokenCipher, jobs: MessageQueue, report: Report, clock: Clock = system_clock
    ) -> None:
        self._store, self._cipher, self._jobs, self._report, self._clock = store, cipher, jobs, report, clock

    def connect(
        self,
        graph: Graph,
        login: Login,
        purpose: AppReference | None,
        *,
        mobile: bool = False,
        has_time: Callable[[], bool] = lambda: True,
    ) -> Connected:
        """Connect all accounts of the login, for the app when there is one. Doing it again renews them.

        An account that is being erased is passed over, if there are others. `has_time`: whether there is still time
        for what can be left undone.

        Raises:
            BeingErased: there are no others.
            TokenSize, KeyUnusable: the token cannot be encrypted.
            Unavailable: some are connected, others not.
        """
        app_token = SecretText(secrets.token_urlsafe(32)) if mobile else None
        connected: list[tuple[Install, LoginAccount]] = []
        erased: BeingErased | None = None
        for reached in login.accounts:
            install = self._install(login, reached)
            first = app_token if not connected else None
            try:
                self._store.save(install, purpose, hashed(first) if first else None)
            except BeingErased as error:
                erased = error
                continue
            connected.append((install, reached))
        if erased and not connected:
            raise erased
        installs = tuple(install for install, _ in connected)
        self._fetch(installs)
        for install, reached in connected:
            if has_time():
                self._subscribe(graph, login, install, reached)
        return Connected(installs, app_token)

    def _install(self, login: Login, reached: LoginAccount) -> Install:
        now = self._clock()
        install = new_install(login, reached, ulid(now), now)
        return install._replace(token=self._cipher.encrypt(install.id, login.token))

    def _fetch(self, installs: tuple[Install, ...]) -> None:
        """Have the newest posts fetched now. Without the messages the sync sweep finds the installs, which are due."""
        try:
            self._jobs.send(
                [
                    {
                        "install": install.id,
                        "count": _FIRST_FETCH,
                        "why": "connect",
                        "asked_at": install.connected_at,
                    }
                    for install in installs
                ]
            )
        except Unavailable as error:
            self._report("first fetch left to the sync sweep", installs[0].id, error)

    def _subscribe(self, graph: Graph, login: Login, install: Install, reached: LoginAccount) -> None:
        """Without webhooks, the sync sweep still finds new posts."""
        node, token = reached.account.id, login.token
        if login.provider is Provider.FACEBOOK:
            if not (reached.page_id and reached.page_token):
                return
            node, token = reached.page_id, reached.page_token
        try:
            graph_accounts.subscribe(graph, token, node)
        except SignpostError as error:
            self._report("no webhooks", install.id, error)


def hashed(app_token: str) -> str:
    """As which an app token is stored, in hexadecimal."""
    return hashlib.sha256(app_token.encode()).hexdigest()
