"""Who calls the handlers of tracking, where that takes more than an event: browsers, the stream, an administrator."""

import importlib
import io
import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from types import ModuleType
from typing import Any

import pytest

from signpost.platform import aws, settings
from signpost.platform.errors import Unavailable
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import Item
from signpost.tracking.counting.rollup import NotCounted, Rollup
from signpost.tracking.redirect import wiring
from signpost.tracking.redirect.dynamodb_client import Client
from tests.faults import Attempt, Fault
from tests.http_events import ADMIN, basic, http_event
from tests.integration.tracking.world import BROWSER, Record, World

TARGET = "https://e.com/p?a=1"
FALLBACK = "https://example.com/"


class Browser:
    """Follows tracking links in a world's time."""

    def __init__(self, environment: Mapping[str, str], client: Client, world: World, campaigns: CampaignStore) -> None:
        self._client, self._world, self._campaigns = client, world, campaigns
        buckets, days = world.layout
        given = settings.load(wiring.Settings, environment)
        self._settings = given._replace(click_buckets=buckets, click_retention_days=days)
        self._log = io.StringIO()
        self.new_environment()

    def new_environment(self) -> None:
        """Start anew, with nothing in memory."""
        self._redirect = wiring.build(self._settings, clock=lambda: self._world.now, client=self._client)

    def warm_up(self, campaign: Campaign) -> None:
        assert self.follow(campaign, "HEAD") == TARGET
        assert self._redirect.store.visitor_key("2026-11-21")

    def campaign(self, **fields: Any) -> Campaign:
        made = Campaign.create(int(self._world.campaign()), Creation(redirect_url=TARGET, **fields), self._world.now)
        assert self._campaigns.create(made)
        return made

    def follow(self, campaign: Campaign, method: str = "GET") -> str:
        request = http_event(method, f"/track/{campaign.id}", query="platform=IPhone", headers={"user-agent": BROWSER})
        with redirect_stdout(self._log):
            reply = self._redirect.answer(request)
        assert reply["statusCode"] == 307
        location: str = reply["headers"]["location"]
        return location

    def follow_under(self, fault: Fault, campaign: Campaign) -> tuple[str, bool]:
        """The answer, and whether it took a second request, as it does when the environment was killed."""
        attempt = fault.attempt(lambda: self.follow(campaign))
        if attempt.reply is not None:
            return attempt.reply, False
        self.new_environment()
        return self.follow(campaign), True

    def log(self) -> list[str]:
        """The lines since the last call."""
        lines = self._log.getvalue().splitlines()
        self._log.seek(0)
        self._log.truncate()
        return lines

    def stored(self, campaign: Campaign) -> list[Item]:
        pages = self._world.clicks.pages(str(campaign.id), "2026-11-21T07", 0)
        return [click for page in pages for click in page]


def clicks_in(log: list[str]) -> list[Item]:
    return [line["click"] for line in map(json.loads, log) if line.get("message") == "click spilled"]


def event(records: list[dict[str, object]], **fields: object) -> dict[str, object]:
    window = {"start": "2026-11-21T07:00:00Z", "end": "2026-11-21T07:15:00Z"}
    return {
        "Records": records,
        "shardId": "shardId-00000001795244400000-00000001",
        "window": window,
        "state": {},
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:123456789012:table/Clicks/stream/2026-11-21T07:00:00.000",
        **fields,
    }


def received() -> list[dict[str, str]]:
    """Everything in the failure queue."""
    url = aws.sqs().get_queue_url(QueueName="ClickRollupFailures")["QueueUrl"]
    found: list[dict[str, str]] = []
    while messages := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def deliver(fault: Fault, rollup: Rollup, records: list[Record]) -> None:
    """As Lambda does: again when it was killed or raised, and from the lowest record that is reported as failed."""
    batch = records

    def roll_up() -> list[NotCounted]:
        result = rollup.apply("shardId-1", batch)
        rollup.set_aside("shardId-1", result.poison)
        return result.again

    attempt = fault.attempt(roll_up, Unavailable)
    for _ in range(3):
        if attempt.reply is not None:
            failures = [int(each.sequence) for each in attempt.reply]
            if not failures:
                return
            batch = [record for record in batch if int(record["dynamodb"]["SequenceNumber"]) >= min(failures)]
        attempt = Attempt(roll_up(), done=True)
    pytest.fail("the batch is never done")


def of(campaign_id: str, records: list[Record]) -> list[Record]:
    return [each for each in records if each["dynamodb"]["NewImage"]["partition"]["S"].startswith(f"{campaign_id}#")]


def settle(world: World, *campaigns: str) -> None:
    """A run as the handler does it: it raises when some campaign could not be settled."""
    if world.settle(*campaigns).failures:
        raise Unavailable("some campaigns could not be settled")


class Administrator:
    """Sends requests to the administration's handler as its client would, and looks at what the table holds."""

    def __init__(self, module: ModuleType, context: Any, table: Any) -> None:
        self._module, self._context, self._table = module, context, table

    def send(self, method: str, path: str = "", body: object = None) -> tuple[int, Any]:
        request = http_event(method, f"/admin/campaigns{path}", body=body, headers=basic(*ADMIN))
        reply = self._module.handler(request, self._context)
        text = reply.get("body")
        return reply["statusCode"], json.loads(text) if text else None

    def send_under(self, fault: Fault, method: str, path: str = "", body: object = None) -> tuple[int, Any, bool]:
        """The first answer that is not a 503, and whether it took a second request."""
        attempt = fault.attempt(lambda: self.send(method, path, body))
        if attempt.reply is not None and attempt.reply[0] != 503:
            return *attempt.reply, False
        assert fault.mode.kills or fault.mode.lasting, "the SDK should get over a single fault"
        return *self.send(method, path, body), True

    def new_environment(self) -> None:
        """Start anew, with nothing in memory, not even the password."""
        importlib.reload(self._module)

    def quota(self, campaign: int) -> dict[str, Any]:
        found: dict[str, Any] = self._table.get_item(Key={"key": f"quota#{campaign}"}, ConsistentRead=True).get(
            "Item", {}
        )
        return found

    def campaigns(self) -> dict[int, dict[str, Any]]:
        """All campaigns by their id; fails when the table holds half of one."""
        items = {item["key"]: item for item in self._table.scan(ConsistentRead=True)["Items"]}
        found = {key: item for key, item in items.items() if item.get("kind") == "campaign"}
        slugs = {key: item for key, item in items.items() if key.startswith("slug#")}
        copies = {
            f"slug#{slug.lower()}": without(each, "kind", "key") | ({} if slug == each.get("slug") else {"alias": True})
            for each in found.values()
            for slug in ([each["slug"]] if "slug" in each else []) + each.get("aliases", [])
        }
        assert copies == {key: without(copy, "key") for key, copy in slugs.items()}
        assert {key for key in items if key.startswith("quota#")} <= {f"quota#{key}" for key in found}
        return {int(key): item for key, item in found.items()}


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}
