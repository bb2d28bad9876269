"""The posts that brought clicks, from event to reply."""

import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

from signpost.instagram import installs
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Table
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from tests.aws import empty
from tests.http_events import ADMIN, basic, http_event
from tests.installs import connected
from tests.integration.conftest import Handlers
from tests.integration.test_api_permissions import Right, granted, used
from tests.integration.tracking.world import World

__all__ = ["used"]  # a fixture
HOUR, DAY = 3600, 86_400
NORA = "17841405822304914"


@pytest.fixture
def world(signpost_application: object, environment: Mapping[str, str]) -> World:
    import boto3

    empty("Clicks", "Campaigns", "ClickCounts", "InstagramInstalls", "Media")
    return World(environment, boto3.resource("dynamodb").Table("Clicks"))


@pytest.fixture
def module(
    handlers: Handlers, environment: Mapping[str, str], world: World, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """With the world's clock."""
    made = handlers("link_posts")
    chosen = settings.load(made.wiring.Settings, environment)
    monkeypatch.setattr(made, "QUERIES", made.wiring.build(chosen, clock=lambda: world.now)[0])
    return made


def install(now: float, provider: Provider = Provider.INSTAGRAM) -> str:
    made = connected(provider, NORA, "nora.bakes", now - 90 * DAY)
    Table(aws.dynamodb(), "InstagramInstalls").put(installs.item(made))
    return made.id


def post(owner: str, number: int, at: float, caption: str = "", **metrics: int) -> None:
    made = Post(
        f"1800{number:04}", at, caption, permalink=f"https://www.instagram.com/p/C{number}/", pictures=("pictures/1",)
    )
    fields = {name: value for name, value in made._asdict().items() if value not in (None, ())}
    Table(aws.dynamodb(), "Media").put({"owner": owner, "item": made.key, **fields, "metrics": metrics})


def campaign(world: World, slug: str, account: str | None) -> Campaign:
    creation = Creation(redirect_url="https://shop.example/", slug=slug, account=account)
    made = Campaign.create(int(world.campaign()), creation, world.now)
    assert CampaignStore(aws.dynamodb(), "Campaigns").create(made)
    return made


def ask(module: ModuleType, context: Any, path: str, query: str = "", status: int = 200) -> Any:
    reply = module.handler(http_event("GET", path, query=query, headers=basic(*ADMIN)), context)
    assert reply["statusCode"] == status, reply["body"]
    return json.loads(reply["body"])


def test_a_links_posts_have_their_clicks(module: ModuleType, world: World, used: set[Right], context: Any) -> None:
    # Given an account that is connected twice, a post of today with the link, one of yesterday without, and clicks
    owner = install(world.now)
    install(world.now, Provider.FACEBOOK)
    box, none = campaign(world, "box", owner), campaign(world, "letter", None)
    host = http_event("GET", "/")["requestContext"]["domainName"]
    post(owner, 1, world.now - DAY, "Yesterday")
    post(owner, 2, world.now - HOUR, f"Bread today: {host}/track/box", reach=500)
    world.now += 60
    world.roll_up(world.click(str(box.id), 3) + world.click(str(none.id), 2))
    used.clear()

    # Then the post with the link has them
    found = ask(module, context, f"/admin/campaigns/{box.id}/posts", "from=2026-11-19&tz=Europe/Berlin")
    assert (found["id"], found["account"], found["clicks"], found["without_post"]) == (box.id, owner, 3, 0)
    assert found["start"] == "2026-11-19T00:00:00+01:00"
    [shown] = found["posts"]
    assert shown["caption"].startswith("Bread today")
    assert (shown["clicks"], shown["estimated"], shown["share"], shown["reach"]) == (3, 0, 1.0, 500)
    assert shown["clicks_per_1000_reached"] == 6.0
    assert shown["picture"] == f"https://{host}/instagram/pictures/1"
    # And it is the one that was published today
    today = ask(module, context, "/admin/posts")
    assert [(each["id"], each["username"], each["clicks"]) for each in today["posts"]] == [
        (shown["id"], "nora.bakes", 3)
    ]
    assert ask(module, context, "/admin/posts", "from=2026-11-01&to=2026-11-02")["posts"] == []
    # And a link that names no account has clicks of no post
    other = ask(module, context, f"/admin/campaigns/{none.id}/posts")
    assert (other["account"], other["clicks"], other["without_post"], other["posts"]) == (None, 2, 2, [])
    # And the function has the rights that this takes
    module.handler(http_event("GET", "/admin/posts", headers=basic("admin", "wrong")), context)
    assert used == granted("LinkPosts")


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/admin/campaigns/7/posts", "", 404),
        ("/admin/campaigns/nonsense/posts", "", 404),
        ("/admin/posts", "from=never", 422),
        ("/admin/posts", "tz=Mars/Olympus", 422),
    ],
)
def test_what_cannot_be_answered_says_why(path: str, query: str, status: int, module: ModuleType, context: Any) -> None:
    assert ask(module, context, path, query, status)["description"]


def test_nobody_else_is_told(module: ModuleType, context: Any) -> None:
    assert module.handler(http_event("GET", "/admin/posts"), context)["statusCode"] == 401
