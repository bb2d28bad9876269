"""A campaign that is deleted while somebody clicks on it breaks nothing and leaves nothing behind."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from signpost.platform.errors import Unavailable
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.redirect.dynamodb_client import Client
from tests.faults import Fault, Mode
from tests.integration.tracking.callers import FALLBACK, TARGET, Administrator, Browser, deliver, settle
from tests.integration.tracking.world import DONE, START, World

BUCKETS = 1


class Meanwhile(Client):
    """Something happens as soon as the redirect has read a campaign."""

    happening: Callable[[], object]

    def call(self, operation: str, request: dict[str, Any], budget: float) -> dict[str, Any]:
        reply = super().call(operation, request, budget)
        if operation == "GetItem":
            self.happening()
        return reply


@pytest.fixture
def redirect_client(lean_client: Callable[..., Meanwhile]) -> Iterator[Meanwhile]:
    with closing(lean_client(Meanwhile)) as client:
        yield client


@pytest.mark.parametrize("mode", [Mode.KILLED_AFTER, Mode.ALL_REPLIES_LOST])
def test_a_campaign_that_is_deleted_during_a_click_breaks_nothing(
    mode: Mode, browser: Browser, redirect_client: Meanwhile, world: World, campaigns: CampaignStore
) -> None:
    # Given a campaign that is deleted while somebody clicks on it, and another one
    campaign, other = browser.campaign(slug="summer"), browser.campaign()
    redirect_client.happening = lambda: campaigns.delete(campaign)

    # When the click is answered, rolled up, and settled by runs that listed the campaigns before and after the deletion
    assert browser.follow(campaign) == TARGET
    records = [world.record(each) for each in browser.stored(campaign)]
    others = world.click(str(other.id))
    deliver(Fault(mode, 2), world.rollup, records + others)
    world.pass_hours(2)
    for listed in ([str(campaign.id), str(other.id)], *campaigns.ids()):
        Fault(mode, 5).until_done(lambda: settle(world, *listed), Unavailable)  # noqa: B023

    # Then both have their counts, and the link leads to the fallback
    world.assert_settled(str(campaign.id), records)
    world.assert_settled(str(other.id), others)
    assert [len(records), len(others)] == [1, 1]
    world.now = START + 60
    assert browser.follow(campaign) == FALLBACK


def test_a_late_click_on_a_deleted_campaign_breaks_nothing(world: World) -> None:
    # Given a campaign of which no hour was ever settled, and that no list names any more
    campaign, other = world.campaign(), world.campaign()
    late = world.click(campaign)
    world.pass_hours(2)

    # When its click's record arrives
    assert world.roll_up(late) == DONE
    settle(world, other)

    # Then others are settled, and the request is dropped when the clicks have expired
    assert world.counts.total(other).settled_until == "2026-11-21T08"
    world.pass_hours(24 * 90)
    world.settle_late()
    assert list(world.counts.recount_requests()) == []


def test_a_click_on_a_campaign_that_is_being_deleted_leaves_nothing_behind(
    browser: Browser, redirect_client: Meanwhile, admin: Administrator, campaigns: CampaignStore
) -> None:
    campaign = browser.campaign(max_clicks=5)
    redirect_client.happening = lambda: campaigns.delete(campaign)

    assert browser.follow(campaign) in (TARGET, FALLBACK)

    assert admin.campaigns() == {}
