"""A running stand-in with a clock that only tests move, and an application that receives what it sends."""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.meta import Meta
from local.meta.tokens import Token
from local.meta.world import Media

NOW = 1_795_000_000.0
READ = ("instagram_basic", "pages_show_list", "pages_read_engagement")
FACEBOOK = (*READ, "instagram_manage_insights", "instagram_manage_comments", "pages_manage_metadata")
INSTAGRAM = tuple(f"instagram_business_{each}" for each in ("basic", "manage_insights", "manage_comments"))
NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"


@dataclass
class Time:
    value: float = NOW

    def __call__(self) -> float:
        return self.value

    def pass_by(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        self.value += days * 86_400 + hours * 3600 + seconds


@dataclass
class Client:
    """Calls one product's Graph API with one token."""

    base: str
    token: Token | None = None
    version: str = "/v26.0"

    def call(self, path: str, method: str = "GET", **params: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token.value}"} if self.token else {}
        return requests.request(method, f"{self.base}{self.version}/{path}", params=params, headers=headers, timeout=20)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.call(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, method: str = "GET", **params: Any) -> tuple[int, int | None]:
        """The code and subcode."""
        answer = self.call(path, method, **params)
        assert answer.status_code >= 400, answer.text
        error = answer.json()["error"]
        assert {"message", "type", "code", "fbtrace_id"} <= error.keys()
        return error["code"], error.get("error_subcode")


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Receiver:
    """The application: `answer` makes its replies, except to the handshake."""

    url: str = ""
    requests: list[Received] = field(default_factory=list)
    answer: Callable[[Received], tuple[int, str]] = lambda _request: (200, "")
    verify_token: str = "local-verify-token"
    after_challenge: str = ""

    def reply(self, request: Received) -> tuple[int, str]:
        self.requests.append(request)
        if request.method == "GET" and "hub.mode" in request.query:
            right = request.query["hub.verify_token"] == [self.verify_token]
            return (200, request.query["hub.challenge"][0] + self.after_challenge) if right else (403, "")
        return self.answer(request)

    @property
    def posts(self) -> list[Received]:
        return [request for request in self.requests if request.method == "POST"]


def signature(secret: str, body: bytes) -> str:
    """Computed without the code under test."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def first(media: list[Media], **wanted: Any) -> Media:
    """The newest post with these attributes."""
    return next(each for each in media if all(getattr(each, name) == value for name, value in wanted.items()))


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def meta(clock: Time) -> Iterator[Meta]:
    with Meta(now=clock) as running:
        yield running


@pytest.fixture
def receiver(meta: Meta) -> Iterator[Receiver]:
    """An application on this machine that both apps at Meta point to."""
    application = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Received(self.command, parts.path, parse_qs(parts.query), dict(self.headers.items()), body)
            status, text = application.reply(request)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = serve  # noqa: N815 - the names that the standard library asks for

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    application.url = f"http://127.0.0.1:{server.server_port}"
    for app in (meta.facebook, meta.instagram):
        app.webhook_url = f"{application.url}/hook"
        app.deauthorize_url = f"{application.url}/deauthorize"
        app.data_deletion_url = f"{application.url}/deletion"
    yield application
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def facebook(meta: Meta) -> Client:
    """Nora, connected with Facebook Login."""
    return Client(meta.settings()["GRAPH_FB_BASE"], meta.connect("facebook", "nora", FACEBOOK))


@pytest.fixture
def instagram(meta: Meta) -> Client:
    """Kiln & Clay, connected with Instagram Login."""
    return Client(meta.settings()["GRAPH_IG_BASE"], meta.connect("instagram", KILN, INSTAGRAM))
