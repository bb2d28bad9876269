"""Lets people choose a new password by e-mail: with a token of 256 random bits, good for one change within an hour."""

from typing import TYPE_CHECKING, Final

from signpost.messaging import callers, names, outbox, passwords, texts
from signpost.messaging.errors import BadRequest
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from signpost.messaging.signup.store import SignupStore
    from signpost.platform.clock import Clock
    from signpost.platform.dynamodb import Item

VALID_FOR: Final = 3600  # seconds
_TRIES: Final = 4


class LinkExpired(BadRequest):
    def __init__(self) -> None:
        super().__init__("Link has expired")


class Resets:
    def __init__(self, store: "SignupStore", clock: "Clock", new_token: "Callable[[], str]") -> None:
        self._store, self._clock, self._new_token = store, clock, new_token

    def ask(self, email: str, address: str) -> None:
        """Have an e-mail sent if somebody has registered with this address, and not say whether that is so.

        `address`: of the page where a password is chosen, to which the token is added.

        Raises:
            BadRequest: it is not an e-mail address.
        """
        if not email.strip():
            raise BadRequest("please enter an email")
        to, now, token = names.allowed_email(email), self._clock(), self._new_token()
        profile = self._store.profile(self._store.by_login(to))
        mail = outbox.email(
            now,
            to=to,
            subject=texts.RESET_SUBJECT,
            text=texts.reset_mail(f"{address}{token}"),
            event="password_reset",
        )
        self._store.ask_reset(profile, callers.digest(token), int(now) + VALID_FOR, mail if profile else None)

    def check(self, token: str) -> None:
        """Raises `LinkExpired`."""
        self._found(token)

    def reset(self, token: str, password: str, confirmed: str) -> None:
        """Change the password, and log all devices out.

        Raises:
            BadRequest: the passwords differ, or it is not allowed.
            LinkExpired: the token was used, has expired, or never was.
        """
        if password != confirmed:
            raise BadRequest("passwords do not match")
        passwords.allowed(password)
        profile = self._found(token)
        new_hash = passwords.hashed(password)
        for _ in range(_TRIES):
            if self._store.reset(profile, callers.digest(token), new_hash):
                return
            now = self._store.profile(profile["id"])
            if now and now["password"] == new_hash:  # it was done; only the reply was lost
                return
            profile = self._found(token)
        raise Unavailable("Too much happens at the same time; try again.")

    def _found(self, token: str) -> "Item":
        profile = self._store.reset_of(callers.digest(token), self._clock())
        if profile is None or "leaving_at" in profile:
            raise LinkExpired
        return profile
