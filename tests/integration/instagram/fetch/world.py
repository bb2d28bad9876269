"""Accounts at the stand-in for Meta, their installs, and messages that have them fetched.

Each world has new accounts, so what other tests stored is not in the way.
"""

import itertools
import json
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import requests

from local.meta import Meta
from signpost.instagram import posts
from signpost.instagram.apps.app import LinkState, link_item
from signpost.instagram.commands import Commands
from signpost.instagram.fetch import wiring
from signpost.instagram.fetch.jobs import Job
from signpost.instagram.fetch.media_fetch import MediaFetch
from signpost.instagram.installs import Install, install_id, item
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Attr, Change, Item, Key, Table
from signpost.platform.queue import MessageQueue
from tests import dynamodb
from tests.installs import connected
from tests.integration.instagram import graphs
from tests.queue_events import taken
from tests.samples import sample
from tests.timing import Time

NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
HOUR = 3600
DAY = 86_400
INSTALLS = "InstagramInstalls"
_numbers = itertools.count(1)


class Queue(MessageQueue):
    """The real queue, which also remembers what was sent, so that no test waits for a delay."""

    def __init__(self, url: str) -> None:
        super().__init__(aws.sqs(), url)
        self.sent: list[tuple[Mapping[str, object], int]] = []

    def send(self, messages: Sequence[Mapping[str, object]], delay: int | Sequence[int] = 0) -> None:
        super().send(messages, delay)
        delays = [delay] * len(messages) if isinstance(delay, int) else delay
        self.sent += zip(messages, delays, strict=True)


