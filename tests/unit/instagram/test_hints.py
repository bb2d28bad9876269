"""Hints as messages, and the fetches that follow from them."""

import json

import pytest

from signpost.instagram.hints import messages as hints
from signpost.instagram.hints.fetches import fetches
from signpost.instagram.hints.messages import Hints

AT = 1_795_247_130.5
DELAY = 120


def asked(*batch: Hints, installs: dict[str, tuple[str, ...]], now: float = AT) -> dict[str, tuple[float, int]]:
    """When each install was asked for, and after how many seconds it is fetched."""
    found = fetches(batch, installs, DELAY, now)
    assert all((job.at_least, job.why) == (3, "webhook") for job, _ in found)
    assert len({job.install for job, _ in found}) == len(found)
    return {job.install: (job.asked_at, delay) for job, delay in found}


def test_a_thousand_accounts_make_two_messages_that_can_be_read_back() -> None:
    accounts = [str(17_841_400_000_000_000 + number) for number in range(1000)]

    messages = hints.messages(accounts, AT)

    read = [hints.read_message(json.dumps(each)) for each in messages]
    assert [len(each.accounts) for each in read] == [500, 500]
    assert [account for each in read for account in each.accounts] == accounts
    assert {each.received_at for each in read} == {AT}
    assert hints.messages([], AT) == []


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "[" * 100_000,
        '{"accounts": ["1"]}',
        '{"accounts": ["1"], "received_at": "soon"}',
        '{"accounts": "1", "received_at": 1}',
        '{"accounts": [{}], "received_at": 1}',
        '{"accounts": ["account#1"], "received_at": 1}',
    ],
)
def test_what_is_not_a_message_is_refused(body: str) -> None:
    with pytest.raises(hints.NotHints):
        hints.read_message(body)


def test_many_hints_about_an_install_make_one_fetch_after_the_last() -> None:
    batch = [Hints(("1",), AT - 40), Hints(("1", "2"), AT), Hints(("2",), AT - 5)]

    # Both ids of an account lead to its install.
    assert asked(*batch, installs={"1": ("instagram-1",), "2": ("instagram-1",)}) == {"instagram-1": (AT, 120)}


@pytest.mark.parametrize(("passed", "delay"), [(0, 120), (100, 20), (120, 0), (5000, 0), (-3, 123)])
def test_time_in_the_queue_counts(passed: float, delay: int) -> None:
    found = asked(Hints(("1",), AT), installs={"1": ("facebook-1",)}, now=AT + passed)

    assert found == {"facebook-1": (AT, delay)}


def test_at_most_ten_installs_of_an_account_are_fetched() -> None:
    installs = tuple(f"facebook-{number:02}" for number in reversed(range(12)))

    assert sorted(asked(Hints(("1", "9"), AT), installs={"1": installs})) == sorted(installs)[:10]


def test_an_account_that_nobody_connected_is_not_fetched() -> None:
    assert asked(Hints(("1",), AT), installs={}) == {}
