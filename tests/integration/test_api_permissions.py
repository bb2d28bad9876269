"""Each function has only the rights that its calls to the template's tables need, which only AWS enforces."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from local.runner.application import Application
from signpost.platform import aws
from signpost.platform.ids import first_ulid, number_id
from signpost.tracking import clicks
from signpost.tracking.campaigns.campaign import Campaign, Change, Creation
from signpost.tracking.campaigns.earlier_clicks import Quota
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.redirect.dynamodb_client import Client
from tests.aws_calls import at_call
from tests.http_events import ADMIN, basic, http_event
from tests.integration.conftest import Handlers
from tests.template_model import ROOT, of_type

Right = tuple[str, str]  # an action, and the table or index it is for
PATH = "/admin/campaigns"
WRONG = basic("admin", "wrong")
AGENT = {"user-agent": "Mozilla/5.0 (Linux; Android 10; K) Chrome/142.0.0.0"}


def granted(function: str) -> set[Right]:
    """What the function's own policy allows in DynamoDB."""
    policies = of_type("AWS::IAM::Role")[f"{function}Role"]["Policies"]
    return {
        (action, table_of(resource))
        for policy in policies
        for written in policy["PolicyDocument"]["Statement"]
        for statement in [written["Fn::If"][1] if "Fn::If" in written else written]
        for action in as_list(statement["Action"])
        if action.startswith("dynamodb:")
        for resource in as_list(statement["Resource"])
    }


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def table_of(resource: Mapping[str, Any]) -> str:
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    return str(resource["Fn::Sub"]).replace("${", "").replace(".Arn}", "")


def needed(operation: str, request: Mapping[str, Any]) -> Iterator[Right]:
    """The rights that a DynamoDB call needs; a transaction needs those of its parts (DynamoDB developer guide, IAM)."""
    for item in request.get("TransactItems", []):
        ((part, details),) = item.items()
        yield f"dynamodb:{part}Item", details["TableName"]
    for table in request.get("RequestItems", {}):
        yield f"dynamodb:{operation}", table
    if "TableName" in request:
        index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
        yield f"dynamodb:{operation}", request["TableName"] + index


@pytest.fixture
def used(signpost_application: Application) -> Iterator[set[Right]]:
    """The rights that the calls so far needed, of boto3 or of the redirect's own client."""
    rights: set[Right] = set()
    send = Client.call

    def lean(self: Any, operation: str, request: Any, *rest: Any) -> Any:
        rights.update(needed(operation, request))
        return send(self, operation, request, *rest)

    def full(model: Any, params: Mapping[str, Any], **_: Any) -> None:
        rights.update(needed(model.name, json.loads(params["body"])))

    with patch.object(Client, "call", lean), at_call(aws.dynamodb(), "before-call.dynamodb", full):
        yield rights


@pytest.fixture
def campaign(signpost_application: Application) -> Iterator[str]:
    """The id of a campaign that is two hours old, with a limit and one uncounted click."""
    then = time.time() - 7200
    made = Campaign.create(number_id(then), Creation(redirect_url="https://e.com/", slug="rights", max_clicks=9), then)
    store = CampaignStore(aws.dynamodb(), "Campaigns")
    store.create(made)
    click = clicks.item(str(made.id), clicks.Click("Android", AGENT["user-agent"]), then, clicks.ClickLayout(1, 90))
    boto3.resource("dynamodb").Table("Clicks").put_item(Item={**click})
    yield str(made.id)
    if still_there := store.get(str(made.id)):
        store.delete(still_there)


def call(module: ModuleType, context: Any, events: Iterable[Mapping[str, Any]]) -> list[Any]:
    return [module.handler(dict(event), context) for event in events]


def set_limit_a_minute_ago(campaign: str) -> None:
    """Clicks that were not taken from the limit have yet to be counted."""
    store, then = CampaignStore(aws.dynamodb(), "Campaigns"), time.time() - 60
    free = store.find(campaign).changed(Change(max_clicks=None), then)
    limited = free.changed(Change(max_clicks=9), then)
    assert store.replace(store.find(campaign), free)
    assert store.replace(free, limited, Quota(0, first_ulid(then), frozenset("0")))


def test_the_redirect(campaign: str, used: set[Right], handlers: Handlers, context: Any) -> None:
    module = handlers("track_redirect")
    set_limit_a_minute_ago(campaign)
    used.clear()

    call(module, context, [http_event("GET", f"/track/{campaign}", headers=AGENT)])
    module.REDIRECT.store._client.close()

    assert used == granted("TrackRedirect")


def test_the_administration(campaign: str, used: set[Right], handlers: Handlers, context: Any) -> None:
    module = handlers("campaign_admin")
    one, login = f"{PATH}/{campaign}", basic(*ADMIN)
    used.clear()

    replies = call(
        module,
        context,
        [
            http_event("POST", PATH, headers=login, body={"redirect_url": "https://e.com/"}),
            http_event("GET", PATH, headers=login),
            http_event("GET", one, headers=login),
            http_event("PUT", one, headers=login, body={"slug": "rights-2", "max_clicks": 5}),
            http_event("PUT", one, headers=login, body={"slug": None, "max_clicks": None}),
            http_event("PUT", one, headers=login, body={"max_clicks": 5}),
            http_event("DELETE", one, headers=login),
        ],
    )

    assert [reply["statusCode"] for reply in replies] == [201, 200, 200, 200, 200, 200, 204]
    call(module, context, [http_event("GET", PATH, headers=WRONG)])
    assert used == granted("CampaignAdmin")


def test_the_rollup(used: set[Right], handlers: Handlers, context: Any) -> None:
    # The sample's hour ended long ago, so the rollup also asks for a recount.
    batch = json.loads((ROOT / "events" / "click_rollup" / "clicks.json").read_text(encoding="utf-8"))
    module = handlers("click_rollup")

    (reply,) = call(module, context, [batch])

    assert reply["batchItemFailures"] == []
    assert used == granted("ClickRollup")


def test_the_recount(campaign: str, used: set[Right], handlers: Handlers, context: Any) -> None:
    schedule = json.loads((ROOT / "events" / "campaign_stats" / "schedule.json").read_text(encoding="utf-8"))
    module = handlers("campaign_stats")
    used.clear()

    call(module, context, [schedule, http_event("POST", "/tasks/update_stats", headers=WRONG)])

    assert used == granted("CampaignStats")


def test_the_reports(campaign: str, used: set[Right], handlers: Handlers, context: Any) -> None:
    one, login = f"/admin/campaigns/{campaign}", basic(*ADMIN)
    module = handlers("campaign_reports")
    used.clear()

    replies = call(
        module,
        context,
        [
            http_event("GET", f"{one}/stats", headers=login, query="by=country"),
            http_event("GET", f"{one}/clicks.csv", headers=login),
            http_event("GET", f"{one}/qr.svg", headers=login),
        ],
    )

    assert [reply["statusCode"] for reply in replies] == [200, 200, 200]
    call(module, context, [http_event("GET", f"{one}/stats", headers=WRONG)])
    module.handler(http_event("GET", "/admin/stats", headers=basic(*ADMIN)), context)
    assert used == granted("CampaignReports")
