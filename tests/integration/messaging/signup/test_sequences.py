"""Any sequence of what changes accounts: nobody loses a verified one, and no name has two users, or none."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from signpost.messaging import keys
from signpost.messaging.deletion import wiring as deletion_wiring
from signpost.messaging.engagement import wiring as sweep_wiring
from signpost.messaging.names import Registration
from signpost.messaging.people import wiring as people_wiring
from signpost.messaging.profile.changes import Wish
from signpost.messaging.signup.devices import Wanted
from signpost.platform import aws
from signpost.platform import settings as given
from signpost.platform.errors import SignpostError
from tests import aws as tables
from tests import dynamodb
from tests.aws_calls import at_call
from tests.integration.messaging.signup.newcomers import Newcomers

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"
ACTS = (
    "join",
    "register",
    "register",
    "ask",
    "verify",
    "verify",
    "move",
    "move",
    "rename",
    "delete",
    "erase",
    "clean_up",
)
few = st.integers(0, 2)
waits = st.sampled_from([1, 90, 90, 90, 700, 300_000])  # seconds


class Accounts:
    """Three e-mail addresses, names and phones, for which people compete."""

    def __init__(self, people: Newcomers, environment: Mapping[str, str]) -> None:
        self.people = people
        tables.empty(people.table, people.limits)
        public = {**environment, "PUBLIC_URL": "https://signpost.example"}
        of_users = deletion_wiring.Settings(people.table, people.settings.phone_key_secret)
        self.deletion = deletion_wiring.build(of_users, digests=people.digests, clock=people.clock)
        wanted = given.load(people_wiring.Settings, public)
        self.profiles = people_wiring.build(wanted, clock=people.clock).profiles
        on = given.load(sweep_wiring.Settings, public)._replace(clean_up="on")
        self.sweep = sweep_wiring.build(on, report=self._report, clock=people.clock)
        self.verified: set[int] = set()
        self.leaving: set[int] = set()

    def _report(self, error: Exception, kind: str) -> None:
        raise AssertionError(kind) from error

    def act(self, name: str, one: int, other: int, third: int) -> None:
        phone = f"+1415555020{third}"
        try:
            getattr(self, name)(f"mail{one}@example.com", f"name{other}", phone)
        except SignpostError:
            return  # refused

    def register(self, email: str, username: str, phone: str) -> None:
        self.people.signup.registering.register(Registration(email, username, phone, PASSWORD))

    def join(self, email: str, username: str, phone: str) -> None:
        self.register(email, username, phone)
        self.verify(email, username, phone)

    def ask(self, _email: str, _username: str, phone: str) -> None:
        self.people.signup.sessions.send_code(phone)

    def verify(self, _email: str, _username: str, phone: str) -> None:
        if self.people.outbox("sms", phone):
            opened = self.people.signup.sessions.verify(phone, self.people.code(phone), None, Wanted())
            self.verified.add(opened.profile["id"])

    def move(self, email: str, _username: str, phone: str) -> None:
        user = self._user(email)
        if user in self.verified:
            self.profiles.change(user, 1, Wish(phone=phone))
            self.profiles.change(user, 1, Wish(phone=phone, code=self.people.code(phone)))

    def rename(self, email: str, username: str, _phone: str) -> None:
        user = self._user(email)
        if user in self.verified:
            self.profiles.change(user, 1, Wish(username=username))

    def delete(self, email: str, _username: str, _phone: str) -> None:
        user = self._user(email)
        if user in self.verified:
            self.leaving.add(user)
            self.deletion.asked.ask(user)

    def erase(self, *_: str) -> None:
        for user in sorted(self.leaving):
            self.deletion.erasing.delete(user, lambda: True)

    def clean_up(self, *_: str) -> None:
        self.sweep.run(lambda: True)

    def _user(self, email: str) -> int:
        found = dynamodb.get(self.people.table, **keys.email(self.people.digests.email(email)))
        return int(found.get("user", 0))

    def check(self) -> None:
        items = self.people.items()
        profiles = {item["id"]: item for item in items if item["sk"] == "profile"}
        held = {item["pk"]: int(item["user"]) for item in items if item["sk"] == "user"}
        # Who has verified is there, unless they had themselves deleted
        assert self.verified - self.leaving <= profiles.keys()
        assert all("verified_at" in profiles[user] for user in self.verified & profiles.keys())
        # Each name has one user, and each user has their names
        names: dict[str, int] = {}
        for user, profile in profiles.items():
            if user not in self.leaving:
                for pk in self._names(profile):
                    assert pk not in names
                    names[pk] = user
        assert names == {pk: user for pk, user in held.items() if user not in self.leaving}
        # Names of nobody are those of people who are being deleted
        assert {user for user in held.values() if user in self.leaving} <= profiles.keys()

    def _names(self, profile: Mapping[str, Any]) -> list[str]:
        digests = self.people.digests
        email, phone = digests.email(profile["email"]), digests.phone(profile["phone"])
        return [keys.email(email)["pk"], keys.username(profile["username"])["pk"], keys.phone(phone)["pk"]]


def test_any_sequence_of_changes_leaves_each_name_with_one_user(
    people: Newcomers, environment: Mapping[str, str]
) -> None:
    class Sequences(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            """With somebody who has verified, and somebody who has not."""
            self.accounts = Accounts(people, environment)
            self.accounts.act("join", 0, 0, 0)
            self.accounts.act("register", 1, 1, 1)

        @rule(
            name=st.sampled_from(ACTS),
            one=few,
            other=few,
            third=few,
            wait=st.sampled_from([1, 90, 90, 90, 700, 300_000]),
        )
        def somebody_does_something(self, name: str, one: int, other: int, third: int, wait: int) -> None:
            people.clock.now += wait
            self.accounts.act(name, one, other, third)
            self.accounts.check()

        @rule(outer=st.sampled_from(ACTS), inner=st.sampled_from(ACTS), one=few, other=few, third=few, at=few)
        def another_comes_between(self, outer: str, inner: str, one: int, other: int, third: int, at: int) -> None:
            """Just before one of the transactions of the outer one."""
            people.clock.now += 90
            calls: list[int] = []

            def between(**_: Any) -> None:
                calls.append(1)
                if len(calls) == at + 1:
                    self.accounts.act(inner, other, third, one if inner == "delete" else third)

            with at_call(aws.dynamodb(), "before-call.dynamodb.TransactWriteItems", between):
                self.accounts.act(outer, one, other, third)
            self.accounts.check()

    run_state_machine_as_test(Sequences, settings=settings(max_examples=20, stateful_step_count=30, deadline=None))
