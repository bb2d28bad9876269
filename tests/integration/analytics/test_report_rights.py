"""Functions about reports have the DynamoDB rights that their calls need, which only AWS enforces."""

from collections.abc import Mapping
from typing import Any

from signpost.platform import aws
from signpost.platform.ids import number_id
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from tests.http_events import ADMIN, basic, http_event
from tests.integration.analytics.account import NOW, Connected
from tests.integration.conftest import Handlers
from tests.integration.test_api_permissions import Right, granted, used
from tests.queue_events import queue_event
from tests.samples import sample

__all__ = ["used"]  # a fixture


def test_the_taking_of_snapshots(
    handlers: Handlers, environment: Mapping[str, str], used: set[Right], context: Any
) -> None:
    module, account = handlers("report_snapshot"), Connected(environment)
    account.live()
    fields: dict[str, Any] = {"redirect_url": "https://e.com", "account": account.install.id}
    campaign = Campaign.create(number_id(NOW), Creation(**fields), NOW)
    assert CampaignStore(aws.dynamodb(), "Campaigns").create(campaign)
    used.clear()

    assert module.handler(queue_event({"member": account.member}), context) == {"batchItemFailures": []}
    module.handler(sample("report_snapshot", "schedule"), context)

    assert used == granted("ReportSnapshot")


def test_the_answering_of_reports(
    handlers: Handlers, environment: Mapping[str, str], used: set[Right], context: Any
) -> None:
    module, account = handlers("reports"), Connected(environment)
    account.live()
    stored = Connected(environment)
    assert account.take() == "taken"
    used.clear()

    for member, headers in (
        (account.member, {"authorization": f"Bearer {account.token}"}),
        (stored.member, basic(*ADMIN)),
        (stored.member, basic("admin", "wrong")),
    ):
        event = http_event("GET", f"/reports/{member}/top-commenters", headers=headers)
        module.handler(event, context)

    assert used == granted("Reports")
