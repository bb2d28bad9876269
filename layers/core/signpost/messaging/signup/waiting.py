"""The waiting list, and the link to the app by SMS."""

from typing import TYPE_CHECKING, Final

from signpost.messaging import names, phones, texts
from signpost.messaging.errors import BadRequest

if TYPE_CHECKING:
    from signpost.messaging.signup.store import SignupStore
    from signpost.platform.clock import Clock

_KNOWN: Final = "thanks, you're on the list"


class WaitingList:
    def __init__(self, store: "SignupStore", clock: "Clock") -> None:
        self._store, self._clock = store, clock

    def add(self, email: str, phone: str = "") -> str:
        """The address, as it was stored. Raises `BadRequest`, also if it is there already."""
        address = names.allowed_email(email)
        e164 = phones.normalised(phone) if phone.strip() else None
        if not self._store.wait(address, e164, self._clock()):
            raise BadRequest(_KNOWN)
        return address

    def send_link(self, e164: str, link: str) -> None:
        self._store.send_sms(e164, texts.app_link_sms(link), "app_link", self._clock())
