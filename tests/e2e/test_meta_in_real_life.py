"""What Meta does to apps and accounts in real life: what owners and operators see, and how accounts heal."""

from collections.abc import Iterator

import pytest
import requests

from tests.e2e.conftest import wait_until
from tests.e2e.instagram import OWNER, Scene, failures, scene

pytestmark = pytest.mark.slow

HOUR, DAY = 3600.0, 86_400.0
PATIENCE_S = 150.0  # a message that fails twice comes again after 30 and 60 seconds, by the machine's clock
NORA, KILN, LENA = "nora.bakes.demo", "kiln.and.clay.demo", "lena.paints.demo"
ACCOUNTS = (NORA, KILN, LENA)


class Story:
    """Three accounts connected through Instagram Login, in a stack whose clock can be moved on."""

    def __init__(self, running: Scene) -> None:
        self.running, self.offset = running, 0.0
        for login in ACCOUNTS:
            running.save_app(login, feeds=[f"@{login}"])
            running.connect("instagram", login, login)
        running.until(lambda: all(running.captions(login, f"@{login}") for login in ACCOUNTS), "all are fetched")
        self.idle()

    @property
    def meta(self) -> "Control":
        return Control(self.running.meta.url)

    def idle(self) -> None:
        wait_until(self.running.stack.idle, PATIENCE_S, "everything is done")

    def pass_time(self, seconds: float, *sweeps: str) -> None:
        """Move the clock on, then run these schedules and wait for all that they lead to."""
        self.offset += seconds
        self.running.signpost.set_clock_offset(self.offset)
        for sweep in sweeps:
            self.running.stack.run_schedule(sweep)
            self.idle()

    def publish(self, login: str, caption: str) -> None:
        """Publish a post, and wait until a webhook has brought it."""
        self.running.meta.publish(login, caption)
        self.running.meta.send_comment("instagram", login, force=True)
        self.until_shown(login, login, caption)

    def until_shown(self, app: str, login: str, caption: str) -> None:
        self.running.until(lambda: caption in self.running.captions(app, f"@{login}"), f"{caption} is shown")

    def state(self, login: str, provider: str = "instagram") -> str:
        return str(self.running.install(provider, login)["state"]["S"])

    def states(self) -> set[str]:
        return {self.state(login) for login in ACCOUNTS}

    def mails(self) -> list[str]:
        return [mail["subject"] for mail in self.running.stack.sent_mail()]

    def counted(self, metric: str) -> int:
        """How many metric lines have it, which is what alarms see."""
        return sum('"_aws"' in line and f'"{metric}":' in line for line in self.running.lines)


class Control:
    """The buttons on the page of the stand-in for Meta."""

    def __init__(self, url: str) -> None:
        self._url = url

    def press(self, button: str, **fields: str) -> None:
        answer = requests.post(f"{self._url}/control/{button}", data=fields, timeout=60)
        assert answer.status_code == 200
        assert ": failed." not in answer.text


@pytest.fixture
def story() -> Iterator[Story]:
    with scene() as running:
        yield Story(running)
        assert failures(running) == {}


def test_a_refused_app_costs_nobody_their_connection(story: Story) -> None:
    for refuse, accept, fields in (
        ("block_app", "unblock_app", [{"provider": "instagram"}] * 2),
        ("change_mode", "change_mode", [{"mode": "development"}, {"mode": "live"}]),
    ):
        # Given a post that nobody has fetched yet, when Meta refuses the app for two days
        caption = f"Baked after {refuse}"
        story.running.meta.publish(NORA, caption)
        story.meta.press(refuse, **fields[0])
        alarms = story.counted("AppBlocked")
        for _ in range(2):
            story.pass_time(DAY, "SyncSweep", "TokenSweep")

        # Then owners see their last posts and get no e-mail, operators see an alarm, all accounts stay connected
        assert story.states() == {"active"}
        assert story.mails() == []
        assert story.counted("AppBlocked") > alarms
        shown = story.running.captions(NORA, f"@{NORA}")
        assert shown
        assert caption not in shown

        # And when Meta accepts the app again, everything continues by itself
        story.meta.press(accept, **fields[1])
        story.pass_time(4 * HOUR, "SyncSweep")
        story.until_shown(NORA, NORA, caption)
        assert story.states() == {"active"}
        assert story.mails() == []


def test_accounts_that_go_away_come_back(story: Story) -> None:
    # Given an account that was made personal, and one that was unlinked from its Page
    running = story.running
    running.save_app("page", feeds=[f"@{NORA}"])
    running.connect("facebook", "nora", "page")
    story.until_shown("page", NORA, str(running.captions(NORA, f"@{NORA}")[0]))
    story.meta.press("make_personal", login=KILN)
    story.meta.press("unlink_page", login=NORA)
    troubled = ((KILN, "instagram", KILN), (NORA, "facebook", "page"))

    # When they are checked daily, then nobody is notified for three days
    for day in range(4):
        story.pass_time(DAY + 60, "SyncSweep")
        expected = "active" if day < 3 else "account_missing"
        assert {story.state(login, provider) for login, provider, _ in troubled} == {expected}
        assert story.mails() == []

    # Then each owner gets one e-mail, which says what to do, and the feeds are stale
    for _ in range(2):
        story.pass_time(DAY, "TokenSweep")
    assert sorted(story.mails()) == sorted(f"Instagram no longer shows us @{login}" for login in (KILN, NORA))
    for mail in running.stack.sent_mail():
        assert mail["to"] == [OWNER]
        assert "professional account" in mail["text"]
    for login, _, app in troubled:
        assert running.feed(app, f"@{login}").json()["stale"] is True
    assert (story.state(NORA), story.state(LENA)) == ("active", "active")

    # And when they are back, they heal without a login
    story.meta.press("make_professional", login=KILN)
    story.meta.press("link_page", login=NORA)
    for login in (KILN, NORA):
        running.meta.publish(login, "Back again")
    story.pass_time(DAY, "TokenSweep", "SyncSweep")
    for login, provider, app in troubled:
        assert story.state(login, provider) == "active"
        story.until_shown(app, login, "Back again")
    assert len(story.mails()) == len(troubled)


def test_an_erasure_reaches_the_hashtag_feeds_of_others(story: Story) -> None:
    # Given a widget with a hashtag that two people use
    running = story.running
    running.save_app("food", feeds=["#rye"])
    running.connect("facebook", "ruth", "food")
    for login in (NORA, KILN):
        story.publish(login, f"By {login} #rye")
    running.feed("food", "#rye")
    running.until(lambda: f"By {NORA} #rye" in running.captions("food", "#rye"), "the hashtag is fetched")

    # When one of them has her data erased
    answer = running.meta.delete_data("instagram", NORA)
    running.until(lambda: "is erased" in requests.get(str(answer.url), timeout=60).text, "her data is erased")

    # Then her post is gone there too, and does not come back, though Meta still shows it
    assert f"By {NORA} #rye" not in running.captions("food", "#rye")
    story.pass_time(7 * HOUR, "SyncSweep")
    shown = running.captions("food", "#rye")
    assert f"By {NORA} #rye" not in shown
    assert f"By {KILN} #rye" in shown
