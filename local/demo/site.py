"""The demo's pages: `/` lists all addresses, `/outbox` shows the e-mails sent, `/widget` is a website with a feed."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from local import jinja
from local.web_server import WebServer

DEMO_APP: Final = "demo"
DEMO_ACCOUNT: Final = "nora.bakes.demo"
_PROVIDERS: Final = ("facebook", "instagram")
_TEMPLATES: Final = jinja.environment(Path(__file__).parent / "pages")

Mails = Callable[[], list[dict[str, Any]]]


class Addresses(NamedTuple):
    """What there is to open, or to copy."""

    connect_facebook: str
    connect_instagram: str
    feed: str
    widget: str
    outbox: str
    meta: str


class Pages:
    """Takes its port immediately (0 is any free one) and answers from `start` on. Raises PortTakenError."""

    def __init__(self, port: int) -> None:
        self._server = WebServer(port, variable="OUTBOX_PORT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self, *, application: str, meta: str, mails: Mails) -> None:
        """`application` and `meta` are addresses, without a slash at the end.

        `mails` returns what was sent, newest first, as `LocalStack.sent_mail` does.
        """
        self.addresses = _addresses(self.url, application, meta)
        self._server.start(_Site(application, self.addresses, mails))


class _Site:
    """The WSGI application."""

    def __init__(self, application: str, addresses: Addresses, mails: Mails) -> None:
        self._application, self._addresses, self._mails = application, addresses, mails

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return Response("Method Not Allowed", 405, content_type="text/plain")
        match request.path:
            case "/":
                return self._page("index.html")
            case "/outbox":
                return self._page("outbox.html", mails=self._mails(), moment=_moment)
            case "/widget":
                return self._page("widget.html", **_widget(request), application=self._application)
            case _:
                return Response("Not Found", 404, content_type="text/plain")

    def _page(self, template: str, **values: Any) -> Response:
        html = _TEMPLATES.get_template(template).render(at=self._addresses, **values)
        return Response(html, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


def _widget(request: Request) -> dict[str, Any]:
    """What the widget shows: the demo's account, unless the query says otherwise."""
    return {
        "app": request.args.get("app", DEMO_APP),
        "feed": request.args.get("feed", f"@{DEMO_ACCOUNT}"),
        "connected": "after_instagram_auth" in request.args,
        "refused": request.args.get("instagram_auth_error", ""),
    }


def _addresses(pages: str, application: str, meta: str) -> Addresses:
    connect = {
        provider: f"{application}/showlogin?"
        + urlencode({"provider": provider, "app_id": DEMO_APP, "return_to": f"{pages}/widget"}, safe=":/")
        for provider in _PROVIDERS
    }
    query = urlencode({"app_id": DEMO_APP, "username_or_hashtag": f"@{DEMO_ACCOUNT}"}, safe="@")
    return Addresses(
        connect_facebook=connect["facebook"],
        connect_instagram=connect["instagram"],
        feed=f"{application}/instagram?{query}",
        widget=f"{pages}/widget",
        outbox=f"{pages}/outbox",
        meta=f"{meta}/",
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
