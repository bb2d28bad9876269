"""What the routes about people may do: with whose token, and with which rights in DynamoDB."""

from collections.abc import Iterator
from typing import Any

import pytest

from signpost.messaging import keys, phones
from tests import dynamodb
from tests.aws import empty
from tests.integration.messaging.people.membership import membership, message
from tests.integration.messaging.world import Person, World
from tests.integration.test_api_permissions import Right, granted, used

__all__ = ["used"]  # a fixture


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty(world.table)


def calls(about: Person) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each route, with what belongs to a user or names them."""
    name, phone = {"username": about.username}, {"invites": [about.phone, "+14155550987", "z@example.com"]}
    yield "GET", "/api/me", {}
    yield "POST", "/api/me", {"device_token": "a1"}
    yield "GET", "/api/me/sync", {}
    yield "GET", "/api/me/sync", {"updated_at": "0"}
    yield "POST", "/api/me/friends/add", name
    yield "GET", "/api/me/friends", {}
    yield "GET", "/api/me/friends/unadded", {}
    yield "POST", "/api/me/friends/remove", name
    yield "POST", "/api/me/users/search", name
    yield "POST", f"/api/me/users/{about.id}/mute", {}
    yield "GET", "/api/me/users/muted", {}
    yield "POST", f"/api/me/users/{about.id}/unmute", {}
    yield "POST", "/api/me/invites", phone
    yield "POST", "/api/me/invites/confirm", phone
    yield "GET", "/api/contacts", {}
    yield "POST", "/api/contacts/check", {"c": [{"n": "Nora", "p": phones.md5_hash(about.phone)}]}
    yield "GET", "/api/contacts/check", {"numbers": about.phone}


def test_every_route_is_tried_below(world: World) -> None:
    app = world._handlers("messaging_people").app
    served = {(route.method, route.path) for route in (*app._static_routes, *app._dynamic_routes)}
    nora = world.user()
    tried = {(method, path.replace(str(nora.id), "<user>")) for method, path, _ in calls(nora)}

    assert served - {("DELETE", "/api/me")} <= tried


def test_nobody_reads_or_changes_what_is_anothers(world: World) -> None:
    # Given what only Nora may know
    nora, ben = world.user("nora"), world.user("ben")
    dynamodb.put(
        world.table,
        {**membership(nora.id, 7, unread_text=1), "name": "private talk"},
        message(nora.id, 7, "01A", guid="private-guid", content={"text": "private text"}),
        {**keys.contact(nora.id, "0" * 64), "name": "private contact", "hash": "h", "created_at": 1},
    )

    def hers() -> list[Any]:
        """Without that she was added, which she is to know."""
        found = [item for item in dynamodb.items(world.table) if item["pk"] == keys.of_user(nora.id)]
        return sorted((item for item in found if not item["sk"].startswith("added_by#")), key=lambda item: item["sk"])

    before = hers()
    for method, path, parameters in calls(nora):
        # When Ben asks, with her ids
        status, body = world.call(ben, method, path, **parameters)

        # Then he gets what is his, or public
        assert status == 200, (path, body)
        assert "private" not in str(body)
        # And without a token, or with a wrong one, nobody gets anything
        for stranger in (None, ben._replace(token="wrong")):
            if stranger or not path.endswith("/check"):
                assert world.call(stranger, method, path, **parameters)[0] == 403

    assert hers() == before


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/me"), ("GET", "/api/me/nothing"), ("DELETE", "/api/contacts/check")]
)
def test_what_is_not_served_is_said_in_the_envelope(method: str, path: str, world: World) -> None:
    status, body = world.call(world.user(), method, path, described=False)

    assert (status, body["meta"]["code"]) in {(404, 404), (405, 405)}


def test_the_function_has_the_rights_that_it_needs(used: set[Right], world: World) -> None:
    nora, ben, squatter = world.user("nora"), world.user("ben"), world.user(verified=False)
    dynamodb.put(world.table, {**membership(nora.id, 7, unread_text=1), "version": 5}, message(nora.id, 7, "01A"))
    used.clear()

    for method, path, parameters in calls(ben):
        world.done(nora, method, path, **parameters)
    world.done(nora, "POST", "/api/me", username=f"{nora.username}x", phone=squatter.phone)
    digits = str(world.outbox()[-1]["text"]).rpartition(" ")[2]
    world.done(nora, "POST", "/api/me", phone=squatter.phone, code=digits)

    world.done(nora, "DELETE", "/api/me")

    assert used == granted("MessagingPeople")
