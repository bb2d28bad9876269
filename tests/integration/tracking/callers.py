"""Who calls the handlers of tracking, as far as it takes more than an event: browsers, the stream, an administrator."""

import io
import json
from contextlib import redirect_stdout
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.platform.secrets import CredentialsSecret
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import Item
from signpost.tracking.redirect.store import RedirectStore
from tests.faults import Attempt, Fault, Mode
from tests.http_events import ADMIN, basic, http_event
from tests.integration.tracking.world import BROWSER, Record, World

TARGET = "https://e.com/p?a=1"
FALLBACK = "https://example.com/"
PATIENCE = 30.0  # seconds for a redirect's call: faults decide here, not how busy this machine is


class Redirect:
    """The redirect's handler in a world's time."""

    def __init__(
        self,
        module: ModuleType,
        world: World,
        campaigns: CampaignStore,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self._module, self._world, self._campaigns = module, world, campaigns
        self._monkeypatch = monkeypatch
        self._log = io.StringIO()
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: world.now))
        monkeypatch.setattr(module, "LAYOUT", world.layout)

    def new_environment(self) -> None:
        """What was remembered is gone."""
        client = self._module.STORE._client
        store = RedirectStore(client, "Campaigns", "Clicks", PATIENCE, lambda: self._world.now)
        self._monkeypatch.setattr(self._module, "STORE", store)

    def warm_up(self, campaign: Campaign) -> None:
        assert self.follow(campaign, "HEAD") == TARGET
        assert self._module.STORE.visitor_key("2026-11-21")

    def campaign(self, **fields: Any) -> Campaign:
        made = Campaign.create(int(self._world.campaign()), Creation(redirect_url=TARGET, **fields), self._world.now)
        assert self._campaigns.create(made)
        return made

    def follow(self, campaign: Campaign, method: str = "GET") -> str:
        request = http_event(method, f"/track/{campaign.id}", query="platform=IPhone", headers={"user-agent": BROWSER})
        with redirect_stdout(self._log):
            reply = self._module.handler(request, None)
        assert reply["statusCode"] == 307
        location: str = reply["headers"]["location"]
        return location

    def follow_under(self, fault: Fault, campaign: Campaign) -> tuple[str, bool]:
        """The answer, and whether it took a second request: a killed environment answers nobody."""
        attempt = fault.attempt(lambda: self.follow(campaign))
        if attempt.reply is not None:
            return attempt.reply, False
        self.new_environment()
        return self.follow(campaign), True

    def log(self) -> list[str]:
        """The lines since it was last asked for."""
        lines = self._log.getvalue().splitlines()
        self._log.seek(0)
        self._log.truncate()
        return lines

    def stored(self, campaign: Campaign) -> list[Item]:
        pages = self._world.clicks.pages(str(campaign.id), "2026-11-21T07", 0)
        return [{**click, "ttl": int(click["ttl"])} for page in pages for click in page]


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


def deliver(fault: Fault, rollup: ModuleType, records: list[Record]) -> None:
    """As Lambda does: again when it was killed or raised, and from the lowest record that it is told has failed."""
    batch = records
    attempt: Attempt[Any] = fault.attempt(lambda: rollup.handler(event(batch), None), Unavailable)
    for _ in range(3):
        if attempt.reply is not None:
            failures = [int(failure["itemIdentifier"]) for failure in attempt.reply["batchItemFailures"]]
            if not failures:
                return
            batch = [record for record in batch if int(record["dynamodb"]["SequenceNumber"]) >= min(failures)]
        attempt = Attempt(rollup.handler(event(batch), None), done=True)
    pytest.fail("the batch is never done")


def of(campaign_id: str, records: list[Record]) -> list[Record]:
    return [each for each in records if each["dynamodb"]["NewImage"]["partition"]["S"].startswith(f"{campaign_id}#")]


def settle(world: World, *campaigns: str) -> None:
    """A run as the handler does it: what could not be done fails it."""
    if world.settle(*campaigns).failures:
        raise Unavailable("some campaigns could not be settled")


class Administrator:
    """Sends requests to the administration's handler as its client would, and looks at what the table holds."""

    def __init__(self, module: ModuleType, context: Any, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._module, self._context, self._table, self._monkeypatch = module, context, table, monkeypatch

    def send(self, method: str, path: str = "", body: object = None) -> tuple[int, Any]:
        request = http_event(method, f"/admin/campaigns{path}", body=body, headers=basic(*ADMIN))
        reply = self._module.handler(request, self._context)
        text = reply.get("body")
        return reply["statusCode"], json.loads(text) if text else None

    def send_under(self, fault: Fault, method: str, path: str = "", body: object = None) -> tuple[int, Any, bool]:
        """The first definite answer, and whether the request had to be repeated for it."""
        attempt = fault.attempt(lambda: self.send(method, path, body))
        if attempt.reply is not None and attempt.reply[0] != 503:
            return *attempt.reply, False
        assert mode_may_fail(fault.mode), "one fault is for the SDK to get over"
        return *self.send(method, path, body), True

    def forget_secret(self) -> None:
        secret = CredentialsSecret(aws.secretsmanager(), self._module.SETTINGS.admin_secret)
        self._monkeypatch.setattr(self._module, "SECRET", secret)

    def campaigns(self) -> dict[int, dict[str, Any]]:
        """All campaigns by their id; fails when the table holds half of one."""
        items = {item["key"]: item for item in self._table.scan(ConsistentRead=True)["Items"]}
        found = {key: item for key, item in items.items() if item.get("kind") == "campaign"}
        slugs = {key: item for key, item in items.items() if key.startswith("slug#")}
        copies = {f"slug#{each['slug']}": without(each, "kind", "key") for each in found.values() if "slug" in each}
        assert copies == {key: without(copy, "key") for key, copy in slugs.items()}
        assert {key for key in items if key.startswith("quota#")} <= {f"quota#{key}" for key in found}
        return {int(key): item for key, item in found.items()}


def mode_may_fail(mode: Mode) -> bool:
    return mode.kills or mode.lasting


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}
