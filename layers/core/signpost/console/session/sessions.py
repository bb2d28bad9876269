"""Who is logged in to the console.

A session's id is random, new with each log-in, and known to its browser and, hashed, to the table. The cookie that
holds it is signed and names the password by a fingerprint: the session ends after 12 hours, when its person logs out,
and when name or password change. Each form carries a token that is made for the session alone; the log-in form, which
has no session yet, one that is made for a cookie of its own.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.platform import basic_auth, browser_writes, signed
from signpost.platform.basic_auth import AdminCredentials
from signpost.platform.clock import Clock
from signpost.platform.errors import Forbidden, NotAuthenticated, Unavailable
from signpost.platform.http import Event
from signpost.platform.senders import sender

if TYPE_CHECKING:
    from signpost.console.session.store import SessionStore
    from signpost.platform.rate_limit import RateLimit

# Browsers keep a `__Host-` cookie only if it came over TLS from this very host, so no subdomain can plant one.
COOKIE: Final = "__Host-signpost-session"
FORM_COOKIE: Final = "__Host-signpost-form"
SECONDS: Final = 12 * 3600
TRIES: Final = 5  # wrong ones, from one address, a minute
FORM_FIELD: Final = "form_token"
_SESSION, _FORM = "console session", "console form"
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"

Keys = Callable[[], Sequence[bytes]]


class FormRefused(Forbidden):
    code = "form_refused"


class WrongPassword(Forbidden):
    """Not 401, which stands for HTTP's own log-in."""

    code = "wrong_password"


class Session(NamedTuple):
    id: str
    user: str
    form_token: str


class LoginForm(NamedTuple):
    """What the log-in form needs: its token, and the cookie that belongs to it."""

    token: str
    cookie: str


class Sessions:
    """`report_wrong` is called for each wrong password. Methods raise `Unavailable` when a service does not answer."""

    def __init__(
        self,
        credentials: Callable[[], AdminCredentials],
        keys: Keys,
        store: "SessionStore",
        tries: "RateLimit",
        *,
        report_wrong: Callable[[], None],
        clock: Clock,
        random: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._credentials, self._keys, self._store, self._tries = credentials, keys, store, tries
        self._report_wrong, self._clock, self._random = report_wrong, clock, random

    def current(self, event: Event) -> Session | None:
        """The session of the request's cookie, if it is still good."""
        found = self._read(event)
        if found is None or not self._store.is_open(found[0], self._clock()):
            return None
        session_id, user = found
        return Session(session_id, user, self._form_token(session_id))

    def login_form(self) -> LoginForm:
        bearer = self._random()
        return LoginForm(self._form_token(bearer), f"{FORM_COOKIE}={bearer}; {_ATTRIBUTES}; Max-Age={SECONDS}")

    def log_in(self, event: Event, fields: Mapping[str, str]) -> list[str]:
        """The cookies of a new session. One that the browser had before ends.

        Raises:
            WrongPassword: name or password is wrong.
            TooManyRequests: so many were wrong that this try is not even compared.
            FormRefused, CrossSite: the form is not ours.
        """
        self._check_form(event, fields, cookies(event).get(FORM_COOKIE, ""))
        address = f"console {sender(event)}"
        self._tries.check(address, rate=TRIES / 60, burst=TRIES)
        name, password, expected = fields.get("name", ""), fields.get("password", ""), self._credentials()
        try:
            basic_auth.compare(name.encode(errors="replace"), password.encode(errors="replace"), expected)
        except NotAuthenticated:
            self._report_wrong()
            self._tries.take(address, rate=TRIES / 60, burst=TRIES)
            raise WrongPassword("Name or password is wrong.") from None
        self._close(event)
        return self._open(expected)

    def log_out(self, event: Event) -> list[str]:
        """The cookies to set. Whoever has a copy of the session's cookie is logged out with it."""
        self._close(event)
        return [_gone(COOKIE), _gone(FORM_COOKIE)]

    def check_form(self, event: Event, fields: Mapping[str, str], session: Session) -> None:
        """Raises `FormRefused` or `CrossSite`: it is not a form that we gave to this session."""
        self._check_form(event, fields, session.id)

    def _open(self, credentials: AdminCredentials) -> list[str]:
        now, session_id, keys = self._clock(), self._random(), self._signing_keys()
        self._store.open(session_id, credentials.username, now + SECONDS)
        values = {"id": session_id, "password": _fingerprint(keys[0], credentials)}
        text = signed.sign(values, keys, purpose=_SESSION, expires_at=now + SECONDS)
        return [f"{COOKIE}={text}; {_ATTRIBUTES}; Max-Age={SECONDS}", _gone(FORM_COOKIE)]

    def _close(self, event: Event) -> None:
        found = self._read(event)
        if found is not None:
            self._store.close(found[0])

    def _read(self, event: Event) -> tuple[str, str] | None:
        """Id and user of a cookie that we signed, and whose password is still the password."""
        text = cookies(event).get(COOKIE)
        if not text:
            return None
        keys, credentials = self._signing_keys(), self._credentials()
        try:
            values = signed.read(text, keys, purpose=_SESSION, now=self._clock())
        except signed.SignatureInvalid:
            return None
        given = str(values["password"])
        is_same = any(hmac.compare_digest(given, _fingerprint(key, credentials)) for key in keys)
        return (str(values["id"]), credentials.username) if is_same and credentials.password else None

    def _form_token(self, bearer: str) -> str:
        return signed.sign({"for": bearer}, self._signing_keys(), purpose=_FORM)

    def _check_form(self, event: Event, fields: Mapping[str, str], bearer: str) -> None:
        browser_writes.check_origin(event)
        try:
            values = signed.read(fields.get(FORM_FIELD, ""), self._signing_keys(), purpose=_FORM, now=self._clock())
        except signed.SignatureInvalid:
            values = {}
        if not bearer or not hmac.compare_digest(str(values.get("for", "")).encode(), bearer.encode()):
            raise FormRefused("This form is no longer good: load the page again, then repeat what you did.")

    def _signing_keys(self) -> Sequence[bytes]:
        keys = self._keys()
        if not keys:
            raise Unavailable("The console has no key to sign sessions with; see the operations guide.")
        return keys


def cookies(event: Event) -> dict[str, str]:
    """The request's cookies by name."""
    pairs = (each.partition("=") for each in event.get("cookies", []))
    return {name.strip(): value for name, _, value in pairs}


def _gone(name: str) -> str:
    return f"{name}=; {_ATTRIBUTES}; Max-Age=0"


def _fingerprint(key: bytes, credentials: AdminCredentials) -> str:
    """Tells one name and password from another; without the key, nothing can be learnt from it."""
    text = f"{len(credentials.username)} {credentials.username}{credentials.password}".encode(errors="replace")
    return hmac.digest(key, b"signpost console password\n" + text, "sha256").hex()[:32]
