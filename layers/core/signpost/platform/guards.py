"""Who may call an API."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from signpost.platform import aws, basic_auth, browser_writes
from signpost.platform.basic_auth import AdminCredentials
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import NotAuthenticated, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, retry_after
from signpost.platform.metrics import count
from signpost.platform.rate_limit import RateLimit
from signpost.platform.secrets import CredentialsSecret
from signpost.platform.senders import sender

_WRONG_PASSWORDS: Final[Mapping[str, Any]] = {"rate": 1 / 60, "burst": 10}  # from one address


class Guard(NamedTuple):
    """`check` raises `NotAuthenticated`, `TooManyRequests`, what `browser_writes` raises, or `Unavailable`.

    `challenge` says how to log in.
    """

    check: Callable[[Event], None]
    challenge: str

    def refusal(self, error: SignpostError, body: Mapping[str, object]) -> Reply:
        # RFC 9110 requires a challenge with each 401 (11.6.1).
        headers = {"www-authenticate": self.challenge} if isinstance(error, NotAuthenticated) else {}
        return json_reply(error.status, body, {**headers, **retry_after(error)})


class Settings(NamedTuple):
    """What the administrator's guard needs: part of the settings of each feature that has one."""

    admin_secret: str
    rate_limits_table: str


def administrator(settings: Settings, *, clock: Clock = system_clock, acts_on_get: bool = False) -> Guard:
    """Admits the administrator only. `acts_on_get`: even a GET changes something in this API."""
    secret = CredentialsSecret(aws.secretsmanager(), settings.admin_secret)
    tries = RateLimit(settings.rate_limits_table, aws.dynamodb(), clock)
    return password(secret.credentials, tries, acts_on_get=acts_on_get)


def password(credentials: Callable[[], AdminCredentials], tries: RateLimit, *, acts_on_get: bool = False) -> Guard:
    """Admits callers with name and password (HTTP Basic). After too many wrong ones, an address is refused outright."""

    def check(event: Event) -> None:
        if acts_on_get or browser_writes.is_write(event):
            browser_writes.check(event)
        expected, given = credentials(), header(event, "authorization")
        address = f"password {sender(event)}"
        if given:
            tries.check(address, **_WRONG_PASSWORDS)
        try:
            basic_auth.check(given, expected)
        except NotAuthenticated:
            if given:  # a browser first asks without credentials
                count("WrongPasswords", "administration")
                tries.take(address, **_WRONG_PASSWORDS)
            raise

    return Guard(check, 'Basic realm="Signpost"')
