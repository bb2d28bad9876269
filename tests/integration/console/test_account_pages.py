"""An account's page: what it shows of posts, followers, clicks and its connection, and what can be done there."""

import json
from typing import Any

import pytest

from signpost.instagram import installs, posts
from signpost.instagram.apps.app import App, LinkState, app_item, link_item
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.installs import Install
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from tests.aws import Aws, empty
from tests.installs import connected
from tests.integration.console.conftest import Visitor
from tests.integration.console.test_pages import link, text
from tests.integration.tracking.world import START, World

DAY = 86_400
NORA = "17841405822304914"
HOSTILE = '<script>alert(1)</script> & "bread"'


@pytest.fixture(autouse=True)
def clean(world: World) -> None:
    empty("Media", "InstagramApps")


def install(now: float, **fields: Any) -> Install:
    made = connected(Provider.INSTAGRAM, NORA, "nora.bakes", now - 90 * DAY, **{"name": "Nora Bakes", **fields})
    Table(aws.dynamodb(), "InstagramInstalls").put(installs.item(made))
    account_item = {"key": f"account#{NORA}", "installs": {made.id}}
    Table(aws.dynamodb(), "InstagramInstalls").put(account_item)
    return made


def post(owner: Install, number: int, at: float, **fields: Any) -> None:
    media = {
        "media_id": f"1800{number:04}",
        "posted_at": at,
        "media_type": "IMAGE",
        "product_type": "FEED",
        "permalink": f"https://www.instagram.com/p/C{number:04}/",
        "metrics": {"reach": 1000 * number, "likes": 10 * number, "comments": number},
    }
    made = Post(**{**media, **fields})
    stored = {"owner": owner.id, "item": made.key, **{k: v for k, v in made._asdict().items() if v not in (None, ())}}
    Table(aws.dynamodb(), "Media").put(stored)


def follow(owner: Install, at: float, number: int) -> None:
    facts = ProfessionalAccount(NORA, "nora.bakes", followers_count=number)
    Table(aws.dynamodb(), "Media").put(posts.account_numbers(owner.id, facts, at))


def queued(queue: str) -> list[dict[str, Any]]:
    client = aws.sqs()
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(each["Body"]) for each in found]


def test_an_account_shows_its_posts_followers_and_what_links_brought(owner: Visitor, world: World) -> None:
    # Given an account with ten posts, one of which has a link to a campaign in its caption, and followers of 40 days
    nora = install(world.now, followers_count=1_040, media_count=10, posts_stored=10, expires_at=world.now + 55 * DAY)
    for number in range(1, 11):
        post(nora, number, world.now - (11 - number) * DAY, caption=f"Post {number}\nsecond line")
    shop = link(world, "box", account=nora.id)
    post(
        nora,
        11,
        world.now - 600,
        caption=f"{HOSTILE} signpost.example/track/BOX",
        pictures=("pictures/x/1.jpg",),
        product_type="REELS",
        media_type="VIDEO",
    )
    for number in range(41):
        follow(nora, world.now - number * DAY, 1_040 - number)
    world.now += 60
    world.roll_up(world.click(str(shop.id), 3))

    reply = owner.get(f"/fp/accounts/{nora.id}")
    said = text(reply)

    # Then the key figures are there
    assert "Followers 1,040 +30 in 30 days" in said
    assert "Clicks, 30 days 3 on links that name this account" in said
    assert "Engagement by reach 1.1%" in said
    assert "Renews itself about" in said
    # And a line with a table behind it
    assert 'aria-label="Followers of @nora.bakes, 90 days' in reply["body"]
    assert "1,039 +1" in said
    # And the newest posts, with what is in captions as text
    assert f"{HOSTILE} signpost.example/track/BOX" in said
    assert "<script>alert" not in reply["body"]
    assert "3 clicks Reach 11,000 Likes 110 Comments 11" in said
    assert '<img src="/instagram/pictures/x/1.jpg" alt=""' in reply["body"]
    assert "Post 10" in said
    assert "second line" not in said
    assert "1–8 of 11" in said
    # And other orders, periods and pages
    assert (
        text(owner.get(f"/fp/accounts/{nora.id}?sort=clicks&page=1")).index("3 clicks") < said.index("Post 10") + 9999
    )
    assert "Post 1 " in text(owner.get(f"/fp/accounts/{nora.id}?sort=reach&page=2"))
    for odd in ("?period=nonsense&sort=x&page=999999999", "?page=-1", "?period=12m", "?period=30d&sort=clicks"):
        assert owner.get(f"/fp/accounts/{nora.id}{odd}")["statusCode"] == 200
    # And the account's own id leads there, too
    assert "Nora Bakes" in text(owner.get(f"/fp/accounts/{NORA}"))


