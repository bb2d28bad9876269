"""The engagement sweep, on the template's table: who is sent what, when, and that nobody is sent it twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from signpost.messaging import callers, keys
from signpost.messaging.caller_store import CallerStore
from signpost.messaging.counts import day_of
from signpost.messaging.engagement import schedule
from signpost.messaging.readings import Readings
from signpost.platform import aws
from signpost.platform.dynamodb import Attr, Change
from tests import dynamodb
from tests.aws import empty
from tests.integration.messaging.engagement.town import DAY, HOUR, NOON, PARTS, SF, Town
from tests.integration.messaging.world import Person, World
from tests.integration.test_api_permissions import Right, granted, used

__all__ = ["used"]  # a fixture


@pytest.fixture
def town(world: World, environment: Mapping[str, str]) -> Town:
    empty("Messaging")
    return Town(world, environment)


# ------------------------------------------------------------------------------------------------------ the welcome
def test_ac_c46_somebody_who_joined_yesterday_is_welcomed_once(town: Town) -> None:
    person = town.person(verified_for=DAY)

    swept = [town.sweep() for _ in range(3)]

    assert [(item["job"], item["user"]) for item in town.world.outbox()] == [("welcome", person.id)]
    assert [dict(each.done) for each in swept] == [{"welcome": 1}, {}, {}]
    assert town.profile(person)["due_at"] == datetime(2026, 11, 24, 9, tzinfo=SF).timestamp()  # 36 hours are at night


def test_what_is_off_is_not_sent_but_looked_at_again(town: Town) -> None:
    person = town.person(verified_for=30 * DAY, quiet_for=20 * DAY)
    town.unseen(person)
    stranger = town.person(verified_for=None, created_at=NOON - 4 * DAY)
    key = town.invite("+14155550777", person, age=2 * DAY)

    off: dict[str, Any] = dict.fromkeys(PARTS, "off")
    town.sweep(**off)

    assert town.outbox() == []
    assert town.profile(person)["due_at"] > NOON
    assert town.profile(stranger)["due_at"] == NOON + DAY
    assert (town.world.store.table.get(key) or {})["due_at"] > NOON


def test_nothing_is_sent_at_night(town: Town) -> None:
    town.now = datetime(2026, 11, 22, 3, tzinfo=SF).timestamp()
    person = town.person(verified_for=30 * DAY, quiet_for=2 * DAY)
    key = town.invite("+14155550777", person, age=DAY)

    town.sweep()

    morning = datetime(2026, 11, 22, 9, tzinfo=SF).timestamp()
    assert town.outbox() == []
    assert town.profile(person)["due_at"] == morning
    assert (town.world.store.table.get(key) or {})["due_at"] == morning


# --------------------------------------------------------------------------------------------------- being called back
def test_a_track_goes_on_level_by_level_and_ends_with_any_activity(town: Town) -> None:
    person = town.person(verified_for=90 * DAY, quiet_for=1.5 * DAY)
    pushed: list[str] = []

    for _ in range(8 * 24):
        if town.sweep(inactive_reminders="off", inactive_emails="off").done:
            pushed.append(town.profile(person)["track"]["level"])
        town.now += HOUR

    assert pushed == ["engagement_day_3", "engagement_day_7"]
    caller_store = CallerStore(town.world.store.table, clock=lambda: town.now)
    assert caller_store.admit(person.token).user == person.id
    assert "track" not in town.profile(person)
    town.now += 1.5 * DAY
    for _ in range(24):
        town.sweep()
        town.now += HOUR
    assert town.profile(person)["track"]["level"] == "engagement_day_3"


def test_who_becomes_active_while_the_sweep_runs_gets_nothing(town: Town) -> None:
    person = town.person(verified_for=90 * DAY, quiet_for=2 * DAY)
    read = town.profile(person)
    town.change(person, last_active_at=NOON)

    done = town.built()._user(read)

    assert done == ["changed"]
    assert town.outbox() == []


def test_ac_c45_a_reminder_names_the_sender_and_comes_once_a_week(town: Town) -> None:
    person = town.person(verified_for=90 * DAY, quiet_for=4 * DAY)
    town.sent(person, NOON - 5 * DAY)
    membership = town.unseen(person, ulid="01C")
    nothing_unseen = town.person(verified_for=90 * DAY, quiet_for=4 * DAY)
    town.sent(nothing_unseen, NOON - 5 * DAY)

    town.sweep(reactivation="off", inactive_emails="off")
    town.change(person, due_at=NOON - 1)
    again = town.sweep(reactivation="off", inactive_emails="off")

    [push] = town.world.outbox()
    assert (push["user"], push["alert"]) == (person.id, "Nora sent you a message")
    assert push["data"] == {"uuid": f"guid-{membership}", "conversation_id": membership}
    assert not again.done
    assert town.profile(person)["reminded"] == [keys.unseen_message(membership, "01C")]


def test_ac_c44_one_email_ever_about_what_waits_after_a_week(town: Town) -> None:
    person = town.person(verified_for=90 * DAY, quiet_for=14 * DAY)
    town.unseen(person)
    town.person(verified_for=90 * DAY, quiet_for=14 * DAY)  # nothing waits

    town.sweep(reactivation="off")
    town.now += 30 * DAY
    town.sweep(reactivation="off")

    [email] = town.world.outbox()
    assert (email["sk"], email["to"]) == ("email", f"{person.username}@example.com")
    assert email["subject"] == "Nora sent you a message on Signpost"
    assert "/download" in email["text"]


def test_a_video_that_waits_puts_somebody_on_its_track(town: Town) -> None:
    person = town.person(verified_for=90 * DAY, quiet_for=2 * DAY)
    town.unseen(person, video=True)

    town.sweep(inactive_emails="off")

    assert town.outbox() == [("push", "You have a video waiting for you")]


# ----------------------------------------------------------------------------------------------------------- invites
def test_an_invite_is_reminded_of_after_a_day_and_once_more_for_all_of_a_phone(town: Town) -> None:
    nora, ben = (town.person(verified_for=2 * DAY, due_at=NOON + 90 * DAY) for _ in range(2))
    town.invite("+14155550777", nora, age=DAY, conversation=5)
    town.invite("+14155550777", ben, age=DAY)

    town.sweep()
    first = sorted(str(text) for _, text in town.outbox())
    for _ in range(5 * 24):
        town.now += HOUR
        town.sweep()

    texts = [str(text) for _, text in town.outbox()]
    assert [text.partition(" ")[0] for text in first] == sorted([nora.username, ben.username])
    assert len(texts) == 3
    digest = town.world.digests.phone("+14155550777")
    for key in (keys.invite(digest, 5, nora.id), keys.invite(digest, None, ben.id)):
        item = town.world.store.table.get(key) or {}
        assert {"reminded_at", "reminded_again_at", "tracked"} <= set(item)
        assert "due_at" not in item


@pytest.mark.parametrize("why", ["accepted", "registered", "gone"])
def test_nobody_is_reminded_who_came_or_whose_friend_left(town: Town, why: str) -> None:
    nora, other = (town.person(verified_for=2 * DAY, due_at=NOON + 90 * DAY) for _ in range(2))
    phone = other.phone if why == "registered" else "+14155550777"
    key = town.invite(phone, nora, age=4 * DAY)
    table = town.world.store.table
    if why == "accepted":
        table.update_if(key, Change(set={"accepted_at": NOON - HOUR}), Attr("pk").exists())
    if why == "gone":
        table.delete(keys.profile(nora.id))

    town.sweep()

    assert town.outbox() == []
    assert (table.get(key) or {}).get("due_at", NOON + 1) > NOON


# ---------------------------------------------------------------------------------------------------------- clean-up
def names_of(town: Town, person: Person) -> list[keys.Key]:
    digests = town.world.digests
    email = keys.email(digests.email(f"{person.username}@example.com"))
    return [keys.phone(digests.phone(person.phone)), keys.username(person.username), email]


def test_who_never_verified_is_removed_after_three_days_and_the_names_are_free(town: Town) -> None:
    early = town.person(verified_for=None, created_at=NOON - 3 * DAY - 1)
    late = town.person(verified_for=None, created_at=NOON - 3 * DAY + HOUR)
    verified = town.person(verified_for=9 * DAY)

    swept = town.sweep()

    assert swept.done["removed"] == 1
    assert town.profile(early) == {}
    assert [town.world.store.table.get(key) for key in names_of(town, early)] == [None] * 3
    for each in (late, verified):
        assert town.profile(each)
        assert all(town.world.store.table.get(key) for key in names_of(town, each))


def test_names_that_somebody_else_has_by_now_stay_theirs(town: Town) -> None:
    person = town.person(verified_for=None, created_at=NOON - 4 * DAY)
    phone, username, email = names_of(town, person)
    dynamodb.put(town.world.table, {**phone, "user": 4242})

    town.sweep()

    assert town.profile(person) == {}
    assert (town.world.store.table.get(phone) or {})["user"] == 4242
    assert town.world.store.table.get(username) is town.world.store.table.get(email) is None


def test_who_verifies_while_the_sweep_runs_stays(town: Town) -> None:
    person = town.person(verified_for=None, created_at=NOON - 4 * DAY)
    read = town.profile(person)
    town.change(person, verified_at=NOON, **schedule.verified(person.id, NOON))

    done = town.built()._user(read)

    assert done == ["changed"]
    assert all(town.world.store.table.get(key) for key in [keys.profile(person.id), *names_of(town, person)])


# -------------------------------------------------------------------------------------------------------------- runs
def test_a_run_that_is_out_of_time_leaves_the_rest_to_the_next(town: Town) -> None:
    for _ in range(3):
        town.person(verified_for=DAY)

    assert not town.sweep(lambda: False).complete
    assert town.outbox() == []
    assert town.sweep().done["welcome"] == 3


def test_one_who_cannot_be_read_holds_up_nobody(town: Town) -> None:
    broken = town.person(verified_for=DAY, phone="not a phone")
    town.person(verified_for=DAY)

    swept = town.sweep()

    assert swept.done == {"welcome": 1}
    assert len(town.failures) == 1
    assert town.profile(broken)["due_at"] == NOON + DAY


def test_the_greeter_is_not_welcomed_and_a_token_is_not_needed(town: Town) -> None:
    town.person(verified_for=DAY, username="greeter")

    town.sweep()

    assert town.outbox() == []
    assert callers.STAMP_EVERY < DAY


def test_everybody_counts_once_among_those_who_were_active_on_a_day(town: Town) -> None:
    people = [town.person(verified_for=9 * DAY) for _ in range(2)]
    moments = (NOON + DAY, NOON + DAY + HOUR, NOON + 2 * DAY)

    for town.now in moments:
        for each in people:
            CallerStore(town.world.store.table, clock=lambda: town.now).admit(each.token)

    days = Readings(aws.dynamodb(), town.world.table).days([day_of(moments[0]), day_of(moments[2])])
    assert [each.active for each in days] == [2, 2]


def test_the_function_has_the_rights_that_it_needs(town: Town, used: set[Right]) -> None:
    # Given somebody for each part
    inviter = town.person(verified_for=DAY)
    town.invite("+14155550777", inviter, age=DAY)
    town.unseen(town.person(verified_for=30 * DAY, quiet_for=8 * DAY), video=True)
    town.person(verified_for=None, created_at=NOON - 4 * DAY)
    used.clear()

    town.sweep()
    town.now += 3 * DAY
    town.sweep()

    assert used == granted("EngagementSweep")
