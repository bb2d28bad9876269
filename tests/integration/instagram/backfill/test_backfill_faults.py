"""A backfill that is struck at any call, or killed again and again, is completed, and nothing is done twice."""

import random
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from functools import partial

import pytest

from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.platform.errors import Unavailable
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.backfill.test_backfill import archive
from tests.integration.instagram.backfill.world import VISIBILITY, Backfills
from tests.integration.instagram.fetch.world import HOUR, World

pytestmark = pytest.mark.slow

POSTS = 5000
MEASURED = 30  # of them


@pytest.mark.parametrize(
    "modes",
    [
        (Mode.KILLED_AFTER,),
        (Mode.REPLY_LOST, Mode.ALL_SERVER_ERRORS, Mode.ALL_REPLIES_LOST, Mode.ALL_THROTTLED, Mode.TIMED_OUT),
    ],
    ids=lambda modes: modes[0].name.lower(),
)
def test_a_run_that_ends_at_any_call_is_completed_by_the_next_one(
    world: World, backfills: Backfills, modes: tuple[Mode, ...]
) -> None:
    def scenario(fault: Fault) -> None:
        # Given an account with posts on two pages
        install = archive(world, 6, scopes=DEFAULT_SCOPES[Provider.INSTAGRAM])
        message: dict[str, object] = {"install": install.id, "why": "backfill", "asked_at": world.now}
        backfills.queue.sent.clear()

        # When a run is struck, and its message is delivered again until it is done
        attempt = fault.attempt(lambda: backfills.deliver(message), Unavailable)
        if not attempt.reply:
            world.pass_time(VISIBILITY)
            backfills.queue.sent.append((message, 0))
        backfills.until_done()

        # Then all is there, once
        posts = world.posts(install)
        assert len(posts) == world.stored(install).posts_stored == 6
        assert backfills.progress(install).done
        for post in posts:
            assert len(world.snapshots(install, post)) <= 1
            struck = fault.calls[max(fault.at - 2, 0) : fault.at]
            assert "reach" in post.metrics or any("/insights" in call for call in struck)
        # And nobody has to wait for a run that is over, unless it could not even say so
        assert (attempt.reply and fault.mode.lasting) or world.attributes(install).get("backfill_until", 0) <= world.now

    assert at_every_call(scenario, *modes) >= 30


def test_five_thousand_posts_within_metas_limits_killed_at_random(world: World, backfills: Backfills) -> None:
    # Given an account with 5,000 posts, most of them from before it was professional, an app with a single user, and
    # a process that dies at random
    chance, deaths = random.Random(5000), 0
    install = archive(world, POSTS, scopes=DEFAULT_SCOPES[Provider.INSTAGRAM])
    for media in world.meta.account(install.instagram_account).media[MEASURED:]:
        media.before_conversion = True
    assert world.sync(install, "connect", count=20)
    world.meta.limit_calls(1)
    backfills.feature = backfills.feature._replace(
        page=20, time_left=lambda _seconds: having_time_for(300 + chance.randrange(300))
    )
    waiting = deque(backfills.queue.sent)
    backfills.queue.sent.clear()

    # When its messages are delivered as SQS does, and new posts come meanwhile
    for run in range(1, 500):
        if not waiting:
            break
        message, delay = waiting.popleft()
        world.pass_time(delay)
        fault = Fault(Mode.KILLED_AFTER, chance.randrange(1, 1000))
        attempt = fault.attempt(partial(backfills.deliver, message), Unavailable)
        deaths += attempt.killed
        waiting += backfills.queue.sent
        backfills.queue.sent.clear()
        if not attempt.reply:
            world.pass_time(VISIBILITY)
            waiting.append((message, 0))
        if run % 20 == 0:
            new = world.meta.publish(install.instagram_account, f"New {run}")
            new.shown_url, new.before_conversion = False, True
            assert world.sync(install, count=3)
    assert not waiting

    # Then every post is there, once, and the install says so
    account, posts = world.meta.account(install.instagram_account), world.posts(install)
    assert [post.media_id for post in posts] == [media.id for media in account.media]
    assert world.stored(install).posts_stored == len(posts) > POSTS
    assert backfills.progress(install).done
    assert deaths > 5
    # And those that have insights were measured once
    measured = [post for post in posts if "reach" in post.metrics]
    assert len(measured) == MEASURED
    assert all(len(world.snapshots(install, post)) == 1 for post in measured)
    # And Meta never refused a call because of its limit, of which a part was left
    assert {call.code for call in world.meta.calls} <= {0, 100}
    times = [call.at for call in world.meta.calls]
    assert max(bisect_right(times, at + HOUR) - place for place, at in enumerate(times)) < 200 * 0.75


def having_time_for(steps: int) -> Callable[[], bool]:
    """For so many posts and pages."""
    left = iter(range(steps))
    return lambda: next(left, None) is not None
