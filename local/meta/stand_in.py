"""The stand-in as a Python object: `with Meta() as meta: …`."""

import pickle
import threading
import time
from collections.abc import Callable
from typing import Final, Self

from local.meta import demo_world
from local.meta.server import Hosts
from local.meta.state import DEFAULT_VERSION, Call, MetaApp, MetaState, Switches, facebook_app, instagram_app
from local.meta.webhooks.controls import WebhookControls
from local.meta.webhooks.sender import Sender
from local.meta.world import World
from local.ports import HOST
from local.web_server import WebServer

_KEPT: Final = ("world", "tokens", "switches", "hashtag_names", "hashtags_missing", "hashtag_queries")


class Meta(WebhookControls):
    """Answers on 127.0.0.1 as Meta's hosts do. Port 0 is any free port.

    `now` returns the time in seconds since 1970, which may be the local stack's moved clock. Every `retry_every` real
    seconds, failed webhooks that are due are retried; without it, only `retry_deliveries` does that. `facebook` and
    `instagram` are the settings of the two apps (addresses, secrets), which may be changed while it runs. `world` makes
    the people and posts of that moment.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = HOST,
        now: Callable[[], float] = time.time,
        retry_every: float | None = None,
        log: Callable[[str], None] = print,
        world: Callable[[float], World] = demo_world.create,
    ) -> None:
        state = MetaState(world(now()), facebook_app(), instagram_app(), now)
        super().__init__(state, Sender(state))
        self._server = WebServer(port, host=host, variable="META_PORT")
        state.url = self._server.url
        self._retry_every, self._log = retry_every, log
        self._stop = threading.Event()
        self._retries = threading.Thread(target=self._retry, name="meta-retries", daemon=True)

    def __enter__(self) -> Self:
        self._server.start(Hosts(self))
        if self._retry_every is not None:
            self._retries.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        if self._retries.is_alive():
            self._retries.join()
        self._server.stop()

    def saved(self) -> bytes:
        """What a later run must know so that this run's tokens still work."""
        with self.state.lock:
            return pickle.dumps({name: getattr(self.state, name) for name in _KEPT})

    def load(self, saved: bytes) -> None:
        """Continue with what `saved` once returned."""
        for name, value in pickle.loads(saved).items():  # noqa: S301  (written by `saved` on this machine)
            setattr(self.state, name, value)

    @property
    def url(self) -> str:
        """The control page, without a slash at the end."""
        return self.state.url

    @property
    def facebook(self) -> MetaApp:
        return self.state.facebook

    @property
    def instagram(self) -> MetaApp:
        return self.state.instagram

    @property
    def switches(self) -> Switches:
        return self.state.switches

    @property
    def calls(self) -> list[Call]:
        """The calls made so far to the Graph API and to api.instagram.com, oldest first."""
        with self.state.lock:
            return list(self.state.calls)

    def settings(self) -> dict[str, str]:
        """Settings with which an application uses the stand-in in place of Meta."""
        return {
            "GRAPH_FB_BASE": f"{self.url}/graph.facebook.com",
            "GRAPH_IG_BASE": f"{self.url}/graph.instagram.com",
            "IG_OAUTH_BASE": f"{self.url}/api.instagram.com",
            "IG_AUTHORIZE_URL": f"{self.url}/www.instagram.com/oauth/authorize",
            "FB_DIALOG_BASE": f"{self.url}/www.facebook.com",
            "GRAPH_VERSION": DEFAULT_VERSION,
        }

    def _retry(self) -> None:
        while not self._stop.wait(self._retry_every):
            if tried := self.retry_deliveries(due_only=True):
                self._log(f"Meta: retried {tried} failed webhooks")
