"""The feed's handler, from a widget's request to its reply."""

import base64
import json
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from signpost.instagram.app_store import AppStore
from signpost.instagram.apps import StoredApp, link_item
from signpost.instagram.feed import Addresses
from signpost.instagram.feed_apps import MAX_AGE, FeedApps
from signpost.instagram.feed_replies import FeedReplies
from signpost.instagram.feed_serving import FeedServing
from signpost.instagram.feed_store import FeedStore
from signpost.instagram.hashtag_quota import WINDOW
from signpost.instagram.hashtag_store import HashtagStore
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, install_id
from signpost.instagram.installs import item as install_item
from signpost.instagram.legacy_feed import LegacyFeed
from signpost.instagram.media_items import Post, hashtag_owner
from signpost.instagram.media_items import item as post_item
from signpost.instagram.migration import NEVER
from signpost.instagram.products import Provider
from signpost.instagram.tokens import State
from signpost.platform import aws
from signpost.platform.message_queue import MessageQueue
from tests.http_events import http_event
from tests.integration.conftest import ROOT, Handlers

NOW = 1_795_244_400.0
DAY = 86_400
PUBLIC = "https://signpost.example"
SITE = "https://www.example.org"
FEEDS = ("#food", "@powr_io", "@natgeo", "@apple", "@trees")


class Time:
    value = NOW

    def __call__(self) -> float:
        return self.value


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


@pytest.fixture(scope="module")
def legacy_server() -> Iterator[Legacy]:
    with Legacy() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def legacy(legacy_server: Legacy) -> Legacy:
    legacy_server.answer, legacy_server.asked = (200, b'{"data": []}'), []
    return legacy_server


class World:
    """An app, its accounts and their posts; and the handler in a time of its own."""

    def __init__(self, module: ModuleType, context: object, legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> None:
        self._module, self._context, self._legacy, self._monkeypatch = module, context, legacy, monkeypatch
        self.clock = Time()
        self.apps, self.installs = (
            AppStore(aws.dynamodb(), "InstagramApps"),
            InstallStore(aws.dynamodb(), "InstagramInstalls"),
        )
        self.hashtags = HashtagStore(aws.dynamodb(), "InstagramHashtags")
        self.app = self.apps.save(StoredApp(uuid.uuid4().hex, "socialFeed", "ann", origins=(SITE,)), None)
        self.restart()

    def restart(self, legacy_url: str | None = None) -> None:
        """A new execution environment: nothing is remembered."""
        addresses = Addresses(PUBLIC)
        session = requests.Session()
        session.headers["connection"] = "close"
        serving = FeedServing(
            FeedStore(aws.dynamodb(), "Media"),
            self.hashtags,
            MessageQueue(aws.sqs(), self._module.SETTINGS.media_fetch_queue),
            LegacyFeed(session, self._legacy.url if legacy_url is None else legacy_url),
            addresses=addresses,
            clock=self.clock,
        )
        apps = FeedApps(self.apps, self.installs, self.clock)
        replies = FeedReplies(apps, serving, addresses, ["www.example.com"])
        self._monkeypatch.setattr(self._module, "REPLIES", replies)

    def change(self, **fields: Any) -> None:
        self.app = self.apps.save(self.app._replace(**fields), self.app.version)

    def connect(self, username: str = "nora.bakes", provider: Provider = Provider.FACEBOOK, **fields: Any) -> Install:
        account = str(uuid.uuid4().int)[:17]
        install = Install(
            install_id(provider, account), provider, username, account, "first", NOW, State.ACTIVE, b"secret", NOW,
            sync_at=NOW + 600, synced_at=NOW - 60,
        )._replace(**fields)  # fmt: skip
        self.store(install)
        self.link(install)
        return install

    def store(self, install: Install) -> None:
        aws.dynamodb().put_item(TableName="InstagramInstalls", Item=install_item(install))

    def link(self, install: Install, app_id: str | None = None) -> None:
        link = link_item(app_id or self.app.app_id, install.id, install.instagram_account, self.clock())
        self.clock.value += 0.001
        aws.dynamodb().put_item(TableName="InstagramApps", Item=link)

    def post(self, owner: str, number: int, **fields: Any) -> None:
        post = Post(f"{number}", NOW - 100_000 + number, f"Post {number}")._replace(**fields)
        aws.dynamodb().put_item(TableName="Media", Item=post_item(owner, post))

    def ask(self, wish: str = "@", *, origin: str | None = None, known: str | None = None, **query: str) -> Answer:
        parameters = {"app_id": self.app.app_id, "username_or_hashtag": wish, **query}
        headers = {name: text for name, text in (("origin", origin), ("if-none-match", known)) if text}
        event = http_event("GET", "/instagram", query=urlencode(parameters), headers=headers)
        return self.send(event)

    def send(self, event: dict[str, Any]) -> Answer:
        reply = self._module.handler(event, self._context)
        return Answer(reply["statusCode"], json.loads(reply["body"]) if reply["body"] else None, reply["headers"])

    def jobs(self, tag: str) -> list[dict[str, Any]]:
        """The messages about this tag that wait in the queue."""
        found: list[dict[str, Any]] = []
        url = self._module.SETTINGS.media_fetch_queue
        while messages := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(each["Body"]) for each in messages]
            for each in messages:
                aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return [each for each in found if each.get("tag") == tag]


