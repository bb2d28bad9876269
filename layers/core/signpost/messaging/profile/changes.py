"""What users see and change of themselves.

A new phone has to be shown to be theirs: it becomes the user's when the code that is sent to it comes back. Until then
the user keeps the old one. Whoever registers with a phone holds it for as long as the code works that it was sent then.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import names, phones
from signpost.messaging.conversation_shapes import conversation_json
from signpost.messaging.errors import BadRequest, BadToken
from signpost.messaging.paging import MOST, Listing
from signpost.messaging.phone_codes import is_right, new_code
from signpost.messaging.profile.squatter import Squatter
from signpost.messaging.user_shapes import user_json
from signpost.platform.errors import Conflict

if TYPE_CHECKING:
    from signpost.messaging.digests import Digests
    from signpost.messaging.profile.store import ProfileStore
    from signpost.platform.clock import Clock

Item = Mapping[str, Any]

_TRIES: Final = 3
_LONGEST_PUSH_TOKEN: Final = 4_096
_TAKEN: Final = "Phone number is taken"


class Wish(NamedTuple):
    """What a user wants to change; None where it stays."""

    username: str | None = None
    phone: str | None = None
    code: str | None = None  # that was sent to the phone
    device_token: str | None = None


class Profiles:
    def __init__(self, store: "ProfileStore", digests: "Digests", clock: "Clock") -> None:
        self._store, self._digests, self._clock = store, digests, clock

    def show(self, user: int, start: Mapping[str, Any] | None, *, v1: bool) -> Listing:
        """The user with a page of their conversations, the latest first."""
        own = self._store.own(user, MOST) if start is None else self._store.below(user, start["below"], MOST)
        if own.profile is None:
            raise BadToken
        conversations = [conversation_json(each, user, v1=v1) for each in own.memberships]
        more = {"below": own.memberships[-1]["activity"]} if own.more else None
        return Listing({**user_json(own.profile), "conversations": conversations}, more)

    def change(self, user: int, device: int, wish: Wish) -> Listing:
        """The user as they are then; `phone_pending` tells that a code was sent to a new phone. Raises `BadRequest`."""
        profile = self._profile(user)
        allowed = self._allowed(profile, wish)
        if allowed.username is not None:
            self._rename(profile, allowed.username)
        pending = False
        if allowed.phone is not None:
            pending = not self._move(user, allowed.phone, wish.code)
        if allowed.device_token:
            self._store.register_device(user, device, allowed.device_token)
        return Listing(user_json(self._profile(user)), meta={"phone_pending": True} if pending else {})

    def _profile(self, user: int) -> Item:
        found = self._store.get(user)
        if found is None or "leaving_at" in found:
            raise BadToken
        return found

    def _allowed(self, profile: Item, wish: Wish) -> Wish:
        """As it is stored; raises `BadRequest` with what is wrong with all of it."""
        checks: dict[str, Callable[[], str]] = {}
        if wish.username is not None:
            username = wish.username
            checks["username"] = lambda: names.allowed_username(username)
        if wish.phone is not None:
            phone = wish.phone
            checks["phone"] = lambda: phones.normalised(phone, like=profile["phone"])
        if wish.device_token:
            push_token = wish.device_token
            checks["device_token"] = lambda: _push_token(push_token)
        return Wish(**dict(zip(checks, names.all_of(*checks.values()), strict=True)))

    def _rename(self, profile: Item, username: str) -> None:
        for _ in range(_TRIES):
            if profile["username"] == username:
                return
            done, taken = self._store.rename(profile, username)
            if done:
                return
            if taken:
                raise BadRequest("Username is taken")
            profile = self._profile(profile["id"])
        raise Conflict("Your profile was changed at the same time; try again.")

    def _move(self, user: int, phone: str, code: str | None) -> bool:
        """Whether the phone is the user's now; otherwise a code was sent to it."""
        profile = self._profile(user)
        if profile["phone"] == phone:
            return True
        owner, before, now = self._store.owner_of_phone(phone), self._store.codes.get(phone), self._clock()
        squatter = owner if owner is not None and owner["id"] != user else None
        if squatter is not None and ("verified_at" in squatter or before.holds(squatter["id"], now)):
            raise BadRequest(_TAKEN)
        if code is None:
            self._send_code(user, phone)
            return False
        tried = self._store.codes.count_try(phone, before, now)
        right = is_right(tried or before, code, user, self._key(), now)
        if not (right and tried and tried.code):
            raise BadRequest("Incorrect code")
        if not self._store.move_phone(
            self._profile(user), phone, tried.code, self._squatter(squatter) if squatter else None
        ):
            raise Conflict("Somebody changed this at the same time; ask for another code.")
        return True

    def _squatter(self, owner: Item) -> Squatter:
        return Squatter(owner["id"], owner["phone"], owner["username"], self._digests.email(owner["email"]))

    def _send_code(self, user: int, phone: str) -> None:
        for _ in range(_TRIES):
            before = self._store.codes.get(phone)
            sending = new_code(user, before, self._key(), self._clock())
            if sending is None or self._store.send_code(user, phone, before, sending):
                return
        raise Conflict("Too much happens at the same time; try again.")

    def _key(self) -> bytes:
        return self._digests.derived("codes")


def _push_token(text: str) -> str:
    found = text.strip()
    if len(found) > _LONGEST_PUSH_TOKEN or not found.isprintable():
        raise BadRequest("Device token is not valid")
    return found
