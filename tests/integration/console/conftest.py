"""The console's handler, and a browser that keeps its cookies and fills in its forms."""

import base64
import gzip
import importlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from local.runner.application import Application
from signpost.console import wiring
from signpost.platform import aws, settings
from signpost.tracking.counting.store import CountStore
from tests.aws import empty
from tests.http_events import ADMIN, http_event
from tests.integration.conftest import Handlers
from tests.integration.tracking.world import World

TABLES = ("Campaigns", "Clicks", "ClickCounts", "RateLimits", "ConsoleSessions", "InstagramInstalls", "Members")
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="form_token" value="([^"]*)"')


class Visitor:
    """A browser without scripts, at the console, in a world's time."""

    def __init__(self, environment: Mapping[str, str], world: World, context: Any) -> None:
        self._world, self._context = world, context
        self._settings = settings.load(wiring.Settings, environment)
        self._handler = importlib.import_module("console.app").handler
        self._routes = importlib.import_module("console.app").ROUTES
        self.cookies: dict[str, str] = {}
        self.ip = "203.0.113.7"
        self.new_environment()

    def new_environment(self) -> None:
        """A function that remembers nothing."""
        self.site = wiring.build(self._settings, clock=lambda: self._world.now)

    def get(self, address: str, **headers: str) -> dict[str, Any]:
        return self.send("GET", address, headers=headers)

    def post(self, address: str, fields: Mapping[str, str], **headers: str) -> dict[str, Any]:
        """A form with these fields exactly."""
        body = base64.b64encode(urlencode(fields).encode()).decode()
        return self.send("POST", address, headers={"content-type": FORM, **headers}, body=body)

    def submit(self, page: str, address: str, **fields: str) -> dict[str, Any]:
        """Open a page and send its form."""
        return self.post(address, {"form_token": self.token(page), **fields})

    def token(self, page: str) -> str:
        found = TOKEN.search(self.get(page)["body"])
        assert found
        return found[1]

    def log_in(self, password: str = ADMIN[1], **more: str) -> dict[str, Any]:
        return self.submit("/fp/login", "/fp/login", name=ADMIN[0], password=password, **more)

    def send(self, method: str, address: str, *, headers: Mapping[str, str], body: str | None = None) -> dict[str, Any]:
        parts = urlsplit(address)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        event = http_event(method, parts.path, query=parts.query, headers=given, body=body, ip=self.ip)
        event["isBase64Encoded"] = body is not None
        event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        event["routeKey"], event["pathParameters"] = self._route(method, parts.path)
        reply: dict[str, Any] = self._handler(event, self._context, site=self.site)
        for cookie in reply.get("cookies", []):
            assert "; Path=/; Secure; HttpOnly; SameSite=Lax" in cookie
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        if reply["headers"].get("content-encoding") == "gzip":
            reply["body"] = gzip.decompress(base64.b64decode(reply["body"])).decode()
        return reply

    def _route(self, method: str, path: str) -> tuple[str, dict[str, str]]:
        for key in self._routes:
            verb, _, pattern = key.partition(" ")
            names = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern.replace(".", r"\."))
            found = re.fullmatch(names, path)
            if verb == method and found and f"{verb} {path}" not in set(self._routes) - {key}:
                return key, found.groupdict()
        return "$default", {}


@pytest.fixture(scope="session")
def environment(signpost_application: Application) -> Mapping[str, str]:
    functions = signpost_application.functions.values()
    return {name: value for function in functions for name, value in function.environment.items()}


@pytest.fixture
def world(signpost_application: object, environment: Mapping[str, str]) -> World:
    import boto3

    empty(*TABLES)
    made = World(environment, boto3.resource("dynamodb").Table("Clicks"))
    assert CountStore(aws.dynamodb(), "ClickCounts").total("1").revision == 0
    return made


@pytest.fixture
def visitor(handlers: Handlers, environment: Mapping[str, str], world: World, context: Any) -> Visitor:
    handlers("console")
    return Visitor(environment, world, context)


@pytest.fixture
def owner(visitor: Visitor) -> Visitor:
    assert visitor.log_in()["statusCode"] == 303
    return visitor
