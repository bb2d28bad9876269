"""Browsers that go through the dialog and back, and what is stored afterwards."""

import json
import time
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from local.meta import Meta
from signpost.instagram.apps.app import AccountLink, link_from_item
from signpost.instagram.apps.connect_key_store import ConnectKeyStore
from signpost.instagram.apps.connect_keys import ConnectKeys
from signpost.instagram.apps.connect_links import ConnectLinks
from signpost.instagram.cipher import ConnectKeyCipher, TokenCipher
from signpost.instagram.connect import wiring
from signpost.instagram.connect.logins import Logins
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install
from signpost.platform import aws
from tests import dynamodb
from tests.http_events import http_event
from tests.integration.instagram import graphs
from tests.queue_events import taken

Reply = dict[str, Any]

HOST = "shop.example"
PUBLIC_URL = "http://127.0.0.1:1"
BACK = f"https://{HOST}/settings?tab=2"
HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


class Browser:
    """Keeps the login's cookie as a browser does. `wants` is its Accept header."""

    def __init__(self, module: ModuleType, context: Any, wants: str = "application/json") -> None:
        self._module, self._context, self.wants = module, context, wants
        self.cookies: dict[str, str] = {}
        self.ip = "203.0.113.7"

    def get(self, path: str, query: dict[str, str] | str = "", **headers: str) -> Reply:
        text = query if isinstance(query, str) else urlencode(query)
        event = http_event("GET", path, query=text, headers={"accept": self.wants, **headers}, ip=self.ip)
        if self.cookies:
            event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        reply: Reply = self._module.handler(event, self._context)
        for each in reply.get("cookies", []):
            name, _, rest = each.partition("=")
            value, _, attributes = rest.partition(";")
            assert all(each in attributes for each in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"))
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return reply

    def follow(self, address: str) -> Reply:
        """Follow the dialog's redirect, which leads back to Signpost."""
        assert address.startswith(PUBLIC_URL)
        parts = urlsplit(address)
        return self.get(parts.path, parts.query)

    def start(self, provider: str, return_to: str = BACK, path: str = "/showlogin", **query: str) -> str:
        """The dialog's address."""
        given = {"provider": provider, **({"return_to": return_to} if return_to else {}), **query}
        reply = self.get(path, given)
        assert reply["statusCode"] == 302, reply
        location: str = reply["headers"]["location"]
        return location

    def log_in(self, provider: str, login: str, return_to: str = BACK, **query: str) -> Reply:
        """From start to end, everything allowed."""
        return self.follow(decide(self.start(provider, return_to, **query), login))


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def decide(dialog: str, login: str, *, without: str = "", decision: str = "allow") -> str:
    """Decide in the dialog; returns the address that it redirects to, which is not opened yet."""
    scopes = query_of(dialog)["scope"].split(",")
    form = {"decision": decision, "login": login, "grant": [scope for scope in scopes if scope != without]}
    page = requests.post(dialog, data=form, timeout=20, allow_redirects=False)
    assert page.status_code == 302, page.text
    return page.headers["Location"]


class World:
    """`apps` and `keys` are read anew at each login."""

    def __init__(self, module: ModuleType, meta: Meta, settings: wiring.Settings, context: Any) -> None:
        self.module, self.meta, self.settings, self._context = module, meta, settings, context
        self.apps = graphs.apps(meta)
        self.keys: tuple[bytes, ...] = (b"k" * 32,)
        self.session = requests.Session()
        self.logins = self.build()
        self.installs = InstallStore(aws.dynamodb(), settings.installs_table)
        self.cipher = TokenCipher(aws.kms(), settings.token_key)
        keys = ConnectKeyStore(aws.dynamodb(), settings.apps_table)
        self.connect_keys = ConnectKeys(keys, lambda: ConnectKeyCipher(aws.kms(), settings.token_key), time.time)

    def build(self, **changes: Any) -> Logins:
        return wiring.build(
            self.settings._replace(**changes),
            report=self.module.report,
            apps=lambda: self.apps,
            keys=lambda: self.keys,
            session=self.session,
        )

    def browser(self, wants: str = "application/json") -> Browser:
        return Browser(self.module, self._context, wants)

    def stored(self) -> dict[str, Any]:
        """The items of InstagramInstalls by key, without the logins that were used and the pauses."""
        items = dynamodb.items(self.settings.installs_table)
        return {each["key"]: each for each in items if not each["key"].startswith(("login#", "pause#"))}

    def install(self, username: str, provider: str = "facebook") -> Install:
        account = self.meta.account(username)
        found = self.installs.get(f"{provider}-{account.id}")
        assert found
        return found

    def token(self, username: str, provider: str = "facebook") -> str:
        install = self.install(username, provider)
        return str(self.cipher.decrypt(install.id, install.token))

    def nothing_is_stored(self) -> bool:
        return not self.stored() and not dynamodb.items(self.settings.apps_table) and not self.messages()

    def put_app(self, app_id: str, **fields: Any) -> None:
        dynamodb.put(self.settings.apps_table, {"app_id": app_id, "part": "app", "version": 1, **fields})

    def proof(self, app_id: str) -> str:
        """What an app's own connect links carry; the app is made if there is none."""
        if "app" not in self.app(app_id):
            self.put_app(app_id)
        return ConnectLinks(self.connect_keys, time.time).proof(app_id)

    def links(self, app_id: str) -> dict[str, AccountLink]:
        """By the id of the install."""
        parts = self.app(app_id).values()
        return {each["install"]: link_from_item(each) for each in parts if "install" in each}

    def app(self, app_id: str) -> dict[str, dict[str, Any]]:
        """The parts of an app."""
        return {each["part"]: each for each in dynamodb.items(self.settings.apps_table) if each["app_id"] == app_id}

    def messages(self) -> list[dict[str, Any]]:
        """The fetches that were queued since the last call of this."""
        return taken(self.settings.media_fetch_queue)


def body(reply: Reply) -> Any:
    return json.loads(reply["body"])


def refused(reply: Reply) -> tuple[int, str]:
    """Status and code of an error."""
    error = body(reply)["error"]
    assert set(error) == {"code", "message"}
    return reply["statusCode"], error["code"]