def test_a_new_account_says_what_comes_next(owner: Visitor, world: World) -> None:
    nora = install(world.now)

    said = text(owner.get(f"/fp/accounts/{nora.id}"))

    assert "No posts yet" in said
    assert "Nothing to draw yet" in said
    assert "No app shows it" in said
    assert "Sync is running" in said


@pytest.mark.parametrize("address", ["instagram-1", "17", "x", "pause%23instagram"])
def test_an_account_that_is_not_there_is_not_found(address: str, owner: Visitor) -> None:
    assert owner.get(f"/fp/accounts/{address}")["statusCode"] == 404
    assert owner.get(f"/fp/accounts/{address}/disconnect")["statusCode"] == 404


def test_a_sync_is_started_and_stopped_once(owner: Visitor, world: World, data: Aws) -> None:
    nora = install(world.now, backfill_stage="done", posts_stored=3)
    page, sync = f"/fp/accounts/{nora.id}", f"/fp/accounts/{nora.id}/sync"
    queued("MediaFetchJobs")

    started = owner.submit(page, sync, action="start")
    assert started["headers"]["location"] == f"{page}?done=started"
    assert "The sync begins within a minute" in text(owner.get(f"{page}?done=started"))
    assert [each["install"] for each in queued("MediaFetchJobs")] == [nora.id]

    # A second one is refused, on the page
    world.now += 1
    again = owner.submit(page, sync, action="start")
    assert again["statusCode"] == 409
    assert "being synced already" in again["body"]

    assert owner.submit(page, sync, action="stop")["headers"]["location"] == f"{page}?done=stopped"
    assert "Sync is off" in text(owner.get(page))
    world.now += 1
    assert owner.submit(page, sync, action="stop")["statusCode"] == 409


def test_an_account_is_erased_once_its_name_was_typed(owner: Visitor, world: World, data: Aws) -> None:
    nora = install(world.now)
    ask = f"/fp/accounts/{nora.id}/disconnect"
    queued("DataDeletionJobs")

    assert "erases its posts" in text(owner.get(ask))
    wrong = owner.submit(ask, ask, typed="nora")
    assert wrong["statusCode"] == 422
    assert queued("DataDeletionJobs") == []

    assert owner.submit(ask, ask, typed="@Nora.Bakes")["headers"]["location"] == "/fp/accounts?done=disconnected"
    (job,) = queued("DataDeletionJobs")
    assert NORA in json.dumps(job)


def test_requests_of_apps_are_accepted_and_refused(owner: Visitor, world: World) -> None:
    # Given an account that two apps may decide about
    nora = install(world.now)
    table = Table(aws.dynamodb(), "InstagramApps")
    for app_id in ("bakery", "market"):
        table.put(app_item(App(app_id, feeds=("@nora.bakes", "#bread"), version=1)))
        table.put(link_item(app_id, nora.id, "nora.bakes", world.now, LinkState.PENDING))
    page = f"/fp/accounts/{nora.id}"
    assert "bakery Asks to be shown. Feeds: @nora.bakes, #bread" in text(owner.get(page))

    accepted = owner.submit(page, f"{page}/apps", app="bakery", link="accepted")
    refused = owner.submit(page, f"{page}/apps", app="market", link="refused")

    assert accepted["headers"]["location"] == f"{page}?done=accepted"
    assert refused["headers"]["location"] == f"{page}?done=refused"
    said = text(owner.get(page))
    assert "bakery Shown." in said
    assert "market Refused." in said
    # And nothing else
    assert owner.submit(page, f"{page}/apps", app="bakery", link="deleted")["statusCode"] == 422
    assert owner.submit(page, f"{page}/apps", app="other", link="accepted")["statusCode"] == 404


@pytest.mark.parametrize("end", ["sync", "apps", "disconnect"])
def test_forms_of_others_are_refused(end: str, owner: Visitor, world: World) -> None:
    nora = install(world.now)

    assert owner.post(f"/fp/accounts/{nora.id}/{end}", {"typed": "nora.bakes"})["statusCode"] == 403


def test_the_connection_says_how_long_it_lasts(owner: Visitor, world: World) -> None:
    nora = install(world.now, scopes=("instagram_business_basic",), expires_at=START + 5 * DAY)

    said = text(owner.get(f"/fp/accounts/{nora.id}"))
    assert "Ends 26 Nov 2026, 07:00" in said
    assert "Missing: instagram_business_manage_insights, instagram_business_manage_comments" in said

    install(world.now, state=ConnectionState.REVOKED)
    assert "No longer works" in text(owner.get(f"/fp/accounts/{nora.id}"))
