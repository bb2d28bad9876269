"""A stand-in for Meta that answers from a script, in place of a connection."""

import json
from collections.abc import Mapping
from http.client import HTTPMessage
from io import BytesIO
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from signpost.instagram.graph.client import Graph
from signpost.instagram.products import GraphSettings, MetaApp, Provider
from signpost.instagram.secret_text import SecretText

TOKEN = "EAAtokenOfThePerson"
SETTINGS = GraphSettings(
    facebook=MetaApp("1001", SecretText("facebook-app-secret")),
    instagram=MetaApp("2002", SecretText("instagram-app-secret")),
)


class Reply(NamedTuple):
    body: Any
    status: int = 200
    headers: Mapping[str, str] = {}


class Asked(NamedTuple):
    method: str
    address: str  # without the query
    query: dict[str, str]
    form: dict[str, str]
    headers: Mapping[str, str]
    timeout: Any

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")


class Meta(BaseAdapter):
    """Gives a scripted reply, or raises a scripted error, at each call, and remembers what it was asked."""

    def __init__(self, *script: Any) -> None:
        super().__init__()
        self.script = list(script)
        self.asked: list[Asked] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        self.asked.append(
            Asked(
                str(request.method),
                f"{parts.scheme}://{parts.netloc}{parts.path}",
                _single(parts.query),
                _single(str(request.body or "")),
                request.headers,
                options["timeout"],
            )
        )
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        reply = step if isinstance(step, Reply) else Reply(step)
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        response = requests.Response()
        response.status_code, response.url, response.request = reply.status, str(request.url), request
        response.headers.update(reply.headers)
        # requests reads cookies from http.client's message.
        original: Any = SimpleNamespace(msg=HTTPMessage(), isclosed=lambda: True)
        for name, value in reply.headers.items():
            original.msg[name] = value
        response.raw = HTTPResponse(
            BytesIO(body), headers=dict(reply.headers), preload_content=False, original_response=original
        )
        return response

    def close(self) -> None:
        pass

    def graph(self, provider: Provider = Provider.FACEBOOK) -> Graph:
        session = requests.Session()
        session.mount("https://", self)
        return Graph(provider, SETTINGS, session)


def error(code: int, subcode: int | None = None, message: str = "Something.", **more: Any) -> Reply:
    """An error of the Graph API, with status 400 like nearly all of them."""
    fields = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
    return Reply({"error": fields | ({"error_subcode": subcode} if subcode else {})}, 400)


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
