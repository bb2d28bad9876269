"""Three phones and a tablet: people register, talk, mute, leave, come back and are invited, on the running stack.

Each device keeps what it shows as an app does: from the sync alone, asking for what is new since the last one.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import requests

from local.runner.stack import LocalStack
from tests.e2e.instagram import Scene, scene

pytestmark = pytest.mark.slow

V1: Final = "application/vnd.co.hollerback-v1+json"
PASSWORD: Final = "a long password"
_GUIDS = itertools.count(1)


class Device:
    """One app of one person."""

    def __init__(self, stack: LocalStack, name: str, phone: str) -> None:
        self._stack, self.name, self.phone = stack, name, phone
        self._token, self._since = "", ""
        self.conversations: dict[int, dict[str, Any]] = {}
        self.messages: dict[tuple[int, str], dict[str, Any]] = {}

    def call(self, method: str, path: str, **given: Any) -> Any:
        """The body of a reply to a request that succeeds."""
        headers = {"Accept": V1, **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        query, body = (given, None) if method == "GET" else (None, given)
        reply = requests.request(
            method, f"{self._stack.url}/api{path}", params=query, json=body, headers=headers, timeout=60
        )
        assert reply.status_code == 200, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def do(self, conversation: int, action: str, **given: Any) -> Any:
        return self.call("POST", f"/me/conversations/{conversation}/{action}", **given)["data"]

    def register(self) -> None:
        self.call(
            "POST",
            "/register",
            email=f"{self.name}@signpost.example",
            username=self.name,
            phone=self.phone,
            password=PASSWORD,
        )

    def verify(self, code: str) -> None:
        device = {"platform": "ios", "device_token": f"{self.name}-phone".encode().hex(), "device_id": self.name}
        self._token = self.call("POST", "/verify", phone=self.phone, code=code, **device)["access_token"]

    def log_in(self) -> None:
        given = {"email": self.name, "password": PASSWORD, "platform": "android", "device_token": f"{self.name}-tablet"}
        self._token = self.call("POST", "/session", **given)["access_token"]

    @property
    def id(self) -> int:
        return int(self.call("GET", "/me")["data"]["id"])

    def begin(self, **given: Any) -> int:
        return int(self.call("POST", "/me/conversations", **given)["data"]["id"])

    def say(self, conversation: int, text: str) -> None:
        self.do(conversation, "text", text=text, guid=f"{self.name}-{next(_GUIDS)}")

    def sync(self) -> None:
        """Ask for what is new until there is nothing more."""
        while True:
            page = self.call("GET", "/me/sync", **({"updated_at": self._since} if self._since else {}))
            for each in page["data"]:
                self._take(each["type"], each["sync"])
            if page["meta"]["last_sync_at"] == self._since:
                return
            self._since = page["meta"]["last_sync_at"]

    def _take(self, kind: str, shown: dict[str, Any]) -> None:
        if kind == "conversation":
            self.conversations[shown["id"]] = shown
            return
        key = shown["conversation_id"], (shown.get("text") or shown["video"])["guid"]
        self.messages[key] = shown

    def unread(self) -> list[str]:
        """The texts of messages from others that have not been seen, oldest first."""
        waiting = [each for each in self.messages.values() if not (each["is_read"] or each["is_deleted"])]
        return [each["text"]["text"] for each in sorted(waiting, key=lambda each: str(each["sent_at"]))]

    def unread_counts(self) -> list[int]:
        """Of the conversations that are shown."""
        return [each["unread_count"] for each in self.conversations.values() if not each["is_deleted"]]


class Street:
    """Where the phones are."""

    def __init__(self, here: Scene) -> None:
        self.until, self.stack = here.until, here.stack

    def sms(self, phone: str) -> list[str]:
        """What a phone got, oldest first."""
        return [str(each["text"]) for each in reversed(self.stack.sent_sms()) if phone in each["to"]]

    def code(self, phone: str) -> str:
        """As its owner reads it."""
        self.until(lambda: any("code" in text for text in self.sms(phone)), "the code arrives")
        [code] = re.findall(r"code: (\d{4})", self.sms(phone)[-1])
        return str(code)

    def newcomer(self, name: str, phone: str) -> Device:
        device = Device(self.stack, name, phone)
        device.register()
        device.verify(self.code(phone))
        return device

    def alerts(self) -> list[str]:
        """What pushes said."""
        return [str(each["payload"].get("aps", {}).get("alert")) for each in self.stack.sent_pushes()]

    def until_synced(self, device: Device, *unread: str) -> None:
        """Wait until these messages wait on a device, and no other."""

        def is_there() -> bool:
            device.sync()
            return device.unread() == list(unread) and sum(device.unread_counts()) == len(unread)

        self.until(is_there, f"{device.name} finds {unread}")

    def until_pushed(self, alert: str) -> None:
        self.until(lambda: alert in self.alerts(), f"the push {alert!r} arrives")


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with scene() as here:
        yield Street(here)


def test_three_phones_talk_and_a_fourth_device_finds_everything(street: Street) -> None:
    # Given two people who registered with their phones
    nora = street.newcomer("nora", "+14155550101")
    ben = street.newcomer("ben", "+14155550102")

    # When one writes to the other, the other's phone says so, and finds it by sync
    with_ben = nora.begin(username=["ben"])
    nora.say(with_ben, "Bread at eight?")
    street.until_pushed("nora sent you a message")
    street.until_synced(ben, "Bread at eight?")
    [with_nora] = ben.conversations
    assert ben.conversations[with_nora]["name"] == "nora"

    # Both have nothing unread once it was seen and answered
    ben.do(with_nora, "watch_all", message_types=["text"])
    ben.say(with_nora, "At nine.")
    street.until_synced(nora, "At nine.")
    nora.do(with_ben, "goodbye")
    street.until_synced(nora)
    street.until_synced(ben)

    # What somebody muted says does not come, and never will
    ben.call("POST", f"/me/users/{nora.id}/mute")
    nora.say(with_ben, "Nine is late.")
    ben.call("POST", f"/me/users/{nora.id}/unmute")
    nora.say(with_ben, "Nine it is.")
    street.until_synced(ben, "Nine it is.")

    # Who leaves loses the conversation; the next message brings it back, without what was before
    ben.do(with_nora, "leave")
    ben.sync()
    assert ben.conversations[with_nora]["is_deleted"]
    assert ben.unread_counts() == []
    nora.say(with_ben, "Come back!")
    street.until_synced(ben, "Come back!")
    assert not ben.conversations[with_nora]["is_deleted"]

    # Somebody without the app is invited by SMS, and finds the conversation after registering, and what is said then
    uma_phone = "+14155550103"
    bakers = nora.begin(invites=[ben.phone, uma_phone], name="Bakers")
    street.until(lambda: bool(street.sms(uma_phone)), "the invite arrives")
    assert re.search(r"nora .* http\S+/", street.sms(uma_phone)[0])
    uma = street.newcomer("uma", uma_phone)
    street.until(lambda: _joined(uma), "who was invited joins")
    nora.say(bakers, "Welcome, Uma!")
    street.until_synced(uma, "Welcome, Uma!")
    assert [each["name"] for each in uma.conversations.values()] == ["Bakers"]
    street.until_synced(ben, "Come back!", "Welcome, Uma!")

    # Then another device of hers shows the same from its first sync
    tablet = Device(street.stack, "uma", uma_phone)
    tablet.log_in()
    street.until_synced(tablet, "Welcome, Uma!")
    assert _shown(tablet) == _shown(uma)

    # And each phone got what was meant for it, once
    assert [len(street.sms(each.phone)) for each in (nora, ben, uma)] == [1, 1, 2]

    # But nobody else reads any of it
    stranger = street.newcomer("mallory", "+14155550199")
    for conversation in (with_ben, with_nora, bakers, *uma.conversations):
        for method, action in (("GET", ""), ("GET", "/messages"), ("GET", "/members"), ("POST", "/leave")):
            with pytest.raises(AssertionError, match=r"40[04]"):
                stranger.call(method, f"/me/conversations/{conversation}{action}")


def _joined(device: Device) -> bool:
    device.sync()
    return bool(device.conversations)


def _shown(device: Device) -> tuple[Any, Any]:
    """What it shows that is still there."""
    live = {key: each for key, each in device.messages.items() if not (each["is_deleted"] or each["is_read"])}
    return device.conversations, live
