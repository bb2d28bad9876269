"""The demo's year of clicks: in the application's own form, and as a recount would leave it."""

from typing import Any

import boto3
import pytest

from local.demo import history
from local.demo.history import Link, Tables
from local.meta import demo_world
from local.meta.world import World as MetaWorld
from local.runner.application import Application
from signpost.instagram.readings import Readings as InstagramReadings
from signpost.platform import aws
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.counts import people
from signpost.tracking.readings import Readings
from tests.aws import empty
from tests.integration.tracking.world import LAYOUT, START, World, assert_adds_up

pytestmark = pytest.mark.slow

NORA = "nora.bakes.demo"
TABLES = Tables("Campaigns", "Clicks", "ClickCounts", "Media")
FEW = (
    Link("loaf-box", "https://e.com/boxes", NORA, daily=30, by_post=1, began=5, names_posts=True),
    Link("market", "https://e.com/market", daily=40, began=5, ends_after=19),
    Link("workshop", "https://e.com/workshop", daily=40, began=5, most=20),
)


@pytest.fixture(scope="module")
def meta() -> MetaWorld:
    return demo_world.grown(START, "signpost.example")


@pytest.fixture
def world(signpost_application: Application, meta: MetaWorld) -> World:
    """With the past of three links that are five days old."""
    empty(*TABLES)
    environment = {
        name: value
        for function in signpost_application.functions.values()
        for name, value in function.environment.items()
    }
    made = World(environment, boto3.resource("dynamodb").Table("Clicks"))
    client = aws.dynamodb()
    for table, items in history.write(meta, TABLES, LAYOUT, START, FEW).items():
        for start in range(0, len(items), 25):
            batch: Any = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
            client.batch_write_item(RequestItems={table: batch})
    return made


def everything() -> list[Any]:
    return [
        sorted(boto3.resource("dynamodb").Table(name).scan()["Items"], key=str)
        for name in ("Campaigns", "Clicks", "ClickCounts")
    ]


def without_revisions(items: list[Any]) -> list[Any]:
    return [{name: value for name, value in item.items() if name != "revision"} for item in items]


def test_a_recount_of_the_past_changes_nothing(world: World) -> None:
    before = everything()
    ids = [str(each.id) for each in Readings(aws.dynamodb(), "Campaigns", "ClickCounts").campaigns()]
    assert len(ids) == 3

    # When the schedule runs
    world.settle(*ids)

    # Then nothing was left to do
    assert everything() == before

    # And when late clicks have every hour with clicks counted again
    hours = {(key[0], key[1]) for item in before[1] for key in [item["partition"].split("#")]}
    assert len(hours) > 100
    for campaign, hour in hours:
        world.counts.ask_recount(campaign, hour, "late")
    world.settle(*ids)

    # Then all counts are the same
    assert [without_revisions(each) for each in everything()] == [without_revisions(each) for each in before]
    assert world.unreadable == []


def test_counts_add_up_and_links_end_as_they_should(world: World) -> None:
    campaigns = CampaignStore(aws.dynamodb(), "Campaigns")
    found = {each.slug: each for each in Readings(aws.dynamodb(), "Campaigns", "ClickCounts").campaigns()}

    for each in found.values():
        key = str(each.id)
        assert campaigns.get(f"slug#{each.slug}") == each
        quarters = world.counts.quarters(key, "0", "~")
        days = world.counts.days(key, "0", "~")
        for counts in (*(quarter.counts for quarter in quarters.values()), *(day.counts for day in days.values())):
            assert_adds_up(counts)
        total = sum(people(day.counts) for day in days.values())
        assert people(world.counts.current(key)) == total > 0
        assert all(0 < day.visitors.number <= people(day.counts) for day in days.values() if people(day.counts) > 5)
    ended = found["market"].expires_at
    assert ended is not None
    assert max(world.counts.quarters(str(found["market"].id), "0", "~")) <= ended[:16]
    assert people(world.counts.current(str(found["workshop"].id))) == found["workshop"].max_clicks == 20
    quota = aws.dynamodb().get_item(TableName="Campaigns", Key={"key": {"S": f"quota#{found['workshop'].id}"}})["Item"]
    assert (quota["used"], quota["max"]) == ({"N": "20"}, {"N": "20"})


def test_an_account_has_its_links_and_a_follower_count_for_each_day(world: World, meta: MetaWorld) -> None:
    install = f"facebook-{meta.account(NORA).id}"

    (link,) = Readings(aws.dynamodb(), "Campaigns", "ClickCounts").clicks_of_account([install], 0, world.now)
    assert link.keys[1:] == ("loaf-box",)

    days = list(InstagramReadings(aws.dynamodb(), "InstagramInstalls", "Media").account_numbers(install))
    assert len(days) == history.DAYS
    counts = [each.followers_count or 0 for each in days]
    assert counts[0] < 0.75 * counts[-1]
    assert counts[-1] <= meta.account(NORA).followers


def test_the_whole_year_is_worth_looking_at(meta: MetaWorld) -> None:
    written = history.write(meta, TABLES, LAYOUT, START)

    totals = {
        item["campaign"]["S"]: sum(int(item.get(name, {"N": "0"})["N"]) for name in ("android", "iphone", "other"))
        for item in written["ClickCounts"]
        if item["period"]["S"] == "total"
    }
    assert len(totals) == len(history.LINKS)
    assert min(totals.values()) >= 300
    assert sum(totals.values()) > 30_000
    sources = {name for item in written["ClickCounts"] for name in item if name.startswith("source:C")}
    assert len(sources) > 5