@pytest.fixture
def world(handlers: Handlers, context: object, legacy: Legacy, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(handlers("instagram_feed"), context, legacy, monkeypatch)


@pytest.fixture
def tag() -> str:
    return "tag" + uuid.uuid4().hex


# ------------------------------------------------------------------------------------------------------ accounts
def test_a_post_is_shown_with_all_that_a_widget_needs(world: World) -> None:
    # Given an album of two, its pictures copied, and a video that is not
    install = world.connect()
    folder = f"pictures/{install.id}"
    first, second = f"{PUBLIC}/instagram/{folder}/7-1.jpg", f"{PUBLIC}/instagram/{folder}/7-2.jpg"
    world.post(
        install.id,
        7,
        caption="Bread #Rye",
        tags=("rye",),
        media_type="CAROUSEL_ALBUM",
        product_type="FEED",
        permalink="https://www.instagram.com/p/x/",
        username="nora.bakes",
        alt_text="A loaf",
        metrics={"like_count": 5, "comments_count": 2, "reach": 900},
        pictures=(f"{folder}/7-1.jpg", f"{folder}/7-2.jpg"),
        children=({"id": "71", "media_type": "IMAGE"}, {"id": "72", "media_type": "VIDEO"}),
    )

    answer = world.ask("@nora.bakes")

    assert answer.status == 200
    assert answer.body == {
        "data": [
            {
                "id": "7",
                "caption": "Bread #Rye",
                "tags": ["rye"],
                "media_type": "CAROUSEL_ALBUM",
                "product_type": "FEED",
                "permalink": "https://www.instagram.com/p/x/",
                "timestamp": "2026-11-20T03:13:27Z",
                "username": "nora.bakes",
                "picture": first,
                "video": None,
                "like_count": 5,
                "comments_count": 2,
                "alt_text": "A loaf",
                "children": [
                    {
                        "id": "71",
                        "media_type": "IMAGE",
                        "picture": first,
                        "video": None,
                    },
                    {
                        "id": "72",
                        "media_type": "VIDEO",
                        "picture": second,
                        "video": None,
                    },
                ],
            }
        ],
        "paging": {"next_cursor": None, "next": None},
        "source": "graph",
        "stale": False,
        "as_of": "2026-11-21T06:59:00Z",
    }


@pytest.mark.parametrize(
    ("wish", "query"),
    [
        ("@nora.bakes", {}),
        ("@Nora.Bakes", {}),
        ("@", {"following": "nora.bakes"}),
        ("@", {"following": "@nora.bakes"}),
        ("@", {"instagram_username": "@NORA.bakes"}),
        ("@", {"page_name": "Nora's PAGE"}),
        ("", {"following": "nora.bakes"}),
        ("@was.nora", {}),
    ],
)
def test_an_account_is_named_in_many_ways(world: World, wish: str, query: dict[str, str]) -> None:
    # Given two accounts, the second of which was renamed since
    world.post(world.connect("kiln").id, 1)
    nora = world.connect("was.nora", page_name="Nora's page")
    world.store(nora._replace(instagram_account="Nora.bakes"))
    world.post(nora.id, 2)

    assert world.ask(wish, **query).ids == ["2"]


def test_a_sign_alone_means_the_account_that_was_connected_first(world: World) -> None:
    world.post(world.connect("zoe").id, 1)
    world.post(world.connect("amy").id, 2)

    assert world.ask("@").ids == ["1"]


def test_two_apps_show_one_install(world: World) -> None:
    install = world.connect()
    world.post(install.id, 1)
    other = world.apps.save(StoredApp(uuid.uuid4().hex), None)
    world.link(install, other.app_id)

    assert world.ask(app_id=other.app_id).ids == world.ask().ids == ["1"]


def test_walking_the_pages_gives_every_post_once_while_new_ones_arrive(world: World) -> None:
    install = world.connect()
    for number in range(11):
        world.post(install.id, number)
    seen: list[str] = []
    answer = world.ask(limit="4")
    # When new posts arrive between any two pages
    for later in range(100, 110):
        seen += answer.ids
        world.post(install.id, later)
        if answer.body["paging"]["next"] is None:
            break
        address = urlsplit(answer.body["paging"]["next"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{PUBLIC}/instagram"
        answer = world.send(http_event("GET", "/instagram", query=address.query))

    # Then the walk that began before them has each of the old ones once, the newest first
    assert seen == [str(number) for number in range(10, -1, -1)]


def test_a_cursor_that_is_not_of_this_feed_is_refused(world: World) -> None:
    install, other = world.connect("one"), world.connect("two")
    for number in range(3):
        world.post(install.id, number)
        world.post(other.id, number)
    cursor = world.ask("@one", limit="1").body["paging"]["next_cursor"]
    assert world.ask("@one", limit="1", cursor=cursor).ids == ["1"]

    for forged in (cursor[:-4], "x" + cursor, "ü", "AAAA", base64.urlsafe_b64encode(b"media#2026").decode()):
        answer = world.ask("@one", cursor=forged)
        assert (answer.status, answer.body["error"]["code"]) == (400, "invalid_input")
    assert world.ask("@two", cursor=cursor).status == 400


@pytest.mark.parametrize("limit", ["0", "51", "-1", "x", "1.5", "9" * 5000])
def test_a_limit_is_from_1_to_50(world: World, limit: str) -> None:
    world.connect()

    answer = world.ask(limit=limit)

    assert (answer.status, answer.body["error"]["message"]) == (422, "limit: a whole number from 1 to 50.")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"app_id": ""}, 400, "invalid_input"),
        ({"app_id": "x" * 129}, 400, "invalid_input"),
        ({"app_id": "nobody's"}, 404, "unknown_app"),
        ({"username_or_hashtag": "nora"}, 422, "invalid_field"),
        ({"username_or_hashtag": "@no/ra"}, 422, "invalid_field"),
        ({"username_or_hashtag": "#"}, 422, "invalid_field"),
        ({"username_or_hashtag": "#two words"}, 422, "invalid_field"),
        ({"username_or_hashtag": "#" + "x" * 101}, 422, "invalid_field"),
        ({"instagram_username": "n o"}, 422, "invalid_field"),
        ({"page_name": "x" * 201}, 422, "invalid_field"),
        ({"username_or_hashtag": "@stranger"}, 404, "not_connected"),
    ],
)
def test_what_cannot_be_answered_is_told(world: World, query: dict[str, str], status: int, code: str) -> None:
    world.connect()
    parameters = {"app_id": world.app.app_id, "username_or_hashtag": "@", **query}

    answer = world.send(http_event("GET", "/instagram", query=urlencode(parameters)))

    assert (answer.status, answer.body["error"]["code"]) == (status, code)
    assert answer.headers["cache-control"] == "no-store"


