"""An app, its accounts and their posts, a legacy source, and the feed's handler with a clock of its own."""

import json
import os
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests

from signpost.instagram.apps.app import App, LinkState, link_item
from signpost.instagram.apps.store import AppStore
from signpost.instagram.feed import wiring
from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.installs import Install
from signpost.instagram.installs import item as install_item
from signpost.instagram.posts import Post
from signpost.instagram.posts import item as post_item
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from tests import dynamodb
from tests.http_events import http_event
from tests.installs import connected, new_account
from tests.queue_events import taken
from tests.timing import Time

NOW = 1_795_244_400.0
DAY = 86_400
PUBLIC = "https://signpost.example"
SITE = "https://www.example.org"
FEEDS = ("#food", "@powr_io", "@natgeo", "@apple", "@trees")


class Answer(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def ids(self) -> list[str]:
        return [each["id"] for each in self.body["data"]]


class Legacy(HTTPServer):
    """The legacy source: `answer` is its status and body."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _LegacyHandler)
        self.answer: tuple[int, bytes] = (200, b'{"data": []}')
        self.asked: list[list[tuple[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/feed"


class _LegacyHandler(BaseHTTPRequestHandler):
    server: Legacy

    def do_GET(self) -> None:
        self.server.asked.append(parse_qsl(urlsplit(self.path).query))
        status, body = self.server.answer
        self.send_response(status)
        if status == 302:
            self.send_header("location", self.server.url + "/elsewhere")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class World:
    def __init__(self, module: ModuleType, context: object, legacy: Legacy) -> None:
        self._module, self._context, self._legacy = module, context, legacy
        self.clock = Time(NOW)
        self.settings = settings.load(wiring.Settings, os.environ)
        self.apps = AppStore(aws.dynamodb(), self.settings.apps_table)
        self.hashtags = HashtagStore(aws.dynamodb(), self.settings.hashtags_table)
        self.app = self.apps.save(App(uuid.uuid4().hex, "socialFeed", "ann", origins=(SITE,)), None)
        self.restart()

    def restart(self, legacy_url: str | None = None, public_url: str = PUBLIC) -> None:
        """A new execution environment: nothing is cached."""
        session = requests.Session()
        session.headers["connection"] = "close"
        changed = self.settings._replace(
            public_url=public_url,
            return_hosts="www.example.com",
            legacy_feed_url=self._legacy.url if legacy_url is None else legacy_url,
        )
        self._feeds = wiring.build(changed, clock=self.clock, session=session)

    def change(self, **fields: Any) -> None:
        self.app = self.apps.save(self.app._replace(**fields), self.app.version)

    def show(self, *feeds: str) -> None:
        """List these feeds among those of the app."""
        self.change(feeds=(*self.app.feeds, *feeds))

    def connect(
        self,
        username: str = "nora.bakes",
        provider: Provider = Provider.FACEBOOK,
        link: LinkState = LinkState.ACCEPTED,
        **fields: Any,
    ) -> Install:
        usual = {"token": b"secret", "sync_at": NOW + 600, "synced_at": NOW - 60}
        install = connected(provider, new_account(), username, NOW, **{**usual, **fields})
        self.store(install)
        self.link(install, state=link)
        return install

    def store(self, install: Install) -> None:
        dynamodb.put(self.settings.installs_table, install_item(install))

    def link(self, install: Install, app_id: str | None = None, state: LinkState = LinkState.ACCEPTED) -> None:
        link = link_item(app_id or self.app.app_id, install.id, install.instagram_account, self.clock(), state)
        self.clock.value += 0.001
        dynamodb.put(self.settings.apps_table, link)

    def post(self, owner: str, number: int, **fields: Any) -> None:
        post = Post(f"{number}", NOW - 100_000 + number, f"Post {number}")._replace(**fields)
        dynamodb.put(self.settings.media_table, post_item(owner, post))

    def ask(self, feed: str = "@", *, origin: str | None = None, known: str | None = None, **query: str) -> Answer:
        parameters = {"app_id": self.app.app_id, "username_or_hashtag": feed, **query}
        headers = {name: text for name, text in (("origin", origin), ("if-none-match", known)) if text}
        event = http_event("GET", "/instagram", query=urlencode(parameters), headers=headers)
        return self.send(event)

    def send(self, event: dict[str, Any]) -> Answer:
        reply = self._module.handler(event, self._context, feeds=self._feeds)
        return Answer(reply["statusCode"], json.loads(reply["body"]) if reply["body"] else None, reply["headers"])

    def jobs(self, tag: str) -> list[dict[str, Any]]:
        """The messages about this tag that wait in the queue."""
        return [each for each in taken(self.settings.media_fetch_queue) if each.get("tag") == tag]
