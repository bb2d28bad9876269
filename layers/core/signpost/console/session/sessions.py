"""Who is logged in to the console: the administrator, or a member, by a login at Meta.

A session's id is random, new with each log-in, and known to its browser and, hashed, to the table. It ends after 12
hours and when its person logs out. The administrator's cookie names the password by a fingerprint, so the session also
ends when name or password change. A member's session is that of a connection, and ends with it. Cookies are signed.

Each form carries a token that is made for the session alone; the log-in form, which has no session yet, one that is
made for a cookie of its own. A login at Meta begins with an address that is signed for that cookie, too, so nobody can
have another person's browser finish a login: that browser did not begin it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.console.session.member import Member
from signpost.instagram import hand_overs
from signpost.instagram.hand_overs import HandOver, Proven
from signpost.platform import basic_auth, browser_writes, signed
from signpost.platform.basic_auth import AdminCredentials
from signpost.platform.clock import Clock
from signpost.platform.errors import Forbidden, InvalidField, NotAuthenticated, Unavailable
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
_SESSION, _FORM, _BEGAN = "console session", "console form", "console login at Meta"
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"

Keys = Callable[[], Sequence[bytes]]


class FormRefused(Forbidden):
    code = "form_refused"


class WrongPassword(Forbidden):
    """Not 401, which stands for HTTP's own log-in."""

    code = "wrong_password"


class LoginNotOurs(Forbidden):
    code = "login_not_ours"


class Session(NamedTuple):
    """`member` is None for the administrator."""

    id: str
    user: str
    form_token: str
    member: Member | None = None


class LoginForm(NamedTuple):
    """What the log-in form needs: its token, and the cookie that belongs to it, whose value is `bearer`."""

    token: str
    cookie: str
    bearer: str


