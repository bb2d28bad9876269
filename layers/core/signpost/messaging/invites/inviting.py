"""Invites that users send themselves, to phones and e-mail addresses that are not here yet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from signpost.messaging import names, phones
from signpost.messaging.errors import BadRequest, BadToken
from signpost.messaging.given_lists import listed

if TYPE_CHECKING:
    from signpost.messaging.digests import Digests
    from signpost.messaging.invites.store import InviteStore
    from signpost.messaging.user_store import UserStore
    from signpost.platform.rate_limit import RateLimit

_CALLS_AN_HOUR = 20  # of one user: each invites up to 100, who get a reminder


class Invited(NamedTuple):
    invites: int  # that are new, or are known to be sent only now
    already_invited: int


class Inviting:
    def __init__(self, store: "InviteStore", users: "UserStore", digests: "Digests", limit: "RateLimit") -> None:
        self._store, self._users, self._digests, self._limit = store, users, digests, limit

    def invite(self, user: int, given: Sequence[str] | str | None) -> Invited:
        """Note that the user has invited these; who is here already is passed over. It may be repeated.

        Raises:
            BadRequest: one of them is neither a phone number nor an e-mail address. None is invited.
        """
        numbers, addresses = self._read(user, given)
        self._limit.take(f"invites of {user}", rate=_CALLS_AN_HOUR / 3600, burst=_CALLS_AN_HOUR)
        registered = self._users.by_phones(numbers)
        new = already = 0
        for digest, phone in numbers.items():
            if digest not in registered:
                is_new = self._invite_phone(user, digest, phone)
                new, already = new + is_new, already + (not is_new)
        known = self._users.by_emails(addresses)
        for digest, address in addresses.items():
            if digest not in known:
                is_new = self._store.invite_email(user, digest, address)
                new, already = new + is_new, already + (not is_new)
        return Invited(new, already)

    def confirm(self, user: int, given: Sequence[str] | str | None) -> int:
        """Note that the user has really sent the invites to these phones that came with conversations."""
        numbers, _ = self._read(user, given)
        return sum(
            self._store.track(invite)
            for digest in numbers
            for invite in self._store.of_phone(digest)
            if invite["inviter"] == user
        )

    def _invite_phone(self, user: int, digest: str, phone: str) -> bool:
        own = [invite for invite in self._store.of_phone(digest) if invite["inviter"] == user]
        if own:
            return sum(self._store.track(invite) for invite in own) > 0
        return self._store.invite_phone(user, digest, phone)

    def _read(self, user: int, given: Sequence[str] | str | None) -> tuple[dict[str, str], dict[str, str]]:
        """The phones and the addresses, by their digests."""
        texts = listed(given, "invites")
        if not texts:
            raise BadRequest("missing required invites param")
        profile = self._users.profiles([user]).get(user)
        if profile is None:
            raise BadToken
        like = profile["phone"]
        addresses = names.all_of(*((lambda text=text: names.allowed_email(text)) for text in texts if "@" in text))
        numbers = names.all_of(
            *((lambda text=text: phones.normalised(text, like=like)) for text in texts if "@" not in text)
        )
        return (
            {self._digests.phone(number): number for number in numbers},
            {self._digests.email(address): address for address in addresses},
        )
