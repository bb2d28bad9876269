"""The site: `/` lists all addresses, `/outbox` shows e-mails that were sent, `/widget` is a website with a feed."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from local import jinja
from local.web_server import WebServer

DEMO_APP: Final = "demo"
DEMO_ACCOUNT: Final = "nora.bakes.demo"
_PRODUCTS: Final = {"facebook": "Facebook", "instagram": "Instagram"}
_TEMPLATES: Final = jinja.environment(Path(__file__).parent / "pages")

Mails = Callable[[], list[dict[str, Any]]]


class Places(NamedTuple):
    """Where the rest of the stack is, each without a slash at the end."""

    application: str
    meta: str


class Addresses(NamedTuple):
    """What somebody may want to open, or paste."""

    connect_facebook: str
    connect_instagram: str
    feed: str
    widget: str
    outbox: str
    meta: str


class Pages:
    """Takes its port at once (0 is any free one) and answers from `start` on. Raises PortTakenError."""

    def __init__(self, port: int) -> None:
        self._server = WebServer(port, variable="OUTBOX_PORT")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self, places: Places, mails: Mails) -> None:
        """`mails` are those that were sent, newest first, as `LocalStack.sent_mail` gives them."""
        self.addresses = _addresses(self.url, places)
        self._server.start(_Site(places, self.addresses, mails))


class _Site:
    """The WSGI application."""

    def __init__(self, places: Places, addresses: Addresses, mails: Mails) -> None:
        self._places, self._addresses, self._mails = places, addresses, mails

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
                return self._page("widget.html", **_widget(request), application=self._places.application)
            case _:
                return Response("Not Found", 404, content_type="text/plain")

    def _page(self, template: str, **values: Any) -> Response:
        html = _TEMPLATES.get_template(template).render(at=self._addresses, **values)
        return Response(html, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


def _widget(request: Request) -> dict[str, Any]:
    """What the widget shows: the demo app's account unless the address says otherwise."""
    return {
        "app": request.args.get("app", DEMO_APP),
        "feed": request.args.get("feed", f"@{DEMO_ACCOUNT}"),
        "connected": "after_instagram_auth" in request.args,
    }


def _addresses(pages: str, places: Places) -> Addresses:
    connect = {
        provider: f"{places.application}/showlogin?"
        + urlencode({"provider": provider, "app_id": DEMO_APP, "return_to": f"{pages}/widget"}, safe=":/")
        for provider in _PRODUCTS
    }
    query = urlencode({"app_id": DEMO_APP, "username_or_hashtag": f"@{DEMO_ACCOUNT}"}, safe="@")
    return Addresses(
        connect["facebook"],
        connect["instagram"],
        f"{places.application}/instagram?{query}",
        f"{pages}/widget",
        f"{pages}/outbox",
        f"{places.meta}/",
    )


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
