"""Connects the accounts that a login reaches: stores them, requests their newest posts, and subscribes to webhooks."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram import app_tokens
from signpost.instagram.apps.app import LinkState
from signpost.instagram.connect.connections import AppReference, BeingErased, Login, LoginAccount, new_install
from signpost.instagram.graph import accounts as graph_accounts
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.ids import ulid

if TYPE_CHECKING:
    from signpost.instagram.cipher import TokenCipher
    from signpost.instagram.connect.store import ConnectStore
    from signpost.instagram.graph.client import Graph
    from signpost.platform.queue import MessageQueue

_FIRST_FETCH: Final = 20  # posts
_SPARE_SECONDS: Final = 9.0  # that must be left before an optional call
Report = Callable[[str, str, Exception], None]  # what failed, for which install, and why
SecondsLeft = Callable[[], float]


class Connected(NamedTuple):
    """`app_token`, for a mobile client, belongs to the first install; only its hash is stored.

    `links`: by install, the states of their links to the app that the login is for.
    """

    installs: tuple[Install, ...]
    app_token: SecretText | None = None
    links: Mapping[str, LinkState] = MappingProxyType({})

    @property
    def is_pending(self) -> bool:
        """Whether the app's owner has yet to accept an account."""
        return any(state is not LinkState.ACCEPTED for state in self.links.values())


class Connector:
    """`report` is called for failures that do not fail the connection."""

    def __init__(
        self,
        store: "ConnectStore",
        cipher: "TokenCipher",
        jobs: "MessageQueue",
        report: Report,
        clock: Clock = system_clock,
    ) -> None:
        self._store, self._cipher, self._jobs, self._report, self._clock = store, cipher, jobs, report, clock

    def connect(
        self,
        graph: "Graph",
        login: Login,
        app: AppReference | None,
        *,
        mobile: bool = False,
        seconds_left: SecondsLeft,
    ) -> Connected:
        """Connect all accounts of the login, for the app if there is one. Doing it again renews them.

        Unless the login is its owner's, they only ask to be shown in the app.

        Accounts that are being erased are skipped. When time runs out, webhooks are not requested.

        Raises:
            BeingErased: all accounts are being erased.
            TokenSize, KeyUnusable: the token cannot be encrypted.
            Unavailable: some are connected, others not.
        """
        app_token: SecretText | None = None
        connected: list[tuple[Install, LoginAccount]] = []
        links: dict[str, LinkState] = {}
        erased: BeingErased | None = None
        for account in login.accounts:
            install = self._install(login, account)
            token = app_tokens.new(account.account.id) if mobile and not connected else None
            try:
                link = self._store.save(install, app, app_tokens.hashed(token) if token else None)
            except BeingErased as error:
                erased = error
            else:
                connected.append((install, account))
                app_token = app_token or token
                if link is not None:
                    links[install.id] = link
        if erased and not connected:
            raise erased
        installs = tuple(install for install, _ in connected)
        self._fetch(installs)
        for install, account in connected:
            if seconds_left() > _SPARE_SECONDS:
                self._subscribe(graph, login, install, account)
        return Connected(installs, app_token, links)

    def _install(self, login: Login, account: LoginAccount) -> Install:
        now = self._clock()
        install = new_install(login, account, ulid(now), now)
        return install._replace(token=self._cipher.encrypt(install.id, login.token))

    def _fetch(self, installs: Sequence[Install]) -> None:
        """Request the newest posts now. If that fails, the sync sweep finds the installs, which are due."""
        messages = [
            {"install": install.id, "count": _FIRST_FETCH, "why": "connect", "asked_at": install.connected_at}
            for install in installs
        ]
        try:
            self._jobs.send(messages)
        except Unavailable as error:
            self._report("first fetch left to the sync sweep", installs[0].id, error)

    def _subscribe(self, graph: "Graph", login: Login, install: Install, account: LoginAccount) -> None:
        """Subscribe to webhooks. Without them, the sync sweep still finds new posts."""
        node, token = account.account.id, login.token
        if login.provider is Provider.FACEBOOK:
            if not (account.page_id and account.page_token):
                return
            node, token = account.page_id, account.page_token
        try:
            graph_accounts.subscribe(graph, token, node)
        except SignpostError as error:
            self._report("no webhooks", install.id, error)
