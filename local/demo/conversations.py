"""People who talk to one another on a fresh local stack, as their apps would have them do it: through the API alone.

Their phones are numbers that belong to nobody, in several places. They read their codes in the outbox.
"""

import re
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import requests

from local.demo.seed import SeedError

PASSWORD: Final = "local-demo-password"  # noqa: S105 - no secret: it opens only the stack on this machine
PHONES: Final = {
    "nora": "+12125550111",  # New York
    "lena": "+13125550122",  # Chicago
    "ruth": "+13055550133",  # Miami
    "otto": "+16175550144",  # Boston
    "ines": "+12065550155",  # Seattle
}
NEWCOMER: Final = "+15035550166"  # who is invited, and has not come yet
_TIMEOUT_S: Final = 60  # the first call to a function starts it
_PATIENCE_S: Final = 120.0
_LOOK_AGAIN_S: Final = 0.2

Json = dict[str, Any]


class _App:
    """What somebody has on their phone."""

    def __init__(self, url: str, name: str) -> None:
        self._url, self._name, self._phone = url, name, PHONES[name]
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the developer's does not reach this machine
        self._session.headers["Accept"] = "application/vnd.co.hollerback-v1+json"

    def register(self) -> bool:
        """Whether this is new, so that a code is on its way; not if an earlier run has left the account."""
        email = f"{self._name}@signpost.example"
        if not self._post("/email/available", email=email)["data"]["free"]:
            return False
        self._post("/register", email=email, username=self._name, phone=self._phone, password=PASSWORD)
        return True

    def verify(self, code: str) -> None:
        token = f"{self._name}-phone".encode().hex()
        opened = self._post("/verify", phone=self._phone, code=code, platform="ios", device_token=token)
        self._session.headers["Authorization"] = f"Bearer {opened['access_token']}"

    def begin(self, *others: str, **more: Any) -> int:
        return int(self._post("/me/conversations", username=list(others), **more)["data"]["id"])

    def say(self, conversation: int, text: str) -> None:
        self._post(f"/me/conversations/{conversation}/text", text=text, guid=str(uuid.uuid4()))

    def has_seen(self, conversation: int) -> None:
        self._post(f"/me/conversations/{conversation}/watch_all", message_types=["text"])

    def leave(self, conversation: int) -> None:
        self._post(f"/me/conversations/{conversation}/leave")

    def latest(self) -> int:
        """The conversation in which something happened last."""
        return int(self._call("GET", "/me/conversations")["data"]["conversations"][0]["id"])

    def _post(self, path: str, **given: Any) -> Json:
        return self._call("POST", path, given)

    def _call(self, method: str, path: str, given: Json | None = None) -> Json:
        what = f"{method} /api{path}"
        try:
            reply = self._session.request(method, f"{self._url}/api{path}", json=given, timeout=_TIMEOUT_S)
        except requests.RequestException as error:
            raise SeedError(f"{what}: {error!r}") from error
        if reply.status_code != HTTPStatus.OK:
            raise SeedError(f"{what} answered {reply.status_code}: {reply.text[:200]}")
        return dict(reply.json())


def talk(url: str, sms: Callable[[], list[Json]], stop: threading.Event) -> None:
    """Let them register and talk, unless they did in an earlier run. `sms`: what was sent, newest first.

    Raises SeedError, or OSError if what was sent cannot be read.
    """
    apps = {name: _App(url, name) for name in PHONES}
    if not apps["nora"].register():
        return
    for name in list(PHONES)[1:]:
        apps[name].register()
    for name, code in _codes(sms, stop).items():
        apps[name].verify(code)
    _market(apps)
    _bread(apps)
    _left(apps)


def _codes(sms: Callable[[], list[Json]], stop: threading.Event) -> Mapping[str, str]:
    """By name, once all are there. Raises SeedError."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        texts = {phone: str(each["text"]) for each in sms() for phone in each["to"]}
        found = {name: re.search(r"code: (\d{4})", texts.get(phone, "")) for name, phone in PHONES.items()}
        codes = {name: match[1] for name, match in found.items() if match}
        if len(codes) == len(PHONES):
            return codes
        if stop.wait(_LOOK_AGAIN_S):
            break
    raise SeedError("the codes did not arrive")


def _market(apps: Mapping[str, _App]) -> None:
    """Three people, and a phone that is invited; one has not looked yet."""
    nora, lena = apps["nora"], apps["lena"]
    market = nora.begin("lena", "ruth", invites=[NEWCOMER], name="Sunday market")
    nora.say(market, "Who brings the big table on Sunday?")
    of_lena = lena.latest()
    lena.has_seen(of_lena)
    lena.say(of_lena, "I do. It fits into the van.")
    nora.has_seen(market)
    nora.say(market, "Then I bring 40 loaves and the plum tarts.")


def _bread(apps: Mapping[str, _App]) -> None:
    """Two people; all is seen."""
    otto, nora = apps["otto"], apps["nora"]
    order = otto.begin("nora")
    otto.say(order, "Is there any rye bread left?")
    of_nora = nora.latest()
    nora.has_seen(of_nora)
    nora.say(of_nora, "Two. I keep one for you.")
    otto.has_seen(order)


def _left(apps: Mapping[str, _App]) -> None:
    """Two people, one of whom leaves."""
    ruth, ines = apps["ruth"], apps["ines"]
    ride = ruth.begin("ines")
    ruth.say(ride, "A ride along the lake at seven?")
    ines.leave(ines.latest())