def test_an_account_that_is_not_connected_is_told_where_to_be(world: World) -> None:
    answer = world.ask("@stranger")

    assert answer.status == 404
    assert answer.body["error"] == {
        "code": "not_connected",
        "message": "The account stranger is not connected for this app: connect it.",
        "connect_url": f"{PUBLIC}/showlogin?provider=facebook&app_id={world.app.app_id}",
    }


def test_an_account_is_shown_as_soon_as_it_is_connected(world: World) -> None:
    assert world.ask().status == 404

    world.connect()

    assert world.ask().status == 200


def test_an_app_is_remembered_for_a_minute(world: World) -> None:
    install = world.connect()
    assert not world.ask().body["stale"]

    world.store(install._replace(state=State.REVOKED))
    assert not world.ask().body["stale"]
    world.clock.value += MAX_AGE
    assert world.ask().body["stale"]


def test_an_account_that_is_being_erased_is_not_shown(world: World) -> None:
    install = world.connect()
    erased = {**install_item(install), "erasing": True}
    aws.dynamodb().put_item(TableName="InstagramInstalls", Item=erased)

    assert world.ask().body["error"]["code"] == "not_connected"


@pytest.mark.parametrize(
    ("fields", "stale"),
    [
        ({}, False),
        ({"sync_at": None, "synced_at": None}, False),
        ({"sync_at": NOW - 3500}, False),
        ({"sync_at": NOW - 3700}, True),
        ({"state": State.EXPIRING}, False),
        ({"state": State.EXPIRED}, True),
        ({"state": State.REVOKED}, True),
        ({"state": State.PERMISSION_MISSING}, True),
        ({"expires_at": NOW - 1}, True),
    ],
)
def test_the_last_good_copy_is_served_and_says_that_it_is_old(
    world: World, fields: dict[str, Any], stale: bool
) -> None:
    install = world.connect(**fields)
    world.post(install.id, 1)

    answer = world.ask()

    assert answer.ids == ["1"]
    assert answer.body["stale"] is stale
    assert answer.body["as_of"] == (None if fields.get("synced_at", 1) is None else "2026-11-21T06:59:00Z")


