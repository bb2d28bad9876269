"""Five thousand clicks by sixteen browsers on three campaigns, and everything that may go wrong on the way."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from local.demo.signpost_stack import SLOW_DATA
from local.runner.stack import LocalStack
from tests.e2e.conftest import ROOT, wait_until

pytestmark = pytest.mark.slow

ADMIN = ("admin", "pw")
CLICKS = 5_000
BROWSERS = 16
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
Tally = Counter[tuple[int, str]]


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    secrets = {"AdminCredentials": '{"username": "admin", "password": "pw"}'}
    with LocalStack(ROOT / "template.yaml", parameters=SLOW_DATA, secrets=secrets, log=lambda _line: None) as running:
        yield running


def campaign(stack: LocalStack, **fields: Any) -> int:
    wanted = {"redirect_url": "https://e.com/", **fields}
    made = requests.post(f"{stack.url}/admin/campaigns", json=wanted, auth=ADMIN, timeout=60)
    number: int = made.json()["id"]
    return number


def shown(stack: LocalStack, number: int) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{stack.url}/admin/campaigns/{number}", auth=ADMIN, timeout=30).json()
    return found


def update(stack: LocalStack) -> str:
    return requests.post(f"{stack.url}/tasks/update_stats", auth=ADMIN, timeout=60).text


def click(stack: LocalStack, campaigns: list[int], clicks: int) -> Tally:
    """Sixteen browsers click; each answer must be a redirect. Returns the clicks by campaign and platform.

    Those that lead to the fallback are not among them.
    """

    def browse(share: int) -> Tally:
        tally: Tally = Counter()
        with requests.Session() as session:
            session.headers["User-Agent"] = BROWSER
            for _ in range(share):
                number = random.choice(campaigns)
                platform = random.choice(["Android", "IPhone", "WindowsPhone"])
                address = f"{stack.url}/track/{number}?platform={platform}"
                answer = session.get(address, allow_redirects=False, timeout=60)
                assert answer.status_code == 307
                tally[number, platform.lower()] += answer.headers["Location"] == "https://e.com/"
        return tally

    shares = [clicks // BROWSERS + (each < clicks % BROWSERS) for each in range(BROWSERS)]
    with ThreadPoolExecutor(BROWSERS) as browsers:
        return sum(browsers.map(browse, shares), Counter())


def counted(stack: LocalStack, campaigns: list[int]) -> Tally:
    result: Tally = Counter()
    for number in campaigns:
        found = shown(stack, number)
        for platform in ("android", "iphone", "windowsphone"):
            result[number, platform] = found[f"{platform}_click_count"]
        assert found["click_count"] == sum(result[number, name] for name in ("android", "iphone", "windowsphone"))
    return result


def test_live_counts_are_exact_while_the_rollup_is_killed_again_and_again(stack: LocalStack) -> None:
    # Given a rollup that is killed at random moments while people click
    campaigns = [campaign(stack) for _ in range(3)]
    over, kills = threading.Event(), Counter[bool]()

    def kill() -> None:
        while not over.wait(random.uniform(0.2, 1.0)):
            kills[stack.kill_function("ClickRollup")] += 1

    killer = threading.Thread(target=kill)
    killer.start()

    # When there are five thousand clicks and the rollup has caught up
    try:
        clicked = click(stack, campaigns, CLICKS)
    finally:
        over.set()
        killer.join()
    wait_until(lambda: counted(stack, campaigns).total() >= CLICKS, 90, "all clicks are counted")
    wait_until(stack.idle, 60, "the stream is read to its end")

    # Then the live counts are exactly the clicks, by campaign and platform
    assert kills[True] > 3
    assert clicked.total() == CLICKS
    assert counted(stack, campaigns) == clicked


def test_settled_counts_are_exact_although_the_stream_loses_and_repeats_records(stack: LocalStack) -> None:
    # Given a stream that drops, repeats and shuffles records
    campaigns = [campaign(stack) for _ in range(3)]

    def tamper(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [record for record in records for _ in range(random.choice([0, 1, 1, 2]))]
        random.shuffle(kept)
        return kept

    stack.stream_tamper["ClickRollup"] = tamper
    clicked = click(stack, campaigns, 1_000)
    wait_until(stack.idle, 60, "the stream is read to its end")
    del stack.stream_tamper["ClickRollup"]
    assert counted(stack, campaigns) != clicked

    # When two hours have passed and the counts are updated
    stack.set_clock_offset(2 * 3600)
    wait_until(lambda: update(stack) == "Updated.", 110, "the counts are updated")

    # Then they are exactly the clicks, and stay so
    assert counted(stack, campaigns) == clicked
    stack.run_schedule("CampaignStats")
    assert counted(stack, campaigns) == clicked


def test_a_limit_of_fifty_lets_fifty_of_two_hundred_through(stack: LocalStack) -> None:
    # Given a campaign for fifty clicks
    number = campaign(stack, max_clicks=50)

    # When sixteen browsers click two hundred times
    through = click(stack, [number], 200).total()

    # Then fifty get through, and fifty are counted
    assert through == 50
    wait_until(lambda: shown(stack, number)["click_count"] == 50, 60, "fifty clicks are counted")
