"""/tasks/update_stats and its schedule: the handler around the settlement."""

import time
from types import ModuleType

import pytest

from signpost.platform.errors import Unavailable
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.settlement import OutOfTime
from signpost.tracking.counting.store import CountStore
from tests.http_events import ADMIN, basic, http_event
from tests.logs import logged_by

PATH = "/tasks/update_stats"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_says_when_the_numbers_are_updated(
    campaign_stats: ModuleType, campaigns: CampaignStore, counts: CountStore, context: object, method: str
) -> None:
    campaign = Campaign.create(7, Creation(redirect_url="https://e.com/"), 0.0)
    campaign = campaign._replace(id=(int(time.time() * 1000) - 1_704_067_200_000) << 12)
    campaigns.create(campaign)
    counts.add(str(campaign.id), "2999-01-01T00", {"android": 3}, shard="s", after=None, upto="1")

    reply = campaign_stats.handler(http_event(method, PATH, headers=basic(*ADMIN)), context)

    assert (reply["statusCode"], reply["body"]) == (200, "Updated.")
    assert reply["headers"]["content-type"].startswith("text/plain")
    assert counts.listed([str(campaign.id)])[str(campaign.id)] == {"android": 3}


def test_only_the_administrator_may_ask(campaign_stats: ModuleType, context: object) -> None:
    for headers in ({}, basic("admin", "wrong")):
        reply = campaign_stats.handler(http_event("POST", PATH, headers=headers), context)

        assert reply["statusCode"] == 401
        assert "Missing or wrong credentials" in reply["body"]
        assert reply["headers"]["www-authenticate"].startswith("Basic")


def test_the_schedule_needs_no_credentials(campaign_stats: ModuleType, context: object) -> None:
    assert campaign_stats.handler({"source": "aws.scheduler", "detail-type": "Scheduled Event"}, context) is None


def test_who_cannot_wait_is_told_to_ask_again(
    campaign_stats: ModuleType, context: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_time(_seconds: float) -> None:
        raise OutOfTime

    monkeypatch.setattr(campaign_stats, "settle", out_of_time)

    assert campaign_stats.handler(http_event("GET", PATH, headers=basic(*ADMIN)), context)["statusCode"] == 202
    assert campaign_stats.handler({"source": "aws.scheduler"}, context) is None


def test_campaigns_that_failed_are_not_passed_over_in_silence(
    campaign_stats: ModuleType, campaigns: CampaignStore, context: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns.create(Campaign.create(1, Creation(redirect_url="https://e.com/"), 0.0))

    def refuse(_campaign_id: str) -> None:
        raise Unavailable("throttled")

    monkeypatch.setattr(campaign_stats.COUNTS, "total", refuse)

    # When asked over HTTP, the caller is told; when run by schedule, the invocation fails and the alarm sees it
    assert campaign_stats.handler(http_event("GET", PATH, headers=basic(*ADMIN)), context)["statusCode"] == 503
    with pytest.raises(Unavailable, match="1 campaigns could not be settled"):
        campaign_stats.handler({"source": "aws.scheduler"}, context)


def test_an_unreadable_click_is_logged_by_its_key(campaign_stats: ModuleType) -> None:
    with logged_by(campaign_stats.logger) as log:
        campaign_stats.report_unreadable("7#2026-11-21T07#0", "01M7YGMAABFRC2J7KCZQ4BSJGW")

    assert "01M7YGMAABFRC2J7KCZQ4BSJGW" in log.getvalue()
