"""Replies to settings pages, to caches, and to pages of other origins."""

import json
from urllib.parse import urlencode

import pytest

from signpost.instagram.login_links import login_address
from signpost.instagram.products import Provider
from tests.faults import Fault, Mode
from tests.http_events import http_event
from tests.integration.instagram.feed.world import DAY, NOW, PUBLIC, SITE, World
from tests.samples import sample


def test_settings_show_the_account_and_its_token_but_no_secret(world: World) -> None:
    picture = f"https://x.cdninstagram.com/1.jpg?oe={int(NOW + 99):x}"
    world.change(owner_email="nora@example.com")
    install = world.connect(
        name="Nora",
        profile_picture_url=picture,
        expires_at=NOW + 5 * DAY,
        data_access_expires_at=NOW + 50 * DAY,
        posts_stored=1,
        media_count=7,
        backfill_stage="posts",
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
        "posts_stored": 1,
        "media_count": 7,
        "backfill": {"done": False, "stage": "posts", "done_at": None},
        "connect_url": login_address(PUBLIC, Provider.FACEBOOK, world.app.app_id),
        "reason": None,
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
    assert answer.body["settings"]["backfill"] is None
    assert answer.body["settings"]["account"] is answer.body["settings"]["token_state"] is None
    assert answer.body["settings"]["connect_url"] == answer.body["error"]["connect_url"]
    assert "provider=" not in answer.body["settings"]["connect_url"]


def test_settings_say_which_product_an_account_was_connected_with(world: World) -> None:
    world.connect("insta", Provider.INSTAGRAM)
    world.show("#food", "@insta")

    assert "provider=instagram" in world.ask("@insta", is_settings="1").body["settings"]["connect_url"]
    # Hashtags need the other one
    answer = world.ask("#food", is_settings="1").body
    assert answer["settings"]["connect_url"] == answer["error"]["connect_url"]
    assert "provider=facebook" in answer["settings"]["connect_url"]


def test_a_feed_that_a_browser_already_has_is_not_sent_again(world: World) -> None:
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


def test_a_preflight_says_what_may_be_sent(world: World) -> None:
    query = urlencode({"app_id": world.app.app_id})

    answer = world.send(http_event("OPTIONS", "/instagram", query=query, headers={"origin": SITE}))

    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["access-control-allow-methods"] == "GET"
    assert answer.headers["access-control-allow-headers"] == "if-none-match"


def test_a_preflight_without_an_app_allows_only_our_own_sites(world: World) -> None:
    for query in ("", "app_id=nobody"):
        for origin, allowed in ((SITE, None), ("https://www.example.com", "https://www.example.com")):
            answer = world.send(http_event("OPTIONS", "/instagram", query=query, headers={"origin": origin}))
            assert answer.status == 204
            assert answer.headers.get("access-control-allow-origin") == allowed


def test_without_an_answer_from_the_table_the_feed_is_unavailable(world: World) -> None:
    world.connect()
    query = urlencode({"app_id": world.app.app_id})

    for method in ("GET", "OPTIONS"):
        fault = Fault(Mode.ALL_THROTTLED, 1)
        event = http_event(method, "/instagram", query=query, headers={"origin": SITE})
        answer = fault.attempt(lambda event=event: world.send(event)).reply  # type: ignore[misc]
        assert answer
        assert (answer.status, answer.body["error"]["code"]) == (503, "unavailable")


def test_the_samples_are_answered(world: World) -> None:
    # Given the sample requests, for this test's app, which has no account yet
    world.show("#food", "@nora.bakes.demo")
    codes = {"feed": "not_connected", "feed-hashtag": "hashtag_account_missing", "feed-settings": "not_connected"}
    for name, code in codes.items():
        event = sample("instagram_feed", name)
        event["queryStringParameters"]["app_id"] = world.app.app_id
        assert world.send(event).body["error"]["code"] == code

    assert world.send(sample("instagram_feed", "preflight")).status == 204
    assert world.send(sample("instagram_feed", "picture")).status == 404


def test_the_reply_to_a_defect_has_no_detail(world: World) -> None:
    event = http_event("GET", "/instagram")

    answer = world.send({**event, "queryStringParameters": ["not an object"]})

    assert answer.status == 500
    assert answer.body["error"] == {"code": "internal", "message": "Something went wrong here. Request request-1."}
