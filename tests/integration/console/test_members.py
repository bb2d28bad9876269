"""What operators do with members on the console's pages."""

import pytest

from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.platform import aws
from tests.aws_calls import failing
from tests.integration.console.conftest import Visitor
from tests.integration.console.test_account_pages import NORA, install, queued
from tests.integration.console.test_pages import text
from tests.integration.tracking.world import World

LIST = "/fp?admin=1"


def store() -> MemberStore:
    return MemberStore(aws.dynamodb(), "Members")


def test_a_member_is_added_with_its_name_and_zone(owner: Visitor) -> None:
    added = owner.submit(LIST, "/fp/members", id=" 123 ", title="<Otto>", zone="Europe/Vienna")

    assert added["headers"]["location"] == f"{LIST}&done=member-added"
    found = store().get("123")
    assert found
    assert (found.title, found.zone) == ("<Otto>", "Europe/Vienna")
    page = owner.get(f"{LIST}&done=member-added")
    assert "<Otto> 123 Not connected Reports of <Otto> Delete <Otto>" in text(page)
    assert "The member was added." in text(page)
    assert "<Otto>" not in page["body"]


def test_members_are_those_of_the_api_also_accounts_that_were_just_connected(owner: Visitor, world: World) -> None:
    install(world.now)

    page = owner.get(LIST)

    assert f"@nora.bakes {NORA} Connected" in text(page)
    assert f'href="/fp/reports/{NORA}"' in page["body"]
    for number in range(100):
        assert store().create(Member(f"9{number:03}", world.now))
    second = owner.get(f"{LIST}&skip=100")
    assert '<a class="btn sm" href="/fp?admin=1&amp;skip=100" rel="next">' in owner.get(LIST)["body"]
    assert "9099 9099 Not connected" in text(second)
    assert 'rel="next"' not in second["body"]
    assert "No members" in text(owner.get(f"{LIST}&skip=999999"))
    assert owner.get(f"{LIST}&skip=-1")["statusCode"] == 200


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"id": ""}, 422, "Use the account&#39;s id at Instagram"),
        ({"id": "a b"}, 422, "Use the account&#39;s id at Instagram"),
        ({"id": "1" * 129, "title": "x" * 201, "zone": "Nowhere/At"}, 422, "Choose a zone from the list."),
        ({"id": "1", "title": "x" * 201}, 422, "Use up to 200 letters."),
        ({"id": NORA}, 409, "There is a member with this id."),
    ],
)
def test_what_cannot_be_added_is_said_beside_the_field(
    fields: dict[str, str], status: int, said: str, owner: Visitor, world: World
) -> None:
    install(world.now)

    reply = owner.submit(LIST, "/fp/members", **fields)

    assert reply["statusCode"] == status
    assert said in reply["body"]
    assert "aria-invalid" in reply["body"] or "zone" in said or "letters" in said


def test_a_member_is_deleted_once_its_id_was_typed(owner: Visitor, world: World) -> None:
    store().create(Member("123", world.now, "Otto"))
    ask = "/fp/members/123/delete"
    queued("MemberDeletions")

    assert "Delete Otto?" in text(owner.get(ask))
    assert owner.submit(ask, ask, typed="Otto")["statusCode"] == 422
    assert owner.post(ask, {"typed": "123"})["statusCode"] == 403
    assert queued("MemberDeletions") == []

    # While it may not be deleted, that is said
    token = owner.token(ask)
    with failing(aws.sqs(), "sqs.SendMessageBatch"):
        assert owner.post(ask, {"form_token": token, "typed": "123"})["statusCode"] == 503

    assert owner.submit(ask, ask, typed=" 123 ")["headers"]["location"] == f"{LIST}&done=member-deleted"
    assert [each["member"] for each in queued("MemberDeletions")] == ["123"]
    assert owner.get(ask)["statusCode"] == 404
    assert "Otto" not in text(owner.get(LIST))
