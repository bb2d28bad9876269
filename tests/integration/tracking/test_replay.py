"""Clicks that were spilled into the log come back, once, under their own time."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from signpost.platform import settings
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import Click, item
from signpost.tracking.redirect import wiring
from signpost.tracking.redirect.dynamodb_client import Client
from signpost.tracking.redirect.errors import DynamoDBError
from signpost.tracking.replay.__main__ import main
from signpost.tracking.replay.spilled_clicks import Replay, Replayed
from tests.http_events import http_event
from tests.integration.tracking.world import BROWSER, LAYOUT, START, World

ROOT = Path(__file__).parent.parent.parent.parent


def spilled(campaign: str, now: float, **details: Any) -> str:
    click = item(campaign, Click("Android", BROWSER, **details), now, LAYOUT)
    return json.dumps({"ClicksSpilled": 1, "level": "ERROR", "click": click})


@pytest.fixture
def replay(world: World) -> Replay:
    return Replay(world.clicks, world.counts, lambda: world.now)


class RefusesClicks(Client):
    def call(self, operation: str, request: dict[str, Any], budget: float) -> dict[str, Any]:
        if operation == "PutItem":
            raise DynamoDBError("NoAnswer")
        return super().call(operation, request, budget)


def test_clicks_that_the_redirect_spills_are_put_back(
    environment: Mapping[str, str],
    lean_client: Callable[..., Client],
    world: World,
    replay: Replay,
    campaigns: CampaignStore,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given a redirect that cannot store clicks
    campaign = world.campaign()
    campaigns.create(Campaign.create(int(campaign), Creation(redirect_url="https://e.com/"), START))
    with closing(lean_client(RefusesClicks)) as client:
        redirect = wiring.build(settings.load(wiring.Settings, environment), clock=lambda: START + 5, client=client)
        for _ in range(3):
            event = http_event("GET", f"/track/{campaign}", query="platform=IPhone", headers={"user-agent": BROWSER})
            assert redirect.answer(event)["headers"]["location"] == "https://e.com/"
    log = capsys.readouterr().out
    world.pass_hours(30)
    world.settle(campaign, layout=redirect.layout)
    assert world.shown(campaign) == {}

    # When its log is replayed a day later, twice
    for _ in range(2):
        assert replay.lines(log.splitlines()) == Replayed(restored=3)
    world.settle(campaign, layout=redirect.layout)

    # Then the clicks count, once, in their own hour
    assert world.shown(campaign) == {"iphone": 3}
    assert world.hour(campaign, "2026-11-21T07")["iphone"] == 3


def test_other_lines_and_prefixes_do_not_matter(world: World, replay: Replay) -> None:
    campaign = world.campaign()
    lines = [
        "",
        "START RequestId: 1",
        '{"level": "INFO", "message": "hello"}',
        f"2026-11-21T07:00:00.000Z\tabc\t{spilled(campaign, START)}",
        f"[TrackRedirect] {spilled(campaign, START)}\n",
    ]

    assert replay.lines(lines) == Replayed(restored=2)


def test_what_is_not_a_click_is_not_stored(world: World, replay: Replay) -> None:
    campaign = world.campaign()
    good = json.loads(spilled(campaign, START))
    broken: list[dict[str, Any]] = [
        {},
        {"partition": "x"},
        {**good["click"], "partition": f"{campaign}#2026-11-22T07#0"},
        {**good["click"], "click": "nonsense"},
        {**good["click"], "platform": "Nokia"},
        {**good["click"], "ttl": "soon"},
        {**good["click"], "partition": 5},
        {**good["click"], "partition": f"{campaign}#garbage#0"},
        {**good["click"], "agent": ["x"]},
        {**good["click"], "more": 1.5},
    ]
    lines = [json.dumps({"ClicksSpilled": 1, "click": click}) for click in broken]
    lines += [
        '{"ClicksSpilled": 1}',
        '{"ClicksSpilled": 1, "click": ',
        '{"ClicksSpilled": 1, "click": ' + "[" * 100_000,
    ]

    assert replay.lines(lines) == Replayed(unreadable=len(lines))
    assert [list(world.clicks.pages(campaign, "2026-11-21T07", bucket)) for bucket in range(4)] == [[[]]] * 4


def test_clicks_whose_hour_can_no_longer_be_counted_stay_out(world: World, replay: Replay) -> None:
    line = spilled(world.campaign(), START)
    world.pass_hours(24 * LAYOUT.retention_days - 24)

    assert replay.lines([line]) == Replayed(expired=1)


def test_the_command_shows_its_progress(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Given a log with five clicks
    campaign = world.campaign()
    log = tmp_path / "spilled.log"
    log.write_text("\n".join(spilled(campaign, START) for _ in range(5)))

    # When it is replayed into the local stack
    code = main([str(log), "local"])

    # Then the command shows its progress and what it did
    shown = capsys.readouterr()
    assert (code, shown.err) == (0, "")
    assert "Replaying" in shown.out
    assert "5 clicks put back, 0 too old to count, 0 not readable." in shown.out

    # When there is no such stack, it says why it stopped
    assert main([str(log), "no-such-stack"]) == 1
    assert "Stopped" in capsys.readouterr().err


def test_the_command_explains_its_use(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "signpost.tracking.replay", str(tmp_path / "none.log"), "local"]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/layers/core"}
    missing = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (missing.returncode, missing.stdout) == (2, "")
    assert "make replay FILE=" in missing.stderr
