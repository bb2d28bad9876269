"""What other contexts read of campaigns and clicks: from clicks through the counts to hours."""

from typing import Any

from signpost.platform import aws
from signpost.tracking.campaigns.campaign import Campaign, Change, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicked_hours import ClickedHour
from signpost.tracking.readings import Readings
from tests.aws_calls import noted
from tests.integration.tracking.world import HOUR, START, World

DAY = 86_400
NORA = "instagram-17841405822304914"


def made(world: World, campaigns: CampaignStore, **fields: Any) -> Campaign:
    campaign = Campaign.create(int(world.campaign()), Creation(redirect_url="https://e.com", **fields), world.now)
    assert campaigns.create(campaign)
    return campaign


def test_the_clicks_of_an_account_are_those_of_its_campaigns_hour_by_hour(
    world: World, campaigns: CampaignStore
) -> None:
    # Given a campaign of the account with a former name, one of its other install, and one of another account
    world.now = START - 3 * DAY
    bio = made(world, campaigns, slug="bio", account=NORA)
    renamed = bio.changed(Change(slug="link"), world.now)
    assert campaigns.replace(bio, renamed)
    other = made(world, campaigns, slug="box", account="facebook-17841405822304914")
    stranger = made(world, campaigns, slug="else", account="instagram-1")
    for each in (bio, other, stranger):
        world.roll_up(world.click(str(each.id), 2))

    # And a day on which clicks name sources, both settled
    world.now = START - 2 * DAY
    clicks: list[dict[str, str]] = [{"source": "C1-x"}, {"platform": "IPhone"}]
    world.roll_up(world.click_each(str(bio.id), clicks))
    world.now = START
    world.settle(str(bio.id), str(other.id), str(stranger.id))
    # And an hour that is not settled
    world.roll_up(world.click(str(bio.id), source="C1-x"))

    # Then every click is there once
    readings = Readings(aws.dynamodb(), "Campaigns", "ClickCounts")
    found = readings.clicks_of_account([NORA, "facebook-17841405822304914"], START - 9 * DAY, world.now)
    assert [each.keys for each in found] == [(str(other.id), "box"), (str(bio.id), "link", "bio")]
    assert found[0].hours == [ClickedHour(int(START - 3 * DAY), {"Android": 2}, {"none": 2})]
    assert found[1].hours == [
        ClickedHour(int(START - 3 * DAY), {"Android": 2}, {"none": 2}),
        ClickedHour(int(START - 2 * DAY), {"Android": 1, "IPhone": 1}, {"C1-x": 1, "none": 1}),
        ClickedHour(int(START), {"Android": 1}, {"C1-x": 1}),
    ]

    # And since a given moment, whole hours
    (since,) = readings.clicks_of_account([NORA], START - 2 * DAY + HOUR - 1, world.now)
    assert [each.start for each in since.hours] == [START - 2 * DAY, START]


def test_a_campaign_that_no_longer_names_the_account_is_not_read(world: World, campaigns: CampaignStore) -> None:
    bio = made(world, campaigns, slug="bio", account=NORA)
    readings = Readings(aws.dynamodb(), "Campaigns", "ClickCounts")
    assert [each.slug for each in readings.campaigns_of([NORA])] == ["bio"]

    assert campaigns.replace(bio, bio.changed(Change(account=None), world.now))

    assert readings.campaigns_of([NORA]) == []
    assert readings.clicks_of_account([NORA], 0, world.now) == []


def test_an_account_with_quiet_links_takes_few_calls(world: World, campaigns: CampaignStore) -> None:
    # Given two links with clicks without a source on many days
    links = [made(world, campaigns, account=NORA) for _ in range(2)]
    for _ in range(5):
        for each in links:
            world.roll_up(world.click(str(each.id)))
        world.now += DAY
    world.settle(*(str(each.id) for each in links))

    client = aws.dynamodb()
    with noted(client, "dynamodb") as calls:
        found = Readings(client, "Campaigns", "ClickCounts").clicks_of_account([NORA], 0, world.now)

    # Then they are read with one call for the links, one for their totals, and two for each
    assert [len(each.hours) for each in found] == [5, 5]
    assert len(calls) == 6