def test_addresses_of_metas_picture_servers_are_shown_while_they_work(world: World) -> None:
    install = world.connect()
    fresh, old = (f"https://x.cdninstagram.com/v/1.mp4?oe={int(NOW + left):x}" for left in (60, -1))
    for number, (video, still) in enumerate([(fresh, old), (old, fresh), ("https://x.cdninstagram.com/1", None)]):
        item = post_item(install.id, Post(f"{number}", NOW - 10 - number, media_type="VIDEO"))
        addresses = {"media_url": video} | ({"thumbnail_url": still} if still else {})
        aws.dynamodb().put_item(TableName="Media", Item={**item, **addresses})

    shown = [(each["video"], each["picture"]) for each in world.ask().body["data"]]

    assert shown == [(fresh, None), (None, fresh), (None, None)]


# ------------------------------------------------------------------------------------------------ settings, caches
def test_settings_show_the_account_and_its_token_but_no_secret(world: World) -> None:
    picture = f"https://x.cdninstagram.com/1.jpg?oe={int(NOW + 99):x}"
    install = world.connect(
        name="Nora",
        profile_picture_url=picture,
        owner_email="nora@example.com",
        expires_at=NOW + 5 * DAY,
        data_access_expires_at=NOW + 50 * DAY,
    )
    world.post(install.id, 1)

    answer = world.ask(is_settings="true")

    assert answer.body["settings"] == {
        "account": "nora.bakes",
        "name": "Nora",
        "picture": picture,
        "provider": "facebook",
        "token_state": "expiring",
        "expires_at": "2026-11-26T07:00:00Z",
        "data_access_expires_at": "2027-01-10T07:00:00Z",
        "connect_url": f"{PUBLIC}/showlogin?provider=facebook&app_id={world.app.app_id}",
        "shows_banner": False,
        "instagram_graph_api_migrated_at": None,
        "instagramNotMigratedFeeds": [],
    }
    assert answer.ids == ["1"]
    assert answer.headers["cache-control"] == "no-store"
    assert "secret" not in json.dumps(answer)
    assert "nora@example.com" not in json.dumps(answer)


def test_settings_of_an_app_without_an_account_say_where_to_connect_one(world: World) -> None:
    answer = world.ask(is_settings="1")

    assert answer.status == 404
    assert answer.body["settings"]["account"] is answer.body["settings"]["token_state"] is None
    assert answer.body["settings"]["connect_url"] == answer.body["error"]["connect_url"]


