"""An app that shows what syncs tell it, for tests of what they miss."""

from typing import Any

from signpost.messaging.conversation_shapes import conversation_json, message_json
from tests.integration.messaging.world import Person, World

Shown = dict[int, tuple[dict[str, Any], dict[str, Any]]]  # a conversation, and its unseen messages by guid
_MOST_PAGES = 1_000


class Phone:
    """It keeps each conversation and message as it was told last, and forgets what is gone.

    What has been seen is forgotten too: a phone that syncs for the first time is not told of it.
    """

    def __init__(self, world: World, person: Person, *, count: int | None = None) -> None:
        self._world, self._person, self._count = world, person, count
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: dict[tuple[int, str], dict[str, Any]] = {}
        self.since: str | None = None

    def sync(self) -> None:
        """Everything that there is to be told, page by page."""
        since = {"updated_at": self.since} if self.since else {}
        count = {"count": self._count} if self._count else {}
        body = self._page(**since, **count)
        for _ in range(_MOST_PAGES):
            if "pagination" not in body:
                return
            body = self._page(max_id=body["pagination"]["next_max_id"], **count)
        raise AssertionError("this does not end")

    def first_page(self) -> None:
        """As an app that knows nothing of pages: what comes with the first one, and from where to ask on."""
        self._page(**({"updated_at": self.since} if self.since else {}))

    def _page(self, **parameters: Any) -> dict[str, Any]:
        status, body = self._world.call(self._person, "GET", "/api/me/sync", **parameters)
        assert status == 200, body
        for entry in body["data"]:
            self._take(entry["type"], entry["sync"])
        self.since = body["meta"]["last_sync_at"]
        return body

    def _take(self, kind: str, told: dict[str, Any]) -> None:
        if kind == "conversation":
            if told["is_deleted"]:
                self.conversations.pop(told["id"], None)
                self.messages = {key: each for key, each in self.messages.items() if key[0] != told["id"]}
            else:
                self.conversations[told["id"]] = told
            return
        key = (told["conversation_id"], told[told["type"]]["guid"])
        if told["is_deleted"] or told["is_read"]:
            self.messages.pop(key, None)
        else:
            self.messages[key] = told

    @property
    def shown(self) -> Shown:
        return {
            number: (each, {guid: told for (of, guid), told in self.messages.items() if of == number})
            for number, each in self.conversations.items()
        }


def stored(world: World, person: Person) -> Shown:
    """The same, as the table has it."""
    result: Shown = {}
    for place in world.memberships(person):
        if "left_at" in place:
            continue
        conversation: dict[str, Any] = {**conversation_json(place, person.id, v1=True)}
        unseen: list[Any] = [
            message_json(each, v1=True)
            for each in world.messages(person, place["id"])
            if "unseen" in each
            and not each.get("deleted")
            and each["sk"].rpartition("#")[2] > place.get("cleared_to", "")
        ]
        result[place["id"]] = (
            {**conversation, "unseen_count": conversation["unread_count"]},
            {each[each["type"]]["guid"]: each for each in unseen},
        )
    return result
