"""What widgets show when Meta behaves as in real life."""

import time
from collections.abc import Iterator

import pytest
import requests

from local.meta.world import DAY_S, Account
from tests.e2e.instagram import Scene, failures, scene

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def here() -> Iterator[Scene]:
    with scene() as running:
        yield running
        assert failures(running) == {}


@pytest.fixture
def account(here: Scene) -> Account:
    """A new account with a video, connected with Facebook Login for an app of its name, which shows a hashtag too."""
    name = f"a{time.monotonic_ns()}"
    made = here.meta.add_account(name, login=f"login.of.{name}")
    here.meta.publish(name, "Kneading", media_type="VIDEO")
    here.save_app(name, feeds=[f"@{name}", f"#tag{name}"])
    here.connect("facebook", f"login.of.{name}", name)
    here.until(lambda: here.fetches(f"facebook-{made.id}", "connect") == ["fetched"], "the first fetch ended")
    return made


def polled(here: Scene, account: Account, result: str) -> None:
    """Wait until the poll of its hashtag has ended, with this result."""
    here.until(lambda: here.fetches(f"facebook-{account.id}", "hashtag") == [result], "the poll ended")


def test_a_video_plays_after_its_address_at_meta_has_expired(here: Scene, account: Account) -> None:
    # Given a widget's page that was loaded days ago
    [post] = here.feed(account.username, f"@{account.username}").json()["data"]
    here.signpost.set_clock_offset(5 * DAY_S)
    try:
        # When a visitor plays its video
        answer = requests.get(post["video"], timeout=60)
    finally:
        here.signpost.set_clock_offset(0)

    # Then it comes from Meta, through an address of ours
    assert post["video"].startswith(f"{here.stack.url}/instagram/videos/")
    assert [step.status_code for step in (*answer.history, answer)] == [302, 200]
    assert answer.headers["Content-Type"] == "video/mp4"


def test_hashtags_say_why_they_are_empty_until_meta_has_reviewed_the_app(here: Scene, account: Account) -> None:
    # Given an app that Meta has not reviewed yet
    tag = f"#tag{account.username}"
    here.meta.grant_hashtags(granted=False)
    try:
        # When a widget asks for a hashtag
        here.feed(account.username, tag)
        polled(here, account, "hashtag not readable")

        # Then the feed is empty, and says why
        here.signpost.set_clock_offset(120)  # feeds are kept for a minute
        feed = here.feed(account.username, tag).json()
        assert (feed["data"], feed["reason"]["code"]) == ([], "public_content_access_missing")
    finally:
        here.meta.grant_hashtags(granted=True)

    # And the day after the review, the posts are there
    here.signpost.set_clock_offset(DAY_S + 300)
    try:
        here.stack.run_schedule("SyncSweep")
        here.until(lambda: here.feed(account.username, tag).json()["data"] != [], "the posts are there")
    finally:
        here.signpost.set_clock_offset(0)


def test_a_hashtag_beyond_metas_count_is_queued(here: Scene, account: Account) -> None:
    # Given an account whose 30 hashtags were used up by another program
    here.meta.use_up_hashtags(account.username)

    # When a widget asks for one
    tag = f"#tag{account.username}"
    here.feed(account.username, tag)
    polled(here, account, "hashtag quota used up")

    # Then the feed says until when it waits
    here.signpost.set_clock_offset(120)  # feeds are kept for a minute
    try:
        assert "queued" in here.feed(account.username, tag).json()
    finally:
        here.signpost.set_clock_offset(0)


def test_a_widget_goes_on_after_its_account_was_renamed(here: Scene, account: Account) -> None:
    # Given a widget that names its account
    before, app = account.username, account.username
    assert here.captions(app, f"@{before}") == ["Kneading"]

    # When the account gets another username, and posts
    here.meta.rename(before, f"new.{before}")
    here.meta.publish(account.username, "Under a new name")
    here.signpost.set_clock_offset(DAY_S + 300)
    try:
        here.stack.run_schedule("SyncSweep")

        # Then the widget shows the new post under the old name, and under the new one
        for name in (before, account.username):
            here.until(
                lambda name=name: here.captions(app, f"@{name}") == ["Under a new name", "Kneading"],  # type: ignore[misc]
                f"the new post is shown as @{name}",
            )
    finally:
        here.signpost.set_clock_offset(0)
