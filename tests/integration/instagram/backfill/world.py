"""Backfills of accounts at the stand-in for Meta, in a world of fetches."""

import os
from types import ModuleType, SimpleNamespace

import requests

from signpost.instagram.backfill import wiring
from signpost.instagram.backfill.wiring import BackfillFeature
from signpost.instagram.backfills import Progress, progress
from signpost.instagram.erasure import wiring as erasure_wiring
from signpost.instagram.erasure.worker import Erasure
from signpost.instagram.fetch.jobs import FetchResult, backfill
from signpost.instagram.installs import Install
from signpost.platform import settings
from tests.integration.instagram import graphs
from tests.integration.instagram.fetch.world import Queue, World
from tests.queue_events import queue_event

VISIBILITY = 720  # seconds that SQS hides a message of a run that died


class Backfills:
    """The feature with the world's clock and stand-in for Meta."""

    def __init__(self, world: World, module: ModuleType) -> None:
        self.world, self._handler = world, module.handler
        picture_hosts = {"PICTURE_HOSTS": world.settings.picture_hosts}
        local = {**os.environ, **world.meta.settings(), **picture_hosts}
        self.settings = settings.load(wiring.Settings, local)
        self.queue = Queue(self.settings.backfill_queue)
        self.feature = self.build()
        world.feature = world.feature._replace(backfills=self.queue)

    def build(self, session: requests.Session | None = None, calls: int | None = None) -> BackfillFeature:
        """`calls`: for how many posts and pages a run has time."""
        left = iter(range(calls or 0))
        world = self.world
        built = wiring.build(
            self.settings,
            clock=world.clock,
            time_left=lambda _seconds: (lambda: True) if calls is None else lambda: next(left, None) is not None,
            apps=lambda: graphs.apps(world.meta),
            session=session,
        )
        return built._replace(queue=self.queue, page=5)

    def run(self, install: Install, feature: BackfillFeature | None = None) -> FetchResult:
        return (feature or self.feature).run(backfill(install.id, self.world.now), 120)

    def deliver(self, message: object, feature: BackfillFeature | None = None) -> bool:
        """Whether the message was acknowledged."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 120_000)
        reply = self._handler(queue_event(message), context, feature=feature or self.feature)
        return bool(reply["batchItemFailures"] == [])

    def until_done(self, most: int = 100) -> int:
        """Deliver what waits in the queue until nothing does. Returns how many runs it took."""
        for run in range(most):
            if not self.queue.sent:
                return run
            message, delay = self.queue.sent.pop(0)
            self.world.pass_time(delay)
            if not self.deliver(message):
                self.world.pass_time(VISIBILITY)
                self.queue.sent.append((message, 0))
        raise AssertionError("the backfill never ends")

    def progress(self, install: Install) -> Progress:
        return progress(self.world.stored(install))

    def erasure(self) -> Erasure:
        built = erasure_wiring.build(settings.load(erasure_wiring.Settings, os.environ), clock=self.world.clock)
        return built.erasure