def test_a_feed_that_a_browser_has_already_is_not_sent_again(world: World) -> None:
    install = world.connect()
    world.post(install.id, 1)
    first = world.ask()
    assert first.headers["cache-control"] == "public, max-age=60"

    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = world.ask(known=known, origin=SITE)
        assert (again.status, again.body) == (304, None)
        assert again.headers["access-control-allow-origin"] == SITE

    world.post(install.id, 2)
    assert world.ask(known=first.headers["etag"]).status == 200


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (SITE, True),
        ("https://www.example.com", True),
        ("http://www.example.com", False),
        ("https://example.com", False),
        ("https://evil.www.example.org", False),
        ("http://www.example.org", False),
        ("https://www.example.org:8443", False),
        ("null", False),
        (None, False),
    ],
)
def test_only_pages_of_the_apps_origins_may_read_its_feed(world: World, origin: str | None, allowed: bool) -> None:
    world.connect()
    parameters = urlencode({"app_id": world.app.app_id})
    headers = {"origin": origin} if origin else {}

    for answer in (
        world.ask(origin=origin),
        world.ask("@stranger", origin=origin),
        world.send(http_event("OPTIONS", "/instagram", query=parameters, headers=headers)),
    ):
        assert answer.headers["vary"] == "Origin"
        assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)


def test_a_preflight_tells_what_may_be_sent(world: World) -> None:
    query = urlencode({"app_id": world.app.app_id})

    answer = world.send(http_event("OPTIONS", "/instagram", query=query, headers={"origin": SITE}))

    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["access-control-allow-methods"] == "GET"
    assert answer.headers["access-control-allow-headers"] == "if-none-match"


def test_a_preflight_for_no_app_allows_our_own_sites_only(world: World) -> None:
    for query in ("", "app_id=nobody"):
        for origin, allowed in ((SITE, None), ("https://www.example.com", "https://www.example.com")):
            answer = world.send(http_event("OPTIONS", "/instagram", query=query, headers={"origin": origin}))
            assert answer.status == 204
            assert answer.headers.get("access-control-allow-origin") == allowed


# -------------------------------------------------------------------------------------------------------- hashtags
def test_a_hashtag_is_fetched_at_once_when_it_is_wanted_for_the_first_time(world: World, tag: str) -> None:
    install = world.connect()

    answer = world.ask(f"#{tag.upper()}")

    assert (answer.status, answer.body["data"], answer.body["as_of"]) == (200, [], None)
    assert not answer.body["stale"]
    assert "queued" not in answer.body
    assert world.jobs(tag) == [{"install": install.id, "tag": tag, "why": "hashtag", "asked_at": world.clock()}]
    # When it was polled, then its posts are shown and no further fetch is queued
    world.hashtags.poll_again(tag, install.id, NOW + 7200, polled_at=NOW + 30)
    world.post(hashtag_owner(tag), 1, pictures=("pictures/hashtag/1.jpg",))
    world.clock.value += MAX_AGE
    answer = world.ask("#", following=f"#{tag}")
    assert answer.ids == ["1"]
    assert answer.body["data"][0]["picture"] == f"{PUBLIC}/instagram/pictures/hashtag/1.jpg"
    assert answer.body["as_of"] == "2026-11-21T07:00:30Z"
    assert world.jobs(tag) == []
    # And when polls do not come any more, it says so
    world.clock.value = NOW + 7200 + 3700
    assert world.ask(f"#{tag}").body["stale"]


def test_posts_whose_time_is_over_are_not_shown(world: World, tag: str) -> None:
    world.connect()
    for number in range(6):
        item = post_item(hashtag_owner(tag), Post(f"{number}", NOW - number))
        aws.dynamodb().put_item(TableName="Media", Item={**item, "ttl": int(NOW) + (99 if number in (0, 5) else -1)})

    assert world.ask(f"#{tag}", limit="1").ids == ["0"]
    cursor = world.ask(f"#{tag}", limit="1").body["paging"]["next_cursor"]
    assert world.ask(f"#{tag}", limit="1", cursor=cursor).ids == ["5"]
    assert world.ask(f"#{tag}").ids == ["0", "5"]


def test_a_hashtag_is_asked_for_in_the_name_that_is_given(world: World, tag: str) -> None:
    world.connect("expired", state=State.EXPIRED)
    first, second = world.connect("first"), world.connect("second", page_name="Second page")

    for query, install in (
        ({}, first),
        ({"instagram_username": "second"}, second),
        ({"page_name": "second PAGE"}, second),
    ):
        of_query = tag + str(len(query)) + next(iter(query), "")
        world.ask(f"#{of_query}", **query)
        assert [job["install"] for job in world.jobs(of_query)] == [install.id]


