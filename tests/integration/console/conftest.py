"""The console's handler, and a browser that keeps its cookies and fills in its forms."""

import base64
import copy
import gzip
import html
import importlib
import itertools
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import pytest

from signpost.console import wiring
from signpost.instagram import hand_overs, installs
from signpost.instagram.app_secrets import login_keys
from signpost.instagram.connect.oauth import returned
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Attr, Change, Table
from signpost.tracking.counting.store import CountStore
from tests.aws import empty
from tests.http_events import ADMIN, http_event
from tests.installs import connected
from tests.integration.conftest import Handlers
from tests.integration.tracking.world import World

TABLES = ("Campaigns", "Clicks", "ClickCounts", "RateLimits", "ConsoleSessions", "InstagramInstalls", "Members")
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
MEMBER_LINK = re.compile(r'href="([^"]*)">Log in with Instagram<')


class Visitor:
    """A browser without scripts, at the console, in a world's time."""

    def __init__(self, environment: Mapping[str, str], world: World, context: Any) -> None:
        self._world, self._context = world, context
        self._settings = settings.load(wiring.Settings, environment)
        self._handler = importlib.import_module("console.app").handler
        self.cookies: dict[str, str] = {}
        self.member_link = urlsplit("")
        self.ip = "203.0.113.7"
        self.new_environment()

    def new_environment(self) -> None:
        """A function that remembers nothing."""
        self.site = wiring.build(self._settings, clock=lambda: self._world.now, patience=60)

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
        return self.token_of(self.get(page))

    def token_of(self, reply: Mapping[str, Any]) -> str:
        found = TOKEN.search(reply["body"])
        assert found
        return found[1]

    def member_login(self, page: str, provider: Provider, text: str | None = None) -> SplitResult:
        """Where a page's link to a login at Meta leads."""
        body = self.get(page)["body"]
        found = re.search(f'href="([^"]*)"[^>]*>{text or f"Log in with {provider.value.title()}"}', body)
        assert found
        return urlsplit(html.unescape(found[1]))

    def another(self) -> "Visitor":
        """Another browser."""
        made = copy.copy(self)
        made.cookies = {}
        return made

    def log_in(self, password: str = ADMIN[1], **more: str) -> dict[str, Any]:
        return self.submit("/fp/login", "/fp/login", name=ADMIN[0], password=password, **more)

    def send(self, method: str, address: str, *, headers: Mapping[str, str], body: str | None = None) -> dict[str, Any]:
        parts = urlsplit(address)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        event = http_event(method, parts.path, query=parts.query, headers=given, body=body, ip=self.ip)
        event["isBase64Encoded"] = body is not None
        event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        reply: dict[str, Any] = self._handler(event, self._context, site=self.site)
        for cookie in reply.get("cookies", []):
            assert "; Path=/; Secure; HttpOnly; SameSite=Lax" in cookie
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
            if "Max-Age=0" in cookie:
                del self.cookies[name]
        if reply["headers"].get("content-encoding") == "gzip":
            reply["body"] = gzip.decompress(base64.b64decode(reply["body"])).decode()
        found = MEMBER_LINK.search(reply["body"])
        if found:
            self.member_link = urlsplit(html.unescape(found[1]))
        return reply


class Members:
    """Connects accounts, and lets members come back from logins at Meta."""

    any_install = Attr("key").exists()

    def __init__(self, world: World) -> None:
        self._world, self._table = world, Table(aws.dynamodb(), "InstagramInstalls")
        self._logins = itertools.count()

    def connect(
        self, account: str, username: str, provider: Provider = Provider.INSTAGRAM, **fields: Any
    ) -> installs.Install:
        made = connected(provider, account, username, self._world.now, **fields)
        self._table.put(installs.item(made))
        self._table.update_if(
            {"key": f"account#{account}"},
            Change(add={"installs": {made.id}}),
            self.any_install | Attr("key").not_exists(),
        )
        return made

    def end(self, visitor: Visitor, *proven: installs.Install, began: SplitResult | None = None) -> str:
        """What Meta's end of a login leaves in the browser; the address that it leads to.

        Without `began`, it began with the link of the log-in page that the browser saw last.
        """
        address = began or visitor.member_link
        back = parse_qs(address.query)["return_to"][0]
        keys = login_keys(json.loads(aws.secretsmanager().get_secret_value(SecretId="LoginStateKey")["SecretString"]))
        cookie = hand_overs.set_cookie(f"login {next(self._logins)}", proven, keys, self._world.now)
        visitor.cookies[hand_overs.COOKIE] = cookie.partition("=")[2].partition(";")[0]
        parts = urlsplit(returned(back))
        return f"{parts.path}?{parts.query}"

    def log_in(self, visitor: Visitor, proven: installs.Install, start: str = "/fp/login") -> dict[str, Any]:
        visitor.get(start)
        return visitor.get(self.end(visitor, proven))


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
def members(world: World) -> Members:
    return Members(world)


@pytest.fixture
def owner(visitor: Visitor) -> Visitor:
    assert visitor.log_in()["statusCode"] == 303
    return visitor
