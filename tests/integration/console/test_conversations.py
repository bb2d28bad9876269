"""The console's page about conversations, through the handler, from the counters in the table."""

from collections.abc import Iterator

import pytest

from signpost.instagram.products import Provider
from signpost.messaging import keys
from signpost.messaging.counts import day_of
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from tests.aws import empty
from tests.integration.console.conftest import Members, Visitor
from tests.integration.console.test_pages import text
from tests.integration.tracking.world import World

PAGE = "/fp/conversations"


@pytest.fixture
def table(world: World) -> Iterator[Table]:
    empty("Messaging")
    yield Table(aws.dynamodb(), "Messaging")
    empty("Messaging")


def test_it_shows_what_was_counted(owner: Visitor, world: World, table: Table) -> None:
    today = str(day_of(world.now))
    table.put({**keys.COUNTERS, "users": 1204, "conversations": 310, "messages": 54_321, "received": 99_000})
    table.put({**keys.counted_on(today), "users": 5, "conversations": 2, "messages": 77, "received": 150})
    table.put({**keys.active_on(today), "active": 41})

    page = owner.get(PAGE)

    said = text(page)
    assert page["statusCode"] == 200
    for each in ("1,204", "5 new in 7 days", "310", "77", "54,321 in all", "41", "0 yesterday", "150"):
        assert each in said
    assert "77 messages" in page["body"]


def test_before_the_first_conversation_it_says_how_one_begins(owner: Visitor, table: Table) -> None:
    said = text(owner.get(PAGE))

    assert "No conversations yet" in said
    assert "As a table" not in said


def test_members_do_not_see_it(visitor: Visitor, members: Members, table: Table) -> None:
    members.log_in(visitor, members.connect("17841400000000007", "harbor", Provider.INSTAGRAM))

    page = visitor.get(PAGE)

    assert page["statusCode"] == 403
    assert PAGE not in visitor.get("/fp")["body"]
