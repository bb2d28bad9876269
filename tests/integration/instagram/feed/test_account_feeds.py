"""Feeds of accounts, from a widget's request to the reply."""

import base64
import uuid
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from signpost.instagram.apps.app import App, LinkState
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.feed.apps import MAX_AGE
from signpost.instagram.installs import item as install_item
from signpost.instagram.login_links import login_address
from signpost.instagram.posts import Post, moment
from signpost.instagram.posts import item as post_item
from signpost.instagram.products import Provider
from tests import dynamodb
from tests.http_events import http_event
from tests.integration.instagram.feed.world import NOW, PUBLIC, World


def test_without_a_domain_of_its_own_a_feed_names_the_api(world: World) -> None:
    install = world.connect()
    for number in (1, 2):
        world.post(install.id, number, pictures=(f"pictures/{install.id}/{number}.jpg",))
    world.restart(public_url="")
    query = urlencode({"app_id": world.app.app_id, "username_or_hashtag": "@", "limit": 1, "is_settings": "true"})

    event = http_event("GET", "/instagram", query=query, headers={"host": "evil.example"})
    event["requestContext"]["domainName"] = "abc.execute-api.eu-central-1.amazonaws.com"
    answer = world.send(event)

    here = "https://abc.execute-api.eu-central-1.amazonaws.com"
    assert answer.body["data"][0]["picture"] == f"{here}/instagram/pictures/{install.id}/2.jpg"
    assert answer.body["paging"]["next"].startswith(f"{here}/instagram?")
    assert answer.body["settings"]["connect_url"] == login_address(here, Provider.FACEBOOK, world.app.app_id)


def test_a_post_is_shown_with_all_that_a_widget_needs(world: World) -> None:
    # Given an album of a picture and a video, both of whose pictures are copied
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
                    {"id": "71", "media_type": "IMAGE", "picture": first, "video": None},
                    {"id": "72", "media_type": "VIDEO", "picture": second, "video": None},
                ],
            },
        ],
        "paging": {"next_cursor": None, "next": None},
        "source": "graph",
        "stale": False,
        "as_of": "2026-11-21T06:59:00Z",
    }


@pytest.mark.parametrize(
    ("feed", "query"),
    [
        ("@nora.bakes", {}),
        ("@Nora.Bakes", {}),
        ("@", {"following": "nora.bakes"}),
        ("@", {"following": "@nora.bakes"}),
        ("@", {"instagram_username": "@NORA.bakes"}),
        ("@", {"page_name": "Nora's PAGE"}),
        ("", {"following": "nora.bakes"}),
        ("@was.nora", {}),
        ("@even.earlier", {}),
    ],
)
def test_an_account_can_be_named_in_many_ways(world: World, feed: str, query: dict[str, str]) -> None:
    # Given two accounts, the second of which was renamed twice since
    world.post(world.connect("kiln").id, 1)
    nora = world.connect("was.nora", page_name="Nora's page")
    world.store(nora._replace(instagram_account="Nora.bakes", former_names=("Even.earlier",)))
    world.post(nora.id, 2)

    assert world.ask(feed, **query).ids == ["2"]


def test_an_at_sign_alone_means_the_account_that_was_accepted_first_or_chosen(world: World) -> None:
    world.post(world.connect("zoe").id, 1)
    amy = world.connect("amy")
    world.post(amy.id, 2)
    assert world.ask("@").ids == ["1"]

    world.change(default_account=amy.id)
    world.restart()
    assert world.ask("@").ids == world.ask("").ids == ["2"]
    assert world.ask("@zoe").ids == ["1"]
    # And one that is not shown any more is not chosen
    world.change(default_account="facebook-0")
    world.restart()
    assert world.ask("@").ids == ["1"]


@pytest.mark.parametrize("state", [LinkState.PENDING, LinkState.REFUSED])
def test_an_account_that_was_not_accepted_is_shown_nowhere(world: World, state: LinkState) -> None:
    stranger = world.connect("stranger", link=state)
    world.post(stranger.id, 1)

    for feed in ("@stranger", "@", ""):
        assert world.ask(feed).body["error"]["code"] == "not_connected"
        assert world.ask(feed, is_settings="1").body["settings"]["account"] is None
    world.show("#food")
    world.restart()
    assert world.ask("#food").body["error"]["code"] == "hashtag_account_missing"
    # And the owner's account is the one that is shown
    world.change(feeds=())
    world.post(world.connect("nora").id, 2)
    world.restart()
    assert world.ask("@").ids == ["2"]


def test_an_id_that_somebody_only_asked_for_is_no_app(world: World) -> None:
    install = world.connect(link=LinkState.PENDING)
    unsaved = uuid.uuid4().hex
    world.link(install, unsaved, LinkState.PENDING)

    assert world.ask(app_id=unsaved).body["error"]["code"] == "unknown_app"


def test_an_app_that_lists_its_feeds_shows_no_other_account(world: World) -> None:
    # Given three accounts, of which the app lists the second by its former name
    world.post(world.connect("zoe").id, 1)
    amy = world.connect("amy.before")
    world.store(amy._replace(instagram_account="amy"))
    world.post(amy.id, 2)
    world.post(world.connect("amy.after").id, 3)
    world.show("@amy.before", "#food")

    # Then it shows that one, under all its names, and when none is named
    for feed in ("@amy", "@amy.before", "@"):
        assert world.ask(feed).ids == ["2"]
    for feed in ("@zoe", "@amy.after", "@stranger"):
        answer = world.ask(feed)
        assert (answer.status, answer.body["error"]["code"]) == (404, "feed_not_in_app")
    assert world.ask("@", instagram_username="zoe").status == 404


