"""A sync that is struck at any call ends with the same data, and asks again for nothing that was stored."""

import pytest

from signpost.instagram.installs import Install
from signpost.instagram.readings import Readings
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.fetch.world import World

pytestmark = pytest.mark.slow

VISIBILITY = 720  # seconds that SQS hides a message of a fetch that died
COMMENTS = 52  # more than a page has


def everything(world: World) -> tuple[Install, str, str]:
    """An account with a post that has comments, and a story; the ids of both."""
    install = world.install(posts=1)
    login = install.instagram_account
    [post] = world.meta.account(login).media
    for number in range(COMMENTS):
        world.meta.comment(login, "#yes", username=login if number == 0 else f"fan{number}.demo")
    story = world.meta.publish(login, product_type="STORY")
    post.shown_url = story.shown_url = False
    return install, post.id, story.id


def settled(world: World, install: Install, post: str, story: str) -> set[str]:
    """Parts of the addresses that need not be requested again, because their replies are stored."""
    found = {f"{each.media_id}/insights" for each in world.posts(install) if "reach" in each.metrics}
    stories = world.items(f"{install.id}#stories")
    found |= {f"{story}/insights" for each in stories if "reach" in each.get("metrics", {})}
    if any("read_at_count" in each for each in world.items(f"{install.id}#comments")):
        found.add(f"{post}/comments")
    if world.items(f"{install.id}#account"):
        found.add("v26.0/me")
    if world.items(f"{install.id}#demographics"):
        found.add(f"{install.instagram_business_account_id}/insights")
    return found


@pytest.mark.parametrize(
    "modes",
    [
        (Mode.KILLED_AFTER,),
        (Mode.REPLY_LOST, Mode.ALL_SERVER_ERRORS, Mode.ALL_REPLIES_LOST, Mode.ALL_THROTTLED, Mode.TIMED_OUT),
    ],
    ids=lambda modes: modes[0].name.lower(),
)
def test_a_sync_that_is_struck_at_any_call_ends_with_the_same_data(world: World, modes: tuple[Mode, ...]) -> None:
    readings = Readings(aws.dynamodb(), "InstagramInstalls", "Media")

    def scenario(fault: Fault) -> None:
        # Given an account with everything
        install, post, story = everything(world)
        world.announced()
        world.queue.sent.clear()

        # When its sync is struck, and done again
        job = world.job(install, "connect", 1)
        attempt = fault.attempt(lambda: world.deliver(job), Unavailable)
        stored, calls = settled(world, install, post, story), len(world.meta.calls)
        left = ([] if attempt.reply else [job.message()]) + [message for message, _ in world.queue.sent]
        while left:
            world.pass_time(VISIBILITY)
            world.queue.sent.clear()
            message = left.pop(0)
            left += [] if world.deliver(message) else [message]
            left += [sent for sent, _ in world.queue.sent]

        # Then nothing was asked for again that was stored
        again = {"/".join(call.path.split("/")[-2:]) for call in world.meta.calls[calls:]}
        assert stored.isdisjoint(again)
        # And all is there; if Meta's reply was what got lost, the next sync asks for it
        struck = fault.calls[fault.at - 1] if fault.hit else ""
        if struck.startswith("GET "):
            world.pass_time(VISIBILITY)
            assert world.sync(install)
        else:
            [kept] = world.posts(install)
            assert "reach" in kept.metrics
            assert (kept.comments_read, kept.comment_tags) == (COMMENTS, ("yes",))
            [found] = readings.stories(install.id)
            assert "reach" in found.metrics
            [day] = readings.account_numbers(install.id)
            assert day.insights["reach"] >= 0
            assert readings.demographics(install.id) is not None
        [media] = world.meta.account(install.instagram_account).media
        found_comments = [each.comment.id for each in readings.comments(install.id)]
        assert sorted(found_comments) == sorted(each.id for each in media.comments)
        # And the post is counted, others know, and nothing is left over
        stored_install = world.attributes(install)
        assert stored_install["posts_stored"] == 1
        assert not {"news", "lease_by"} & stored_install.keys()
        assert set(world.announced()) == {install.id}

    assert at_every_call(scenario, *modes) >= 35
