"""Codes by SMS: who can guess one, and how often one is sent."""

from collections.abc import Iterator
from itertools import cycle, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.messaging.codes import (
    MAX_SENT,
    MAX_TRIES,
    PAUSE,
    VALID_FOR,
    WINDOW,
    Code,
    Outcome,
    may_be_tried,
    new,
    next_sending,
    tried,
    with_sending,
)

USER, KEY, NOW = "u1", b"0" * 32, 1_795_244_400.0


class Phone:
    """What the store keeps about one, written as the store has to write it."""

    def __init__(self) -> None:
        self.code: Code | None = None
        self.sent: tuple[float, ...] = ()
        self.compared: dict[str, int] = {}  # guesses that were compared, by the digest of their code

    def send(self, now: float, random: Iterator[int]) -> None:
        if next_sending(self.sent, now) <= now:
            self.sent = with_sending(self.sent, now)
            _, self.code = new(USER, KEY, now, random=lambda count: next(random) % count)

    def guess(self, digits: str, now: float) -> bool:
        if self.code is None or not may_be_tried(self.code, now):
            return False
        self.code = self.code._replace(tries=self.code.tries + 1)
        self.compared[self.code.digest] = self.compared.get(self.code.digest, 0) + 1
        return tried(self.code, digits, USER, KEY, now) is Outcome.RIGHT


def test_a_code_has_four_digits_and_only_its_digest_is_kept() -> None:
    assert [new(USER, KEY, NOW, random=random)[0] for random in (lambda _: 0, lambda count: count - 1)] == [
        "1000",
        "9999",
    ]

    digits, code = new(USER, KEY, NOW)

    assert len(digits) == 4
    assert digits not in str(code.until)
    assert (len(code.digest), code.until, code.tries) == (64, NOW + 600, 0)


def test_the_right_code_is_right_for_its_user_alone() -> None:
    digits, code = new(USER, KEY, NOW)
    counted = code._replace(tries=1)

    assert tried(counted, digits, USER, KEY, NOW) is Outcome.RIGHT
    assert tried(counted, f" {digits}\n", USER, KEY, NOW) is Outcome.RIGHT
    assert tried(counted, digits, "u2", KEY, NOW) is Outcome.WRONG
    assert tried(counted, digits, USER, b"1" * 32, NOW) is Outcome.WRONG


@pytest.mark.parametrize("guess", ["", "0000", "00007", "\ud800", "\uff11\uff12\uff13\uff14", "1" * 10_000])
def test_no_text_opens_by_itself(guess: str) -> None:
    _, code = new(USER, KEY, NOW, random=lambda _: 234)

    assert tried(code._replace(tries=1), guess, USER, KEY, NOW) is Outcome.WRONG


def test_a_code_ends_after_ten_minutes_or_five_tries() -> None:
    digits, code = new(USER, KEY, NOW)
    last = code._replace(tries=MAX_TRIES)

    assert may_be_tried(code, NOW + VALID_FOR - 0.001)
    assert not may_be_tried(code, NOW + VALID_FOR)
    assert not may_be_tried(last, NOW)
    assert tried(last, digits, USER, KEY, NOW) is Outcome.RIGHT
    assert tried(code._replace(tries=MAX_TRIES + 1), digits, USER, KEY, NOW) is Outcome.USED_UP
    assert tried(last, digits, USER, KEY, NOW + VALID_FOR) is Outcome.EXPIRED


def test_ten_thousand_guesses_at_once_are_five() -> None:
    # Given a code whose digits come last in whatever order somebody tries them
    phone = Phone()
    phone.send(NOW, iter([8999]))

    # When they try all, and ask for another one after each
    opened = []
    for guess in range(10_000):
        opened.append(phone.guess(f"{guess:04}", NOW))
        phone.send(NOW, iter([8999]))

    # Then none was compared after the fifth
    assert not any(opened)
    assert sum(phone.compared.values()) == MAX_TRIES


def test_a_phone_gets_a_code_a_minute_and_five_an_hour() -> None:
    sent: tuple[float, ...] = ()
    moments: list[float] = []
    for second in range(2 * WINDOW):
        if next_sending(sent, second) <= second:
            sent = with_sending(sent, second)
            moments.append(second)

    assert moments == [0, 60, 120, 180, 240, 3600, 3660, 3720, 3780, 3840]


steps = st.lists(
    st.tuples(st.sampled_from(["send", "guess", "guess", "guess"]), st.sampled_from([0, 0, 1, 59, 60, 600, 3600])),
    max_size=80,
)


@given(steps)
def test_no_order_of_asking_and_guessing_gains_a_guess(asked: list[tuple[str, float]]) -> None:
    phone, now, numbers = Phone(), NOW, cycle(range(9000))
    sendings: list[float] = []

    for what, later in asked:
        now += later
        if what == "send":
            before = phone.sent
            phone.send(now, numbers)
            sendings += [now] if phone.sent != before else []
        else:
            phone.guess("0000", now)

    assert all(count <= MAX_TRIES for count in phone.compared.values())
    assert all(second - first >= PAUSE for first, second in pairwise(sendings))
    assert all(last - first >= WINDOW for first, last in zip(sendings, sendings[MAX_SENT:], strict=False))
    assert sum(phone.compared.values()) <= MAX_TRIES * len(sendings)


@given(st.lists(st.floats(0, 1e4), max_size=10), st.floats(0, 2e4))
def test_the_owner_waits_no_longer_than_the_limit_says(moments: list[float], now: float) -> None:
    sent: tuple[float, ...] = ()
    for moment in sorted(moments):
        sent = with_sending(sent, moment) if next_sending(sent, moment) <= moment else sent
    now = max(now, *sent, 0)

    then = next_sending(sent, now)

    assert now <= then <= now + WINDOW
    assert next_sending(sent, then) == then