def test_a_hashtag_needs_an_account_with_facebook_login(world: World, tag: str) -> None:
    world.connect("insta", Provider.INSTAGRAM)

    for query in ({}, {"instagram_username": "insta"}):
        answer = world.ask(f"#{tag}", **query)
        assert (answer.status, answer.body["error"]["code"]) == (409, "hashtag_account_missing")
        assert "provider=facebook" in answer.body["error"]["connect_url"]


def test_a_hashtag_of_an_ended_connection_is_shown_as_it_was(world: World, tag: str) -> None:
    world.connect(state=State.EXPIRED)
    world.post(hashtag_owner(tag), 1)

    answer = world.ask(f"#{tag}")

    assert answer.ids == ["1"]
    assert answer.body["stale"]
    assert world.jobs(tag) == []


def test_a_hashtag_that_instagram_does_not_know_is_told(world: World, tag: str) -> None:
    world.connect()
    world.hashtags.keep_unknown(tag, NOW)

    answer = world.ask(f"#{tag}")

    assert (answer.status, answer.body["error"]["code"]) == (404, "unknown_hashtag")


def test_the_thirty_first_hashtag_is_queued_and_says_until_when(world: World, tag: str) -> None:
    # Given an account that has asked for 30 tags
    install = world.connect()
    for number in range(30):
        assert world.hashtags.ask(install.instagram_business_account_id, f"tag{number}", NOW + number) is None
    world.post(hashtag_owner(tag), 1)  # another account had asked for it

    answer = world.ask(f"#{tag}")

    assert answer.status == 200
    assert answer.ids == ["1"]
    assert answer.body["queued"]["until"] == "2026-11-28T07:00:00Z"
    assert "queued" not in world.ask("#tag29").body
    # And when the window has freed, it is not queued any more
    world.clock.value = NOW + WINDOW
    assert "queued" not in world.ask(f"#{tag}").body


def test_strangers_cannot_spend_the_hashtags_of_an_app_that_lists_its_feeds(world: World, tag: str) -> None:
    world.connect()
    world.change(feeds=(f"#{tag}",))

    answer = world.ask(f"#{tag}x")
    assert (answer.status, answer.body["error"]["code"]) == (404, "feed_not_in_app")
    assert world.jobs(f"{tag}x") == []
    assert world.ask(f"#{tag.title()}").status == 200


# ------------------------------------------------------------------------------------------- migration and legacy
def body_of(*ids: int) -> bytes:
    posts = [
        {
            "id": str(number),
            "caption": f"Old #Post {number}",
            "media_url": f"https://cdn.example/{number}.jpg",
            "permalink": f"https://www.instagram.com/p/{number}/",
            "timestamp": "2026-11-20T07:00:00+0000",
        }
        for number in ids
    ]
    return json.dumps({"data": posts}).encode()


def names(feeds: tuple[str, ...]) -> dict[str, str]:
    """Feeds of this run: copies are kept by their names, for all apps."""
    return {feed: feed + uuid.uuid4().hex[:12] for feed in feeds}


def test_the_example_of_an_old_app_that_migrates(world: World, legacy: Legacy) -> None:
    # Given an old app that waits for its migration: everything comes from the legacy source
    feeds = names(FEEDS)
    food, powr_io, natgeo = feeds["#food"], feeds["@powr_io"], feeds["@natgeo"]
    world.change(is_new=False, feeds=tuple(feeds.values()), migrated_at=NEVER)
    legacy.answer = (200, body_of(1))
    for feed in feeds.values():
        assert world.ask(feed).body["source"] == "legacy"
    assert world.ask(powr_io, is_settings="true").body["settings"]["shows_banner"]

    # When powr_io is connected, then that account and the hashtag come from the Graph API, the others do not
    world.change(migrated_at=NOW, not_migrated=(natgeo, feeds["@apple"], feeds["@trees"]))
    install = world.connect(powr_io[1:])
    world.post(install.id, 5)
    world.restart()
    assert world.ask(powr_io).body["source"] == "graph"
    assert world.ask(powr_io).ids == ["5"]
    assert world.ask(food).body["source"] == "graph"
    for feed in (natgeo, feeds["@apple"], feeds["@trees"]):
        assert world.ask(feed).body["source"] == "legacy"
        assert world.ask(feed).ids == ["1"]
    settings = world.ask(powr_io, is_settings="true").body["settings"]
    assert settings["instagram_graph_api_migrated_at"] == "2026-11-21T07:00:00Z"
    assert settings["instagramNotMigratedFeeds"] == [natgeo, feeds["@apple"], feeds["@trees"]]
    assert not settings["shows_banner"]

    # When natgeo is connected later
    world.change(not_migrated=(feeds["@apple"], feeds["@trees"]))
    world.post(world.connect(natgeo[1:]).id, 6)
    world.restart()
    assert world.ask(natgeo).ids == ["6"]


