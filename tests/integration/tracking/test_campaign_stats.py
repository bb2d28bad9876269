"""/tasks/update_stats and its schedule: the handler around the settlement."""

import time
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.platform.ids import number_id
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.store import CountStore
from signpost.tracking.settlement.recount import OutOfTime
from tests.aws_calls import at_call
from tests.http_events import ADMIN, basic, http_event
from tests.integration.tracking.world import World
from tests.logs import logged_by

PATH = "/tasks/update_stats"
SCHEDULE = {"source": "aws.scheduler", "detail-type": "Scheduled Event"}


def asked(method: str = "GET") -> dict[str, Any]:
    return http_event(method, PATH, headers=basic(*ADMIN))


def failing(error: Exception) -> Any:
    """While each read of one item of counts ends in this error."""

    def fail(**_: object) -> None:
        raise error

    return at_call(aws.dynamodb(), "before-call.dynamodb.GetItem", fail)


@pytest.fixture
def campaign(campaigns: CampaignStore) -> str:
    """A campaign that is two hours old."""
    then = time.time() - 7200
    made = Campaign.create(number_id(then), Creation(redirect_url="https://e.com/"), then)
    campaigns.create(made)
    return str(made.id)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_says_when_the_numbers_are_updated(
    campaign_stats: ModuleType, campaign: str, counts: CountStore, world: World, context: object, method: str
) -> None:
    world.now = time.time() - 7200
    world.click(campaign, 3)

    reply = campaign_stats.handler(asked(method), context)

    assert (reply["statusCode"], reply["body"]) == (200, "Updated.")
    assert reply["headers"]["content-type"].startswith("text/plain")
    assert counts.total(campaign).counts == {"android": 3}


def test_only_the_administrator_may_ask(campaign_stats: ModuleType, context: object) -> None:
    for headers in ({}, basic("admin", "wrong")):
        reply = campaign_stats.handler(http_event("POST", PATH, headers=headers), context)

        assert reply["statusCode"] == 401
        assert "Missing or wrong credentials" in reply["body"]
        assert reply["headers"]["www-authenticate"].startswith("Basic")


def test_the_schedule_needs_no_credentials(campaign_stats: ModuleType, context: object) -> None:
    assert campaign_stats.handler(SCHEDULE, context) is None


def test_an_update_that_takes_too_long_is_to_be_asked_for_again(
    campaign_stats: ModuleType, campaign: str, context: object
) -> None:
    with failing(OutOfTime()):
        assert campaign_stats.handler(asked(), context)["statusCode"] == 202


def test_a_scheduled_run_stops_while_there_is_time_to_note_how_far_it_got(
    campaign_stats: ModuleType, campaign: str, counts: CountStore
) -> None:
    hurried = SimpleNamespace(get_remaining_time_in_millis=lambda: 20_000)

    assert campaign_stats.handler(SCHEDULE, hurried) is None

    assert counts.total(campaign).settled_until is None


def test_campaigns_that_failed_are_not_passed_over_in_silence(
    campaign_stats: ModuleType, campaign: str, context: object
) -> None:
    # Over HTTP, the caller gets an error; by schedule, the invocation fails, which the alarm sees
    with failing(Unavailable("throttled")):
        assert campaign_stats.handler(asked(), context)["statusCode"] == 503
        with pytest.raises(Unavailable, match="1 campaigns could not be settled"):
            campaign_stats.handler(SCHEDULE, context)


def test_an_unreadable_click_is_logged_by_its_key(
    campaign_stats: ModuleType, campaign: str, world: World, context: object
) -> None:
    world.now = time.time() - 7200
    (record,) = world.click(campaign)
    partition = record["dynamodb"]["NewImage"]["partition"]["S"]
    world.store([{"partition": partition, "click": "01M7YGMAABFRC2J7KCZQ4BSJGW", "platform": "Nokia"}])

    with logged_by(campaign_stats.observer.logger) as log:
        campaign_stats.handler(SCHEDULE, context)

    assert "not readable, not counted" in log.getvalue()
    assert partition in log.getvalue()
    assert "01M7YGMAABFRC2J7KCZQ4BSJGW" in log.getvalue()
