"""A campaign that is deleted while somebody clicks on it breaks nothing and leaves nothing."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from signpost.platform.errors import Unavailable
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.redirect.dynamodb_client import Client
from tests.faults import Fault, Mode
from tests.integration.tracking.callers import FALLBACK, TARGET, Administrator, Redirect, deliver, settle
from tests.integration.tracking.world import DONE, START, World


@pytest.fixture
def layout() -> ClickLayout:
    return ClickLayout(1, 90)


@pytest.fixture
def deleted_once_read(campaigns: CampaignStore, monkeypatch: pytest.MonkeyPatch) -> Callable[[Campaign], None]:
    """Deletes a campaign as soon as the redirect has read it."""

    def arrange(campaign: Campaign) -> None:
        call = Client.call

        def then_delete(client: Client, operation: str, *arguments: Any) -> Any:
            reply = call(client, operation, *arguments)
            if operation == "GetItem":
                campaigns.delete(campaign)
            return reply

        monkeypatch.setattr(Client, "call", then_delete)

    return arrange


@pytest.mark.parametrize("mode", [Mode.KILLED_AFTER, Mode.ALL_REPLIES_LOST])
def test_a_campaign_that_is_deleted_meanwhile_breaks_nothing(
    mode: Mode,
    redirect: Redirect,
    rollup: ModuleType,
    world: World,
    campaigns: CampaignStore,
    deleted_once_read: Callable[[Campaign], None],
) -> None:
    # Given a campaign that is deleted while somebody clicks on it, and another one
    campaign, other = redirect.campaign(slug="summer"), redirect.campaign()
    redirect.new_environment()
    deleted_once_read(campaign)

    # When the click is answered, rolled up, and settled by a run that read the list of campaigns before and one after
    assert redirect.follow(campaign) == TARGET
    records = [world.record(each) for each in redirect.stored(campaign)]
    others = world.click(str(other.id))
    deliver(Fault(mode, 2), rollup, records + others)
    world.pass_hours(2)
    for listed in ([str(campaign.id), str(other.id)], *campaigns.ids()):
        Fault(mode, 5).until_done(lambda: settle(world, *listed), Unavailable)  # noqa: B023

    # Then both have their counts, and nobody is sent there any more
    world.assert_settled(str(campaign.id), records)
    world.assert_settled(str(other.id), others)
    assert [len(records), len(others)] == [1, 1]
    world.now = START + 60
    assert redirect.follow(campaign) == FALLBACK


def test_a_late_click_on_a_deleted_campaign_breaks_nothing(world: World) -> None:
    # Given a campaign of which no hour was ever settled, and that no list names any more
    campaign, other = world.campaign(), world.campaign()
    late = world.click(campaign)
    world.pass_hours(2)

    # When its click's record comes
    assert world.roll_up(late) == DONE
    settle(world, other)

    # Then others are settled, now and as long as the request waits
    assert world.counts.total(other).settled_until == "2026-11-21T08"
    world.pass_hours(24 * 90)
    world.settle_late()
    assert list(world.counts.recount_requests()) == []


def test_a_click_in_flight_leaves_nothing_of_a_deleted_campaign(
    redirect: Redirect, admin: Administrator, deleted_once_read: Callable[[Campaign], None]
) -> None:
    campaign = redirect.campaign(max_clicks=5)
    redirect.new_environment()
    deleted_once_read(campaign)

    assert redirect.follow(campaign) in (TARGET, FALLBACK)

    assert admin.campaigns() == {}
