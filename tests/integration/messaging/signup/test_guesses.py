"""Somebody who guesses at a code, from as many addresses as they like."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from signpost.messaging import codes, keys
from signpost.messaging.errors import BadToken
from signpost.messaging.signup.devices import Wanted
from signpost.platform.errors import TooManyRequests
from tests import dynamodb
from tests.integration.messaging.signup.newcomers import Newcomers

pytestmark = pytest.mark.slow

GUESSES_AT_A_CODE = 250


def test_a_thousand_guesses_open_no_account_and_lock_nobody_out_for_longer_than_an_hour(people: Newcomers) -> None:
    # Given a verified user, whose phone an attacker has codes sent to
    owner = people.verified()
    phone, sessions = owner["phone"], people.signup.sessions
    began = people.clock.now
    people.clock.now += codes.PAUSE
    key = keys.phone_code(people.digests.phone(phone))

    def guess(digits: str) -> bool:
        try:
            sessions.verify(phone, digits, None, Wanted())
        except BadToken:
            return False
        return True

    def ask() -> Any:
        try:
            return sessions.send_code(phone)
        except TooManyRequests as refused:
            return refused

    # When they guess at each as often as they can, several at once, and then happen to know it
    for _ in range(codes.MAX_SENT - 1):
        assert not isinstance(ask(), TooManyRequests)
        right = people.code(phone)
        wrong = [str(each) for each in range(1000, 1000 + GUESSES_AT_A_CODE) if str(each) != right]
        assert not any(guess(each) for each in wrong[: codes.MAX_TRIES])
        with ThreadPoolExecutor(6) as pool:
            opened = list(pool.map(guess, [*wrong[codes.MAX_TRIES :], right]))
        # Then five guesses count, and nothing opens
        assert not any(opened)
        assert dynamodb.get(people.table, **key)["tries"] == codes.MAX_TRIES
        people.clock.now += codes.PAUSE

    # And the owner waits until an hour after the first code, at most
    refused = ask()
    assert isinstance(refused, TooManyRequests)
    assert people.clock.now + refused.retry_after <= began + codes.WINDOW + 1
    people.clock.now += refused.retry_after
    assert not isinstance(ask(), TooManyRequests)
    assert guess(people.code(phone))
