"""Registers people. Their phone is theirs once they have verified it.

Until then the phone is held for as long as the code works that it was sent: after that, whoever registers it next gets
it, and the account that never verified is removed. So a stranger who registers somebody's phone keeps its owner out for
ten minutes at most, or for as long as a phone gets no more codes.
"""

from typing import TYPE_CHECKING, Final

from signpost.messaging import keys, passwords
from signpost.messaging.engagement import schedule
from signpost.messaging.errors import BadRequest
from signpost.messaging.phone_codes import new_code
from signpost.messaging.signup.accounts import Claim, Holders, Names
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from signpost.messaging.names import Registration
    from signpost.messaging.signup.accounts import Profile
    from signpost.messaging.signup.store import SignupStore
    from signpost.platform.clock import Clock

_TRIES: Final = 4
_LONGEST_COHORT: Final = 100


class Registering:
    def __init__(
        self,
        store: "SignupStore",
        code_key: "Callable[[], bytes]",
        clock: "Clock",
        new_id: "Callable[[float], int]",
    ) -> None:
        self._store, self._code_key, self._clock, self._new_id = store, code_key, clock, new_id

    def register(self, wanted: "Registration", cohort: str = "") -> "Profile":
        """The profile, whose phone has been sent a code. Somebody who has not verified yet may register again.

        Raises:
            BadRequest: something is taken, by a sentence each.
            TooManyRequests: the phone was sent too many codes.
        """
        names, new_hash = Names(wanted.email, wanted.username, wanted.phone), ""
        for _ in range(_TRIES):
            held, now = self._store.holders(names), self._clock()
            own = self._own(held, wanted.password)
            claim = Claim(names, held, self._replaced(held, own, now))
            user = own["id"] if own else self._new_id(now)
            sending = new_code(user, held.code, self._code_key(), now)
            if own is not None:
                if self._store.register_again(own, claim, sending, now):
                    return {**own, "username": names.username, "phone": names.phone}
                continue
            if sending is None:
                raise RuntimeError("A code is on its way to an account that does not exist yet.")
            new_hash = new_hash or passwords.hashed(wanted.password)
            profile = _profile(user, names, new_hash, cohort, now)
            if self._store.register(profile, claim, sending, now):
                return profile
        raise Unavailable("Somebody else is registering the same; try again.")

    def _own(self, held: Holders, password: str) -> "Profile | None":
        """The account that is registered again: the one with this address, if it is unverified, by its password."""
        if held.email is None:
            return None
        found = self._store.profile(held.email)
        if found is None or "verified_at" in found or not passwords.matches(found["password"], password):
            raise BadRequest("Email is taken")
        return found

    def _replaced(self, held: Holders, own: "Profile | None", now: float) -> "Profile | None":
        """The account that gives way. Raises `BadRequest`."""
        user = own["id"] if own else None
        found = None if held.phone in {None, user} else self._store.profile(held.phone)
        gives_way = found is not None and "verified_at" not in found and not held.code.holds(found["id"], now)
        replaced = found if gives_way else None
        taken = []
        if held.username not in {None, user, replaced["id"] if replaced else None}:
            taken.append("Username is taken")
        if held.phone not in {None, user} and replaced is None:
            taken.append("Phone number is taken")
        if taken:
            raise BadRequest(*taken)
        return replaced


def _profile(user: int, names: Names, password: str, cohort: str, now: float) -> "Profile":
    """`cohort`: the address, or its last part, by which somebody came."""
    came_by = cohort.partition("?")[0].rstrip("/").rpartition("/")[2][:_LONGEST_COHORT]
    return {
        **keys.profile(user),
        "id": user,
        **names._asdict(),
        "password": password,
        "created_at": now,
        "last_active_at": now,
        "activity": keys.PROFILE_ACTIVITY,
        **schedule.registered(user, now),
        **({"cohort": came_by} if came_by not in {"", "download"} else {}),
    }
