"""The demo's pages: `/` lists all addresses, `/outbox` shows the e-mails sent, `/widget` is a website with a feed.

`/connect/<provider>` leads to a login, with the proof that the app's owner wants the account there: whoever hosts
widgets holds their connect keys, and makes such links for their owners.
"""

import hashlib
import hmac
import time
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
    """Takes its port immediately (0 is any free one) and answers from `start` on. Raises PortTakenError.

    `connect_key` is the demo app's, once it has one.
    """

    def __init__(self, port: int) -> None:
        self.connect_key = ""
        self._server = WebServer(port, variable="OUTBOX_PORT")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self, *, application: str, meta: str, mails: Mails, now: Callable[[], float] = time.time) -> None:
        """`application` and `meta` are addresses, without a slash at the end.

        `mails` returns what was sent, newest first, as `LocalStack.sent_mail` does.
        """
        self.addresses = _addresses(self.url, application, meta)
        self._application, self._now = application, now
        self._server.start(_Site(application, self.addresses, mails, self.connect_link))

    def connect_link(self, provider: str) -> str:
        """Where the app's owner connects an account; without a key yet, where anybody asks for one to be shown."""
        query = {"provider": provider, "app_id": DEMO_APP, "return_to": f"{self.url}/widget"}
        if self.connect_key:
            query["connect"] = _proof(self.connect_key, DEMO_APP, f"{self._now():.0f}")
        return f"{self._application}/showlogin?{urlencode(query, safe=':/')}"


class _Site:
    """The WSGI application."""

    def __init__(
        self, application: str, addresses: Addresses, mails: Mails, connect_link: Callable[[str], str]
    ) -> None:
        self._application, self._addresses, self._mails = application, addresses, mails
        self._connect_link = connect_link

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
            case "/connect/facebook" | "/connect/instagram":
                link = self._connect_link(request.path.rpartition("/")[2])
                return Response("", 302, headers={"Location": link, "Cache-Control": "no-store"})
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
    }


def _addresses(pages: str, application: str, meta: str) -> Addresses:
    query = urlencode({"app_id": DEMO_APP, "username_or_hashtag": f"@{DEMO_ACCOUNT}"}, safe="@")
    return Addresses(
        connect_facebook=f"{pages}/connect/facebook",
        connect_instagram=f"{pages}/connect/instagram",
        feed=f"{application}/instagram?{query}",
        widget=f"{pages}/widget",
        outbox=f"{pages}/outbox",
        meta=f"{meta}/",
    )


def _proof(connect_key: str, app_id: str, moment: str) -> str:
    """As docs/widgets.md says."""
    secret = hashlib.sha256(connect_key.encode()).digest()
    message = f"connect\n{app_id}\n{moment}".encode()
    return f"{moment}.{hmac.digest(secret, message, 'sha256').hex()}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