def test_a_listed_account_that_is_connected_twice_is_shown_by_its_page(world: World) -> None:
    # Given an account that was connected through both products, of which one knows its Page
    world.post(world.connect("nora", Provider.INSTAGRAM).id, 1)
    world.post(world.connect("nora", page_name="Nora's page").id, 2)
    world.show("@nora")

    assert world.ask("@").ids == world.ask("@nora").ids == ["1"]
    assert world.ask("@", page_name="nora's page").ids == ["2"]


def test_an_app_that_lists_only_hashtags_shows_no_account(world: World) -> None:
    world.post(world.connect("zoe").id, 1)
    world.show("#food")

    for feed in ("@zoe", "@", ""):
        assert world.ask(feed).body["error"]["code"] == "feed_not_in_app"


def test_two_apps_show_one_install(world: World) -> None:
    install = world.connect()
    world.post(install.id, 1)
    other = world.apps.save(App(uuid.uuid4().hex), None)
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

    # Then the walk has each of the old ones once, the newest first
    assert seen == [str(number) for number in range(10, -1, -1)]


def test_a_forged_cursor_or_one_of_another_feed_is_refused(world: World) -> None:
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
def test_a_request_that_cannot_be_answered_gets_an_error(
    world: World, query: dict[str, str], status: int, code: str
) -> None:
    world.connect()
    parameters = {"app_id": world.app.app_id, "username_or_hashtag": "@", **query}

    answer = world.send(http_event("GET", "/instagram", query=urlencode(parameters)))

    assert (answer.status, answer.body["error"]["code"]) == (status, code)
    assert answer.headers["cache-control"] == "no-store"


def test_the_error_for_an_account_says_where_to_connect_it(world: World) -> None:
    answer = world.ask("@stranger")

    assert answer.status == 404
    assert answer.body["error"] == {
        "code": "not_connected",
        "message": "The account stranger is not connected for this app: connect it.",
        # Which product is for the login to say: it knows what is set up
        "connect_url": login_address(PUBLIC, None, world.app.app_id),
    }


def test_an_app_is_cached_for_a_minute_unless_its_account_is_missing(world: World) -> None:
    assert world.ask().status == 404
    install = world.connect()
    assert not world.ask().body["stale"]

    world.store(install._replace(state=ConnectionState.REVOKED))
    assert not world.ask().body["stale"]
    world.clock.value += MAX_AGE
    assert world.ask().body["stale"]


def test_an_account_that_is_being_erased_is_not_shown(world: World) -> None:
    install = world.connect()
    erased = {**install_item(install), "erasing": True}
    dynamodb.put("InstagramInstalls", erased)

    assert world.ask().body["error"]["code"] == "not_connected"


@pytest.mark.parametrize(
    ("fields", "stale"),
    [
        ({}, False),
        ({"synced_at": NOW - 24.9 * 3600}, False),
        # Failures put the next sync off, but nothing was read meanwhile
        ({"synced_at": NOW - 25.1 * 3600, "sync_at": NOW + 3600}, True),
        ({"synced_at": None, "connected_at": NOW - 60}, False),
        ({"synced_at": None, "connected_at": NOW - 26 * 3600}, True),
        ({"state": ConnectionState.EXPIRING}, False),
        ({"state": ConnectionState.EXPIRED}, True),
        ({"state": ConnectionState.REVOKED}, True),
        ({"state": ConnectionState.PERMISSION_MISSING}, True),
        ({"expires_at": NOW - 1}, True),
    ],
)
def test_the_last_good_copy_is_served_and_marked_as_stale(world: World, fields: dict[str, Any], stale: bool) -> None:
    install = world.connect(**fields)
    world.post(install.id, 1)

    answer = world.ask()

    assert answer.ids == ["1"]
    assert answer.body["stale"] is stale
    # An account that was never read to the end was read after it was connected
    assert answer.body["as_of"] == moment(fields.get("synced_at", NOW - 60) or fields["connected_at"])


def test_addresses_of_metas_picture_servers_are_shown_while_they_work(world: World) -> None:
    install = world.connect()
    fresh, old = (f"https://x.cdninstagram.com/v/1.mp4?oe={int(NOW + left):x}" for left in (60, -1))
    for number, (video, still) in enumerate([(fresh, old), (old, fresh), ("https://x.cdninstagram.com/1", None)]):
        item = post_item(install.id, Post(f"{number}", NOW - 10 - number, media_type="VIDEO"))
        addresses = {"media_url": video} | ({"thumbnail_url": still} if still else {})
        dynamodb.put("Media", {**item, **addresses})

    shown = world.ask().body["data"]

    # A video has an address of ours, which does not expire
    assert [each["picture"] for each in shown] == [None, fresh, None]
    paths = [f"{install.id}/{int(NOW) - 10 - number}/{number}" for number in range(3)]
    assert [each["video"] for each in shown] == [f"{PUBLIC}/instagram/videos/{path}" for path in paths]
