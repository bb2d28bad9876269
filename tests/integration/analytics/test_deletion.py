"""Deleting members: nothing is left of them, and nothing of others is touched."""

import json
from typing import Any

import pytest

from signpost.analytics.deletion.messages import deletion, deletion_of_all
from signpost.analytics.members import Member
from signpost.instagram.products import Provider
from signpost.platform import aws
from tests.aws import empty, empty_queue
from tests.aws_calls import noted
from tests.integration.analytics.leavers import DONE, LEFT, World
from tests.integration.analytics.world import INSTALLS, NOW, forget
from tests.integration.conftest import Handlers
from tests.logs import logged_by
from tests.queue_events import taken

BOTH = (Provider.FACEBOOK, Provider.INSTAGRAM)


@pytest.fixture
def world(handlers: Handlers) -> World:
    world = World(handlers)
    empty("Members", "ExportImports", INSTALLS)
    for queue in (world.settings.deletion_queue, world.settings.account_deletion_queue):
        empty_queue(queue)
    return world


def erased(account: str, at: str = "2026-11-21T07:01:40Z", product: str = "facebook") -> dict[str, Any]:
    """The event that EventBridge puts into the queue; by default at `LEFT`."""
    detail = {"install": f"{product}-{account}", "account": account}
    return {"source": "signpost.instagram", "detail-type": "AccountErased", "time": at, "detail": detail}


@pytest.mark.parametrize("products", [(), (Provider.FACEBOOK,), BOTH])
def test_nothing_is_left_of_a_member(products: tuple[Provider, ...], world: World) -> None:
    # Given a member, and one whose id begins like its
    member = world.member(products=products)
    other = world.member(f"{member.id}0")
    before = world.left(other.id)
    assert len(before) >= 6

    # When its deletion is taken, then that of its account, then the events of that
    world.now = LEFT
    assert world.take(deletion(member.id, LEFT)) == DONE
    world.erase_accounts()
    assert world.take_events() == len(products)

    # Then nothing is left of it, and all of the other one
    assert world.left(member.id) == []
    assert world.left(other.id) == before


def test_a_member_that_was_never_looked_up_is_deleted_too(world: World) -> None:
    account = world.member().id
    member = world.members.get(account)
    assert member
    world.members.leave(account, NOW)
    world.members.remove(member._replace(left_at=NOW))

    world.now = LEFT
    world.take(deletion(account, LEFT))
    # Until its account is erased, nobody can become this member again
    stored = world.members.get(account)
    assert stored
    assert stored.leaving
    world.erase_accounts()
    world.take_events()

    assert world.left(account) == []


def test_the_deletion_checks_again_while_the_account_is_being_erased(world: World) -> None:
    member = world.member()
    with noted(aws.sqs(), "sqs.SendMessageBatch") as sent:
        world.take(deletion(member.id, LEFT))
        world.take(deletion(member.id, LEFT, asked=True))

    bodies = [(each["DelaySeconds"], json.loads(each["MessageBody"])) for call in sent for each in call["Entries"]]
    again = (300, {"member": member.id, "at": LEFT, "asked": True})
    assert bodies[1:] == [again, again]
    assert bodies[0][1]["kind"] == "erase_account"
    assert (bodies[0][1]["person_id"], bodies[0][1]["received_at"]) == (member.id, LEFT)
    # Even without an event, the deletion finds that the account is gone
    forget(world.connect(member.id))
    world.take(deletion(member.id, LEFT, asked=True))
    assert world.members.get(member.id) is None


def test_somebody_who_connects_again_in_time_stays_and_starts_anew(world: World) -> None:
    # Given a member who connects again after the deletion was asked for, before the account is erased
    member = world.member()
    world.members.leave(member.id, LEFT)
    world.now = LEFT + 2
    install = world.connect(member.id)

    # When the deletion is taken
    world.take(deletion(member.id, LEFT))
    world.erase_accounts()

    # Then the connection is the only thing that stays, and makes the account a member again
    assert taken(world.settings.deletion_queue) == []
    assert world.left(member.id) == [f"{INSTALLS} account#{member.id}", f"{INSTALLS} {install.id}"]
    assert world.members.create(Member(member.id, world.now))
    world.fill(member.id)
    anew = world.left(member.id)
    # And messages that come late or twice delete nothing of that
    world.now += 60
    for message in (deletion(member.id, LEFT), deletion(member.id, LEFT, asked=True), erased(member.id)):
        assert world.take(message) == DONE
    assert world.left(member.id) == anew
    found = world.members.get(member.id)
    assert found
    assert found.snapshot


def test_when_meta_has_an_account_erased_its_member_goes(world: World) -> None:
    member = world.member()
    forget(world.connect(member.id))
    world.now = LEFT

    world.take(erased(member.id))

    assert world.left(member.id) == []


def test_a_member_still_connected_through_the_other_product_stays(world: World) -> None:
    # Given a member with two connections, one of which was erased
    member = world.member(products=BOTH)
    forget(world.connect(member.id))

    # When that is announced
    world.now = LEFT
    world.take(erased(member.id))

    # Then what came from it is gone, and the member is not
    assert world.members.get(member.id) == Member(member.id, NOW)
    assert world.files(member.id) == []
    assert world.imports.all(member.id) == []


def test_all_members_are_deleted_one_by_one(world: World) -> None:
    # Given a member, an account that nobody has looked up, and somebody who comes later
    member, unknown = world.member(), world.connect("77")
    late = Member("99", LEFT + 1)
    world.members.create(late)

    # When all are to be deleted
    world.take(deletion_of_all(LEFT))
    messages = taken(world.settings.deletion_queue)
    assert messages == [deletion(each, LEFT) for each in sorted([member.id, "77", "99"])]
    world.now = LEFT + 5
    for each in messages:
        world.take(each)
    world.erase_accounts()
    world.take_events()

    # Then only who came later is there
    assert world.left(member.id) == world.left(unknown.instagram_business_account_id) == []
    assert list(world.members.all()) == [late]


@pytest.mark.parametrize(
    "message",
    [
        "x",
        "[]",
        {},
        {"member": "7"},
        {"member": "../x", "at": 1},
        {"member": 7, "at": 1},
        {"all": "yes", "at": 1},
        {"detail-type": "AccountSynced", "detail": {"account": "7"}, "time": "2026-11-21T07:00:00Z"},
        {"detail-type": "AccountErased", "detail": {}, "time": "2026-11-21T07:00:00Z"},
        {"detail-type": "AccountErased", "detail": {"account": "7"}, "time": "yesterday"},
    ],
)
def test_a_message_that_asks_for_something_else_is_given_up(message: object, world: World) -> None:
    with logged_by(world.logger) as output:
        assert world.take(message) == DONE

    assert '"level":"ERROR"' in output.getvalue()
    assert "message passed over" in output.getvalue()