class Sessions:
    """Methods raise `Unavailable` when a service does not answer.

    `login_keys` are those that logins at Meta are signed with. `has_connection` tells whether an install still has a
    connection. `report_wrong` is called for each wrong password.
    """

    def __init__(
        self,
        credentials: Callable[[], AdminCredentials],
        keys: Keys,
        store: "SessionStore",
        tries: "RateLimit",
        *,
        login_keys: Keys,
        has_connection: Callable[[str, str], bool],
        report_wrong: Callable[[], None],
        clock: Clock,
        random: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._credentials, self._keys, self._store, self._tries = credentials, keys, store, tries
        self._login_keys, self._has_connection = login_keys, has_connection
        self._report_wrong, self._clock, self._random = report_wrong, clock, random

    def current(self, event: Event) -> Session | None:
        """The session of the request's cookie, if it is still good."""
        values = self._read(event)
        if values is None:
            return None
        session_id = str(values["id"])
        stored = self._store.get(session_id, self._clock())
        if stored is None:
            return None
        is_good = self._is_member(stored.member) if stored.member else self._is_password(values)
        return Session(session_id, stored.user, self._form_token(session_id), stored.member) if is_good else None

    def login_form(self) -> LoginForm:
        bearer = self._random()
        cookie = f"{FORM_COOKIE}={bearer}; {_ATTRIBUTES}; Max-Age={SECONDS}"
        return LoginForm(self._form_token(bearer), cookie, bearer)

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
        return self._open(expected.username, {"password": _fingerprint(self._signing_keys()[0], expected)})

    # ------------------------------------------------------------------------------------------------------- members
    def began(self, bearer: str, target: str) -> str:
        """What a login at Meta carries, so that it ends in the browser in which it began, and at `target`.

        `bearer` is the value of that browser's form cookie, or the id of its session.
        """
        values = {"browser": _hash(bearer), "next": target}
        return signed.sign(values, self._signing_keys(), purpose=_BEGAN)

    def ended_at(self, event: Event, began: str) -> str:
        """Where a login leads that began here, in this browser. Raises `LoginNotOurs`."""
        try:
            values = signed.read(began, self._signing_keys(), purpose=_BEGAN, now=self._clock())
        except signed.SignatureInvalid:
            values = {}
        session = self._read(event) or {}
        bearers = [each for each in (cookies(event).get(FORM_COOKIE), session.get("id")) if each]
        browser = str(values.get("browser", "")).encode()
        if not any(hmac.compare_digest(browser, _hash(str(each)).encode()) for each in bearers):
            raise LoginNotOurs("This log-in did not begin here, in this browser. Log in again.")
        return str(values["next"])

    def handed_over(self, event: Event) -> HandOver:
        """What the login that has just ended proves. Raises `LoginNotOurs`."""
        found = hand_overs.read(cookies(event).get(hand_overs.COOKIE, ""), self._login_keys(), self._clock())
        if found is None or not found.accounts:
            raise LoginNotOurs("This log-in is over: it can be used once, within 5 minutes. Log in again.")
        return found

    def log_in_member(self, event: Event, handed: HandOver, account: Proven) -> list[str]:
        """The cookies of a member's new session. One that the browser had before ends.

        Raises:
            LoginNotOurs: it was used before, or the connection has ended since.
        """
        member = Member.of(account)
        if not self._is_member(member) or not self._store.claim(
            handed.id, self._random(), self._clock() + hand_overs.MAX_AGE
        ):
            raise LoginNotOurs("This log-in is over: it can be used once, within 5 minutes. Log in again.")
        self._close(event)
        return [*self._open(f"@{account.username}", {}, member), _gone(hand_overs.COOKIE)]

    def chosen(self, event: Event, fields: Mapping[str, str]) -> tuple[HandOver, Proven]:
        """The account that was chosen from those of a login. Raises `FormRefused`, `CrossSite`, `LoginNotOurs`."""
        self._check_form(event, fields, cookies(event).get(FORM_COOKIE, ""))
        handed = self.handed_over(event)
        account = next((each for each in handed.accounts if each.install == fields.get("install")), None)
        if account is None:
            raise InvalidField("Choose an account from the list.")
        return handed, account

    def log_out(self, event: Event) -> list[str]:
        """The cookies to set. Whoever has a copy of the session's cookie is logged out with it."""
        self._close(event)
        return [_gone(COOKIE), _gone(FORM_COOKIE), _gone(hand_overs.COOKIE)]

    def check_form(self, event: Event, fields: Mapping[str, str], session: Session) -> None:
        """Raises `FormRefused` or `CrossSite`: it is not a form that we gave to this session."""
        self._check_form(event, fields, session.id)

    def _open(self, user: str, proof: Mapping[str, str], member: Member | None = None) -> list[str]:
        now, session_id = self._clock(), self._random()
        self._store.open(session_id, user, now + SECONDS, member)
        values = {"id": session_id, **proof}
        text = signed.sign(values, self._signing_keys(), purpose=_SESSION, expires_at=now + SECONDS)
        return [f"{COOKIE}={text}; {_ATTRIBUTES}; Max-Age={SECONDS}", _gone(FORM_COOKIE)]

    def _close(self, event: Event) -> None:
        values = self._read(event)
        if values is not None:
            self._store.close(str(values["id"]))

    def _read(self, event: Event) -> dict[str, Any] | None:
        """What a cookie says that we signed. Its session may have ended."""
        text = cookies(event).get(COOKIE)
        if not text:
            return None
        try:
            return signed.read(text, self._signing_keys(), purpose=_SESSION, now=self._clock())
        except signed.SignatureInvalid:
            return None

    def _is_password(self, values: Mapping[str, Any]) -> bool:
        """Whether the password that the cookie was made for is still the password."""
        credentials, given = self._credentials(), str(values.get("password", ""))
        prints = [_fingerprint(key, credentials) for key in self._signing_keys()]
        return bool(credentials.password) and any(hmac.compare_digest(given, each) for each in prints)

    def _is_member(self, member: Member) -> bool:
        return self._has_connection(member.install, member.connection)

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


def _hash(bearer: str) -> str:
    return hashlib.sha256(bearer.encode(errors="replace")).hexdigest()


def _fingerprint(key: bytes, credentials: AdminCredentials) -> str:
    """Tells one name and password from another; without the key, nothing can be learnt from it."""
    text = f"{len(credentials.username)} {credentials.username}{credentials.password}".encode(errors="replace")
    return hmac.digest(key, b"signpost console password\n" + text, "sha256").hex()[:32]
