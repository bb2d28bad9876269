"""The demo's pages: links and buttons at `/`, what was sent at `/outbox`, a website at `/widget`.

`/connect/<provider>` leads to a login, with proof that the app's owner wants the account there: platforms that host
widgets have their connect keys and make such links for their owners.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol, Self
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from local import jinja
from local.runner.application import ScheduleSpec
from local.runner.errors import FunctionError
from local.web_server import WebServer

DEMO_APP: Final = "demo"
DEMO_ACCOUNT: Final = "nora.bakes.demo"
_TEMPLATES: Final = jinja.environment(Path(__file__).parent / "pages")

_DAY_S: Final = 86_400
_KINDS: Final = {"email": "E-mails", "sms": "SMS", "push": "Pushes"}
# After a Facebook login: ten days before its token expires, and after that.
_DAYS: Final = (0, 1, 51, 61)


class Stack(Protocol):
    """What the pages need of `LocalStack`."""

    @property
    def url(self) -> str: ...
    @property
    def aws_endpoint(self) -> str: ...
    def outbox(self) -> list[dict[str, Any]]: ...
    def now(self) -> float: ...
    def set_clock_offset(self, seconds: float) -> None: ...
    def schedules(self) -> list[ScheduleSpec]: ...
    def run_schedule(self, function: str) -> None: ...


class Addresses(NamedTuple):
    """What there is to open, or to copy."""

    connect_facebook: str
    connect_instagram: str
    feed: str
    widget: str
    outbox: str
    meta: str


class Example(NamedTuple):
    """The example campaign's addresses, with a login for its clicks; only the demo's password is included."""

    link: str
    short: str
    clicks: str
    user: str
    password: str | None


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

    def start(self, *, meta: str, stack: Stack) -> None:
        """`meta` is an address, without a trailing slash."""
        self.addresses, self._stack = _addresses(self.url, stack.url, meta), stack
        self._site = _Site(stack, self.addresses, self.connect_link)
        self._server.start(self._site)

    def show(self, example: Example) -> None:
        """Show the example campaign on the first page."""
        self._site.example = example

    def introduce(self, phones: Mapping[str, str], password: str) -> None:
        """Show who has conversations, by name, and the password of them all."""
        self._site.people, self._site.password = phones, password

    def connect_link(self, provider: str) -> str:
        """Where the app's owner connects an account; without a key yet, where anybody asks for one to be shown."""
        query = {"provider": provider, "app_id": DEMO_APP, "return_to": f"{self.url}/widget"}
        if self.connect_key:
            query["connect"] = _proof(self.connect_key, DEMO_APP, f"{self._stack.now():.0f}")
        return f"{self._stack.url}/showlogin?{urlencode(query, safe=':/')}"


class _Site:
    """The WSGI application."""

    def __init__(self, stack: Stack, addresses: Addresses, connect_link: Callable[[str], str]) -> None:
        self._stack, self._addresses, self._connect_link = stack, addresses, connect_link
        self.example: Example | None = None
        self.people: Mapping[str, str] = {}
        self.password = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        pages: dict[str, Callable[[Request], Response]] = {
            "/": self._first_page,
            "/outbox": self._outbox,
            "/widget": lambda _: self._page("widget.html", **_widget(request), application=self._stack.url),
            "/connect/facebook": self._connect,
            "/connect/instagram": self._connect,
        }
        forms: dict[str, Callable[[Request], Response]] = {"/run": self._run, "/clock": self._move_clock}
        if request.path not in pages | forms:
            return Response("Not Found", 404, content_type="text/plain")
        answers = forms if request.method == "POST" else pages if request.method in {"GET", "HEAD"} else {}
        if request.path not in answers:
            return Response("Method Not Allowed", 405, content_type="text/plain")
        if answers is forms and not _is_own(request):
            return Response("Forbidden", 403, content_type="text/plain")
        return answers[request.path](request)

    def _first_page(self, request: Request) -> Response:
        return self._page(
            "index.html",
            said=request.args.get("said", ""),
            example=self.example,
            api=f"{self._stack.url}/api",
            console=f"{self._stack.url}/fp/conversations",
            people=self.people,
            password=self.password,
            aws_endpoint=self._stack.aws_endpoint,
            schedules=self._stack.schedules(),
            now=_moment(self._stack.now()),
            days=_DAYS,
        )

    def _outbox(self, request: Request) -> Response:
        """What was sent, of all kinds or one."""
        sent, kind = self._stack.outbox(), request.args.get("kind", "")
        kinds = [(each, name, sum(one["kind"] == each for one in sent)) for each, name in _KINDS.items()]
        shown = [each for each in sent if kind not in _KINDS or each["kind"] == kind]
        return self._page(
            "outbox.html", sent=shown, number=len(sent), kinds=kinds, kind=kind, moment=_moment, alert=_alert
        )

    def _connect(self, request: Request) -> Response:
        link = self._connect_link(request.path.rpartition("/")[2])
        return Response("", 302, headers={"Location": link, "Cache-Control": "no-store"})

    def _run(self, request: Request) -> Response:
        """Run a function's schedules now. The reply says what happened; `make tick` prints it."""
        function, started = request.form.get("function", ""), time.monotonic()
        try:
            self._stack.run_schedule(function)
        except KeyError:
            names = dict.fromkeys(each.function for each in self._stack.schedules())
            return _said(f"No schedule runs '{function}'. Choose one of {', '.join(names)}.", 404)
        except FunctionError as error:
            return _said(str(error), 500)
        return _said(f"{function} ran in {time.monotonic() - started:.1f} s.")

    def _move_clock(self, request: Request) -> Response:
        days = request.form.get("days", "")
        if not (days.isascii() and days.isdecimal() and int(days) in _DAYS):
            return _said("The time was not changed.", 422)
        self._stack.set_clock_offset(int(days) * _DAY_S)
        return _said(f"It is {_moment(self._stack.now())} UTC now.")

    def _page(self, template: str, **values: Any) -> Response:
        html = _TEMPLATES.get_template(template).render(at=self._addresses, **values)
        return Response(html, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


def _is_own(request: Request) -> bool:
    """Whether the form belongs to one of these pages, or the request does not come from a page."""
    origin = request.headers.get("Origin")
    return origin is None or origin == f"http://{request.host}"


def _said(text: str, status: int = 303) -> Response:
    """The first page with that text; a status other than 303 keeps a browser where it is."""
    headers = {"Location": f"/?{urlencode({'said': text})}"} if status == HTTPStatus.SEE_OTHER else {}
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8", headers=headers)


def _widget(request: Request) -> dict[str, Any]:
    """What the widget shows: the demo's account, unless the query says otherwise."""
    return {
        "app": request.args.get("app", DEMO_APP),
        "feed": request.args.get("feed", f"@{DEMO_ACCOUNT}"),
        "connected": "after_instagram_auth" in request.args,
        "refused": request.args.get("instagram_auth_error", ""),
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


def _alert(payload: Any) -> str:
    """What a push shows; empty if it only wakes the app up."""
    match payload:
        case {"aps": {"alert": str(alert)}} | {"fcmV1Message": {"message": {"notification": {"body": str(alert)}}}}:
            return alert
        case _:
            return ""


def _proof(connect_key: str, app_id: str, moment: str) -> str:
    """As docs/widgets.md says."""
    secret = hashlib.sha256(connect_key.encode()).digest()
    message = f"connect\n{app_id}\n{moment}".encode()
    return f"{moment}.{hmac.digest(secret, message, 'sha256').hex()}"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
