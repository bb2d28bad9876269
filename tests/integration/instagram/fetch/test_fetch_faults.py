"""A fault at any call of a fetch: the next delivery does what is left, and nothing is done twice."""

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from signpost.instagram.fetch.jobs import Job
from signpost.platform.errors import Unavailable
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.fetch.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.slow

VISIBILITY = 720  # seconds that SQS hides a message of a fetch that died


def until_done(world: World, fault: Fault, job: Job) -> None:
    """Deliver as SQS does: what was not acknowledged and what was sent, until nothing is left."""
    world.queue.sent.clear()
    # An exception that leaves the handler is a failed invocation: the message comes again.
    attempt = fault.attempt(lambda: world.deliver(job), Unavailable)
    left: deque[Mapping[str, object]] = deque([] if attempt.reply else [job.message()])
    for _ in range(10):
        left += [message for message, _delay in world.queue.sent]
        world.queue.sent.clear()
        if not left:
            return
        world.pass_time(VISIBILITY)
        message = left.popleft()
        if not world.deliver(message):
            left.append(message)
    pytest.fail("the message is never done")


@pytest.mark.parametrize(
    "modes",
    [
        (Mode.KILLED_AFTER,),  # the same as being killed before the next call
        (Mode.REPLY_LOST, Mode.ALL_SERVER_ERRORS, Mode.ALL_REPLIES_LOST, Mode.ALL_THROTTLED, Mode.TIMED_OUT),
    ],
    ids=lambda modes: modes[0].name.lower(),
)
def test_a_fetch_that_ends_at_any_call_is_completed_by_the_next_one(world: World, modes: tuple[Mode, ...]) -> None:
    def scenario(fault: Fault) -> None:
        # Given an account with a post
        install = world.install(posts=1)
        world.events()

        # When its fetch is struck, and its message delivered again until it is done
        until_done(world, fault, world.job(install, "connect", 1))

        # Then the post is there once and was imported once, with its metrics unless their call failed
        [post] = world.posts(install)
        struck = fault.calls[max(fault.at - 2, 0) : fault.at]
        assert "reach" in post.metrics or "/insights" in struck[-1]
        assert post.imported_at is not None
        # And no measurement is stored twice
        measured = [each["metrics"] for each in world.snapshots(install, post)]
        assert measured[0] == post.metrics
        assert all(newer != older for newer, older in pairwise(measured))
        [imported] = world.imports(install)
        assert "imported_at" in imported
        # And one event was sent, or two when the run ended before it noted that the event was sent
        events = world.events_of(install)
        assert set(events) == {post.media_id}
        assert len(events) == 1 or "PutEvents" in struck
        # And the install knows how many there are, is not leased, and due again
        assert world.stored(install).posts_stored == 1
        stored = world.attributes(install)
        assert "lease_by" not in stored
        assert stored["sync_at"] > world.now

    calls = at_every_call(scenario, *modes)

    assert calls >= 18
