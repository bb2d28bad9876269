"""A first sync that is killed or throttled at any call ends with the snapshot that a quiet one has."""

from collections import deque
from collections.abc import Mapping

import pytest

from signpost.analytics.packed import unpack
from signpost.analytics.snapshot import Snapshot
from signpost.analytics.snapshots import wiring
from signpost.analytics.snapshots.jobs import Job
from signpost.instagram.installs import Install, item
from signpost.platform import settings
from signpost.platform.errors import Unavailable
from tests import dynamodb
from tests.faults import Fault, Mode, at_every_call
from tests.integration.conftest import Handlers
from tests.integration.instagram.backfill.world import VISIBILITY, Backfills
from tests.integration.instagram.fetch.test_account_data_faults import everything, settled
from tests.integration.instagram.fetch.world import HOUR, World

pytestmark = pytest.mark.slow

OLDER = 2  # posts that the first fetch does not ask for


class Sync:
    """An account's first fetch and its backfill, whose messages come again until they are done."""

    def __init__(self, world: World, backfills: Backfills, install: Install) -> None:
        self.world, self.backfills, self.install = world, backfills, install
        self._left: deque[Mapping[str, object]] = deque([world.job(install, "connect", 1).message()])
        for queue in (world.queue, backfills.queue):
            queue.sent.clear()

    def go_on(self, most: int = 40) -> bool:
        """Deliver so many messages; whether nothing is left. One that is not acknowledged stays."""
        for _ in range(most):
            for queue in (self.world.queue, self.backfills.queue):
                self._left += [message for message, _ in queue.sent]
                queue.sent.clear()
            if not self._left:
                return True
            message = self._left[0]
            deliver = self.backfills.deliver if message["why"] == "backfill" else self.world.deliver
            if deliver(message):
                self._left.popleft()
            self.world.pass_time(VISIBILITY)
        return False

    def sweep(self) -> None:
        """The next sync, hours later: it begins a backfill whose beginning was lost."""
        if not self.backfills.progress(self.install).done:
            self.world.pass_time(6 * HOUR)
            assert self.world.sync(self.install)
            assert self.go_on()


class Reporter:
    def __init__(self, world: World, environment: Mapping[str, str]) -> None:
        built = settings.load(wiring.Settings, environment)
        self._snapshots = wiring.build(built, clock=world.clock).snapshots

    def snapshot(self, install: Install) -> Snapshot:
        """What reports read of the account now, without the times at which it was looked at."""
        account = install.instagram_business_account_id
        assert self._snapshots.take(Job(account)).value == "taken"
        member = self._snapshots.members.get(account)
        assert member is not None
        assert member.snapshot is not None
        found = unpack(self._snapshots.files.load(account, member.snapshot))
        days = None if found.days is None else tuple(day._replace(at=0) for day in found.days)
        return Snapshot(**{**vars(found), "at": 0, "days": days})


def forget(world: World, install: Install) -> None:
    """As if the account had just been connected."""
    for owner in {each["owner"] for each in dynamodb.items("Media") if each["owner"].startswith(install.id)}:
        for each in world.items(owner):
            dynamodb.table("Media").delete_item(Key={"owner": owner, "item": each["item"]})
    world.installs.put(item(install) | {"sync": "due", "sync_at": world.now})


@pytest.mark.parametrize("mode", [Mode.KILLED_AFTER, Mode.ALL_THROTTLED], ids=lambda mode: mode.name.lower())
def test_a_sync_that_is_struck_at_any_call_ends_with_the_same_snapshot(
    world: World,
    backfills: Backfills,
    handlers: Handlers,
    environment: Mapping[str, str],
    mode: Mode,
) -> None:
    handlers("report_snapshot")
    reporter = Reporter(world, environment)

    def scenario(fault: Fault) -> None:
        # Given an account with posts, comments and a story
        install, post, story = everything(world)
        world.meta.fill(install.instagram_account, OLDER, hours_apart=24)
        account = f"account#{install.instagram_business_account_id}"
        dynamodb.put("InstagramInstalls", {"key": account, "installs": {install.id}})

        # When its first sync is struck, and its messages come again
        sync = Sync(world, backfills, install)
        fault.attempt(lambda: sync.go_on(3), Unavailable)
        stored, calls = settled(world, install, post, story), len(world.meta.calls)
        assert sync.go_on()

        # Then nothing was asked for again that was stored
        again = {"/".join(call.path.split("/")[-2:]) for call in world.meta.calls[calls:]}
        assert stored.isdisjoint(again)
        # And the account's reports read the same as after a sync that nothing disturbs
        sync.sweep()
        found = reporter.snapshot(install)
        forget(world, install)
        assert Sync(world, backfills, install).go_on()
        assert found == reporter.snapshot(install)
        assert len(found.posts) == 1 + OLDER

    assert at_every_call(scenario, mode) >= 50