@pytest.fixture
def old_feed(world: World) -> str:
    feed = "@old" + uuid.uuid4().hex[:12]
    world.change(is_new=False, feeds=(feed, "#food"))
    return feed


def test_a_post_of_the_legacy_source_looks_like_any_other(world: World, legacy: Legacy, old_feed: str) -> None:
    legacy.answer = (200, body_of(*range(60)))

    answer = world.ask(old_feed, limit="2")

    assert answer.ids == ["0", "1"]
    assert answer.body["data"][0] == {
        "id": "0",
        "caption": "Old #Post 0",
        "tags": ["post"],
        "media_type": None,
        "product_type": None,
        "permalink": "https://www.instagram.com/p/0/",
        "timestamp": "2026-11-20T07:00:00Z",
        "username": None,
        "picture": "https://cdn.example/0.jpg",
        "video": None,
        "like_count": None,
        "comments_count": None,
        "alt_text": None,
        "children": [],
    }
    assert (answer.body["source"], answer.body["stale"]) == ("legacy", False)
    assert answer.body["paging"] == {"next_cursor": None, "next": None}
    assert legacy.asked == [[("username", old_feed[1:])]]
    # And it is asked once a minute at most
    assert len(world.ask(old_feed, limit="50").ids) == 50
    assert len(legacy.asked) == 1
    # And `@` alone is the first of the app's accounts, as long as none is connected
    assert world.ask("@", limit="1").ids == ["0"]
    world.ask("#food")
    assert legacy.asked[1:] == [[("hashtag", "food")]]
    assert world.ask(old_feed, cursor="AAAA").status == 400


@pytest.mark.parametrize(
    "broken",
    [
        (500, b""),
        (302, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"data": {}}'),
        (200, b"[" * 100_000),
        (200, b'{"data": [], "x": "' + b"x" * 1_000_000 + b'"}'),
        None,
        "not configured",
    ],
    ids=str,
)
def test_while_the_legacy_source_is_down_its_last_good_copy_is_served(
    world: World, legacy: Legacy, old_feed: str, broken: Any
) -> None:
    # Given a feed that was shown before
    legacy.answer = (200, body_of(1, 2))
    assert not world.ask(old_feed).body["stale"]

    # When the source breaks, and another environment is asked
    world.clock.value += 100
    if isinstance(broken, tuple):
        legacy.answer = broken
        world.restart()
    else:
        world.restart("http://127.0.0.1:1/" if broken is None else "")

    answer = world.ask(old_feed)
    assert answer.ids == ["1", "2"]
    assert answer.body["stale"]
    assert answer.body["as_of"] == "2026-11-21T07:00:00Z"
    # And a redirect is not followed
    assert all(len(asked) == 1 for asked in legacy.asked)


def test_without_a_copy_a_legacy_feed_is_empty_and_stale(world: World, old_feed: str) -> None:
    world.restart("")

    answer = world.ask(old_feed)

    assert (answer.status, answer.ids, answer.body["stale"], answer.body["as_of"]) == (200, [], True, None)