class World:
    def __init__(self, module: ModuleType, meta: Meta, clock: Time) -> None:
        self.meta, self.clock, self._handler = meta, clock, module.handler
        local = {**meta.settings(), "PICTURE_HOSTS": urlsplit(meta.url).netloc}
        self.settings = settings.load(wiring.Settings, {**os.environ, **local})
        self.installs, self.queue = Table(aws.dynamodb(), INSTALLS), Queue(self.settings.media_fetch_queue)
        self.feature = self.build()
        self._told: list[str] = []

    def build(self, session: requests.Session | None = None) -> MediaFetch:
        """The feature with this world's clock and its stand-in for Meta."""
        built = wiring.build(self.settings, clock=self.clock, apps=lambda: graphs.apps(self.meta), session=session)
        return built._replace(queue=self.queue)

    @property
    def now(self) -> float:
        return self.clock.value

    def pass_time(self, seconds: float) -> None:
        self.clock.value += seconds

    # -------------------------------------------------------------------------------------------------- Given
    def install(self, provider: Provider = Provider.INSTAGRAM, posts: int = 0, **fields: Any) -> Install:
        """A connected account with this many posts, an hour apart."""
        login = f"user{next(_numbers)}.demo"
        person = f"login-{login}" if provider is Provider.FACEBOOK else None
        account = self.meta.add_account(login, login=person)
        for number in range(posts):
            self.meta.publish(login, f"Loaf {number} #bread #ed", seconds_ago=HOUR * (number + 1))
        scopes = fields.pop("scopes", DEFAULT_SCOPES[provider])
        token = self.meta.connect(provider.value, person or login, scopes)
        encrypted = self.feature.tools.cipher.encrypt(install_id(provider, account.id), token.value)
        usual = {"token": encrypted, "scopes": tuple(scopes), "import_tags": ("ed",), "sync_at": self.now}
        made = connected(provider, account.id, login, self.now, **(usual | fields))
        self.installs.put(item(made) | {"sync": "due"})
        return made

    def link(self, install: Install, state: LinkState = LinkState.ACCEPTED, **app: Any) -> str:
        """An app that the account is connected for; returns its id."""
        app_id = uuid.uuid4().hex
        dynamodb.put("InstagramApps", {"app_id": app_id, "part": "app", "version": 1, **app})
        self.link_again(install, app_id, state)
        return app_id

    def link_again(self, install: Install, app_id: str, state: LinkState = LinkState.ACCEPTED) -> None:
        """Another account of that app."""
        link = link_item(app_id, install.id, install.instagram_account, self.now, state)
        dynamodb.put("InstagramApps", link)

    def make_old(self, install: Install, app_id: str) -> None:
        """Make the link to the app one from before links had to be accepted."""
        key = {"app_id": app_id, "part": f"install#{install.id}"}
        link = dynamodb.get("InstagramApps", **key)
        dynamodb.put("InstagramApps", {name: link[name] for name in link.keys() - {"state", "accepted_at"}})

    def install_again(self, install: Install, provider: Provider) -> Install:
        """The same account, connected through the other product."""
        account = install.instagram_business_account_id
        token = self.meta.connect(provider.value, install.instagram_account, DEFAULT_SCOPES[provider])
        encrypted = self.feature.tools.cipher.encrypt(install_id(provider, account), token.value)
        made = connected(provider, account, install.instagram_account, self.now)
        made = made._replace(token=encrypted, scopes=DEFAULT_SCOPES[provider], import_tags=install.import_tags)
        self.installs.put(item(made) | {"sync": "due", "sync_at": self.now})
        return made

    # --------------------------------------------------------------------------------------------------- When
    def job(self, install: Install, why: str = "sweep", count: int = 25, **fields: Any) -> Job:
        return Job(install.id, why, fields.pop("asked_at", self.now), count, **fields)

    def event(self, message: Mapping[str, object], receives: int = 1) -> dict[str, Any]:
        """As SQS delivers it."""
        event = sample("media_fetch", f"queue-{message['why']}")
        [record] = event["Records"]
        record["body"] = json.dumps(message)
        record["attributes"]["ApproximateReceiveCount"] = str(receives)
        return event

    def deliver(self, job: Job | Mapping[str, object], receives: int = 1, seconds: float = 120) -> bool:
        """Whether the message was acknowledged."""
        return self.handle(self.event(job.message() if isinstance(job, Job) else job, receives), seconds)

    def handle(self, event: dict[str, Any], seconds: float = 120) -> bool:
        reply = self._handler(event, SimpleNamespace(get_remaining_time_in_millis=lambda: int(seconds * 1000)))
        return bool(reply["batchItemFailures"] == [])

    def sync(self, install: Install, why: str = "sweep", count: int = 25, **fields: Any) -> bool:
        return self.deliver(self.job(install, why, count, **fields))

    # --------------------------------------------------------------------------------------------------- Then
    def stored(self, install: Install) -> Install:
        found = self.feature.tools.installs.get(install.id)
        assert found is not None
        return found

    def attributes(self, install: Install) -> Item:
        found = self.installs.get({"key": install.id})
        assert found is not None
        return found

    def posts(self, install: Install) -> list[Post]:
        """Newest first."""
        return [posts.from_item(each) for each in self.items(install.id)]

    def items(self, owner: str) -> list[Item]:
        return list(Table(aws.dynamodb(), "Media").items(Key("owner").eq(owner), newest_first=True))

    def snapshots(self, install: Install, post: Post) -> list[Item]:
        return self.items(f"{install.id}#{post.media_id}")

    def imports(self, install: Install) -> list[Item]:
        account = install.instagram_business_account_id
        return list(Table(aws.dynamodb(), "Imports").items(Key("account").eq(account)))

    def events(self) -> list[dict[str, Any]]:
        """The details of the imports' events since the last call of this."""
        return [event["detail"] for event in self._taken() if event["detail-type"] == "MediaImported"]

    def announced(self) -> list[str]:
        """The installs about which others were told that there is something new, since the last call of this."""
        self._taken()
        told, self._told = self._told, []
        return told

    def _taken(self) -> list[dict[str, Any]]:
        events = taken(listen(self.settings.event_bus))
        self._told += [each["detail"]["install"] for each in events if each["detail-type"] == "AccountSynced"]
        return events

    def events_for(self, install: Install) -> list[dict[str, Any]]:
        """The details of this install's events since the last call of this."""
        return [each for each in self.events() if each["install"] == install.id]

    def events_of(self, install: Install) -> list[str]:
        return sorted(each["media_id"] for each in self.events() if each["install"] == install.id)

    def store(self, install: Install, numbers: Iterable[int]) -> None:
        """Posts from before the account's newest ones."""
        old = (Post(str(10_000 + number), self.now - (1000 + number) * DAY) for number in numbers)
        Table(aws.dynamodb(), "Media").batch_write(put=[posts.item(install.id, post) for post in old])

    def stop(self, install: Install) -> bool:
        """As its owner does; true."""
        Commands(aws.dynamodb(), INSTALLS, self.queue, self.queue, clock=self.clock).stop_sync(install.id)
        return True

    def start(self, install: Install) -> None:
        Commands(aws.dynamodb(), INSTALLS, self.queue, self.queue, clock=self.clock).start_sync(install.id)

    def update(self, install: Install, name: str, value: Any) -> None:
        """Set one attribute of an install's item."""
        assert self.installs.update_if({"key": install.id}, Change(set={name: value}), Attr("key").exists())

    def delete(self, key: str) -> None:
        self.installs.delete({"key": key})

    def calls(self, part: str = "") -> int:
        """How many calls to Meta had this in their path."""
        return sum(part in call.path for call in self.meta.calls)

    def measured(self) -> int:
        """How many calls to Meta asked for insights of posts, not of accounts."""
        owners = {account.id for account in self.meta.state.world.accounts}
        asked = (call.path.split("/") for call in self.meta.calls if call.path.endswith("/insights"))
        return sum(parts[-2] not in owners for parts in asked)


@cache
def listen(bus: str) -> str:
    """The address of a queue that gets every event of the bus."""
    events, sqs = aws.events(), aws.sqs()
    events.put_rule(Name="listener", EventBusName=bus, EventPattern=json.dumps({"source": ["signpost.instagram"]}))
    arn = "arn:aws:sqs:us-east-1:123456789012:listener"
    events.put_targets(Rule="listener", EventBusName=bus, Targets=[{"Id": "listener", "Arn": arn}])
    return sqs.create_queue(QueueName="listener")["QueueUrl"]
