"""Signpost on this machine, with its neighbours: the stand-in for Meta and the demo's pages."""

import contextlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeVar
from urllib.parse import urlsplit

from local.demo.site import Pages
from local.meta import Meta, demo_world
from local.meta.state import facebook_app, instagram_app
from local.meta.tokens import PROVIDERS
from local.ports import HOST, PortTakenError
from local.runner.clock import Clock
from local.runner.intrinsics import ACCOUNT_ID, REGION
from local.runner.stack import LocalStack

TEMPLATE: Final = Path(__file__).resolve().parents[2] / "template.yaml"
DEMO_USER: Final = "demo"  # whose old apps move to connected accounts
# moto takes ten times as long as DynamoDB, more under load. Without this, clicks would be spilled for no reason.
SLOW_DATA: Final = {"ClickBudgetMs": "2000"}
_MEDIA_FETCH_DELAY_S: Final = "5"  # in place of two minutes, because somebody is watching
_RETRY_WEBHOOKS_S: Final = 1.0
# Where Meta's dialogs may send people back to, as it is registered at Meta.
_CALLBACKS: Final = (
    *("/authcallback", "/handle-instagram-authorization"),
    *("/instagram/oauth", "/users/oauth", "/users/oauth/"),
)

# SNS's applications for pushes, which are made once the data is there; moto's ARNs say nothing else.
PLATFORM_APPLICATIONS: Final = {
    "ApnsApplicationArn": f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:app/APNS/signpost",
    "FcmApplicationArn": f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:app/GCM/signpost",
}

T = TypeVar("T", Meta, Pages)


class SignpostStack:
    """`stack` is the application, `meta` the stand-in that it calls, `pages` a site about both. They share one clock.

    `parameters` and `secrets` override those that are set here. Port 0 is any free port. Where `meta_port` or
    `pages_port` is taken, another one is used and logged. Containers reach the data and Meta at `data_host`. `keep` is
    a folder that this run's data is written to at the end, and that an earlier run's data is read from. `has_past`: two
    of Meta's accounts have posts of two years instead of 25.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        data_port: int = 0,
        meta_port: int = 0,
        pages_port: int = 0,
        data_host: str = HOST,
        parameters: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        keep: Path | None = None,
        log: Callable[[str], None] = print,
        has_past: bool = False,
    ) -> None:
        self._meta_port, self._pages_port, self._meta_host = meta_port, pages_port, data_host
        self._parameters = dict(parameters or {})
        self._keep = keep
        self._log = log
        self.has_past = has_past
        self._exit = contextlib.ExitStack()
        self._clock = self._exit.enter_context(contextlib.closing(Clock()))
        self.stack = LocalStack(
            TEMPLATE,
            port=port,
            data_port=data_port,
            data_host=data_host,
            parameters=self._start_neighbours,
            secrets={"MetaApps": json.dumps(_meta_apps()), **(secrets or {})},
            keep=keep and keep / "data",
            clock=self._clock,
            log=log,
        )

    def __enter__(self) -> Self:
        try:
            self._exit.enter_context(self.stack)
            for arn in PLATFORM_APPLICATIONS.values():
                _, platform, name = arn.rpartition(":")[2].split("/")
                self.stack.client("sns").create_platform_application(Name=name, Platform=platform, Attributes={})
            self.pages.start(meta=self.meta.url, stack=self.stack)
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self._keep:
            self._keep.mkdir(parents=True, exist_ok=True)
            (self._keep / "meta").write_bytes(self.meta.saved())
        self._exit.close()

    def verify_webhooks(self) -> None:
        """Meta's handshake with the application, for both products. Raises WebhookError."""
        for provider in PROVIDERS:
            self.meta.verify_webhook(provider)

    def set_clock_offset(self, seconds: float) -> None:
        """Move the time that functions and Meta see: 3600 is an hour ahead, 0 is real time."""
        self._clock.offset = seconds

    def _start_neighbours(self, url: str) -> dict[str, str]:
        """Start Meta and the pages, once the application has its port; returns the template's parameters."""
        self.meta = self._exit.enter_context(
            self._or_elsewhere(partial(self._meta, url), self._meta_port, "the stand-in for Meta")
        )
        if self._keep and (saved := self._keep / "meta").exists():
            self.meta.load(saved.read_bytes())
        self.pages = self._exit.enter_context(self._or_elsewhere(Pages, self._pages_port, "the outbox"))
        for app in (self.meta.facebook, self.meta.instagram):
            app.redirect_uris = tuple(url + path for path in _CALLBACKS)
            app.webhook_url = f"{url}/postcallback"
            app.deauthorize_url = f"{url}/instagram/deauthorize"
            app.data_deletion_url = f"{url}/instagram/data-deletion"
        ports = [urlsplit(each).port for each in (url, self.pages.url)]
        return {
            **SLOW_DATA,
            "PublicUrl": url,
            "CreateMailIdentity": "yes",
            **{_parameter(variable): value for variable, value in self.meta.settings().items()},
            "PictureHosts": urlsplit(self.meta.url).netloc,
            "ReturnHosts": ",".join(f"{host}:{port}" for port in ports for host in (HOST, "localhost")),
            "MediaFetchDelaySeconds": _MEDIA_FETCH_DELAY_S,
            "MigrateApps": DEMO_USER,
            **PLATFORM_APPLICATIONS,
            **self._parameters,
        }

    def _meta(self, url: str, port: int) -> Meta:
        grown = partial(demo_world.grown, shop=urlsplit(url).netloc)
        return Meta(
            port=port,
            host=self._meta_host,
            now=self._clock.now,
            retry_every=_RETRY_WEBHOOKS_S,
            log=self._log,
            world=grown if self.has_past else demo_world.create,
        )

    def _or_elsewhere(self, make: Callable[[int], T], port: int, what: str) -> T:
        try:
            return make(port)
        except PortTakenError:
            made = make(0)
            self._log(f"Port {port} is in use; {what} is on {made.url} instead.")
            return made


def _meta_apps() -> dict[str, str]:
    facebook, instagram = facebook_app(), instagram_app()
    return {
        "facebook_app_id": facebook.id,
        "facebook_app_secret": facebook.secret,
        "instagram_app_id": instagram.id,
        "instagram_app_secret": instagram.secret,
        "verify_token": facebook.verify_token,
    }


def _parameter(variable: str) -> str:
    """The template's parameter for a setting: GraphFbBase for GRAPH_FB_BASE."""
    return "".join(word.title() for word in variable.split("_"))