def test_a_copy_is_dated_anew_every_hour_and_when_it_changes(world: World, legacy: Legacy, old_feed: str) -> None:
    def copied_at(later: float, *ids: int) -> float:
        world.clock.value, legacy.answer = NOW + later, (200, body_of(*ids))
        world.ask(old_feed)
        copy = FeedStore(aws.dynamodb(), "Media").copy(old_feed, NOW)
        assert copy
        return copy.copied_at - NOW

    assert copied_at(0, 1) == 0
    assert copied_at(60, 1) == 0
    assert copied_at(120, 1, 2) == 120
    assert copied_at(120 + 3601, 1, 2) == 3721
    # And a slower environment does not overwrite a newer copy
    FeedStore(aws.dynamodb(), "Media").keep_copy(old_feed, (), NOW)
    assert copied_at(3721 + 60, 1, 2) == 3721


def test_the_legacy_source_is_asked_only_for_feeds_of_the_app(world: World, legacy: Legacy, old_feed: str) -> None:
    answer = world.ask("@somebody")

    assert (answer.status, answer.body["error"]["code"]) == (404, "feed_not_in_app")
    assert legacy.asked == []


# -------------------------------------------------------------------------------------------------------- pictures
Pictures = Callable[[str], dict[str, Any]]


@pytest.fixture
def picture(handlers: Handlers, context: object) -> Pictures:
    module = handlers("instagram_feed")

    def get(path: str) -> dict[str, Any]:
        event = http_event("GET", f"/instagram/pictures/{path}")
        event["routeKey"] = "GET /instagram/pictures/{proxy+}"
        reply: dict[str, Any] = module.handler({**event, "pathParameters": {"proxy": path}}, context)
        return reply

    return get


@pytest.fixture
def bucket(handlers: Handlers) -> str:
    name: str = handlers("instagram_feed").SETTINGS.media_bucket
    return name


def test_a_picture_is_sent_for_good(picture: Pictures, bucket: str) -> None:
    aws.s3().put_object(Bucket=bucket, Key="pictures/facebook-1/5-1.jpg", Body=b"\xff\xd8x", ContentType="image/jpeg")

    reply = picture("facebook-1/5-1.jpg")

    assert reply["statusCode"] == 200
    assert base64.b64decode(reply["body"]) == b"\xff\xd8x"
    assert reply["isBase64Encoded"] is True
    assert reply["headers"]["content-type"] == "image/jpeg"
    assert reply["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert reply["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["facebook-1/6.jpg", "../secret.jpg", "a/../b.jpg", "a/./b.jpg", "a//b.jpg", "/a/b.jpg", "a/b", "a/b.jpg\n", ""],
)
def test_what_is_no_picture_is_not_found(picture: Pictures, path: str) -> None:
    reply = picture(path)

    assert reply["statusCode"] == 404
    assert json.loads(reply["body"])["error"]["code"] == "not_found"


def test_what_a_browser_could_run_or_a_reply_cannot_hold_is_not_sent(picture: Pictures, bucket: str) -> None:
    put = aws.s3().put_object
    put(Bucket=bucket, Key="pictures/x/1.svg", Body=b"<svg>", ContentType="image/svg+xml")
    put(Bucket=bucket, Key="pictures/x/2.jpg", Body=b"x" * 4_500_000, ContentType="image/jpeg")
    put(Bucket=bucket, Key="pictures/x/3.jpg", Body=b"<script>", ContentType="text/html")

    assert {picture(f"x/{name}")["statusCode"] for name in ("1.svg", "2.jpg", "3.jpg")} == {404}


def test_the_samples_are_answered(world: World) -> None:
    # Given the repository's sample requests: the page of an origin asks for an app that is not there
    for name, status in (
        ("feed", 404),
        ("feed-hashtag", 404),
        ("feed-settings", 404),
        ("preflight", 204),
        ("picture", 404),
    ):
        event = json.loads((ROOT / f"events/instagram_feed/{name}.json").read_text(encoding="utf-8"))
        assert world.send(event).status == status
        if status == 404 and name != "picture":
            event["queryStringParameters"]["app_id"] = world.app.app_id
            assert world.send(event).body["error"]["code"] in ("not_connected", "hashtag_account_missing")


def test_an_error_that_nobody_foresaw_gives_no_detail(
    world: World, handlers: Handlers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers("instagram_feed"), "REPLIES", None)

    answer = world.send(http_event("GET", "/instagram"))

    assert answer.status == 500
    assert answer.body["error"] == {"code": "internal", "message": "Something went wrong here. Request request-1."}
