"""Errors on demand, throttles and usage headers.

Headers: Meta, "Rate Limits": `X-App-Usage` and `X-Business-Use-Case-Usage`, in percent; the time to wait is in minutes.
"""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from local.meta.errors import MetaError, invalid, known
from local.meta.tokens import Token

_QUIET_TOP: Final = 50
_FULL: Final = 100
_WINDOW_S: Final = 3600
_CALLS_AN_HOUR: Final = 4800  # if nothing else is set: the headers then show a quiet app, which is never throttled
CALLS_OF_A_USER: Final = 200  # an hour; Meta, "Rate Limits": 200 times the number of the app's users


class RawFailure(Exception):
    """An answer that is not JSON, like those of a load balancer in front of Meta."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass
class Fault:
    """The next `count` calls that match get this error. With a `status`, the answer is not JSON.

    `login`: an account's username, or a person's login. `path`: part of the path, e.g. `/insights`.
    """

    code: int
    subcode: int | None = None
    count: int = 1
    message: str | None = None
    transient: bool | None = None
    login: str | None = None
    path: str | None = None
    status: int | None = None


@dataclass
class Throttle:
    """All calls that match get this code until then; each such call makes it a minute longer, as Meta's policy says."""

    code: int
    until: float
    subcode: int | None = None
    login: str | None = None


@dataclass
class Limits:
    faults: list[Fault] = field(default_factory=list)
    throttles: list[Throttle] = field(default_factory=list)
    usage: dict[str | None, int] = field(default_factory=dict)
    users: int | None = None  # of the app; if set, the limit of calls in an hour is enforced
    fields: set[str] = field(default_factory=set)  # that this version does not have
    metrics: dict[str, bool] = field(
        default_factory=dict
    )  # that it does not have; true: it does not say which one it is
    largest_page: int | None = None
    _calls: "deque[float]" = field(default_factory=deque)

    def count(self, now: float) -> None:
        """Count a call, even a refused one, because it prolongs a throttle."""
        self._calls.append(now)
        while self._calls and self._calls[0] <= now - _WINDOW_S:
            self._calls.popleft()

    @property
    def percent(self) -> int:
        """How much of the app's limit is used up."""
        if self.users is None:
            return min(_QUIET_TOP, len(self._calls) * 100 // _CALLS_AN_HOUR)
        return len(self._calls) * 100 // (CALLS_OF_A_USER * self.users)

    def check_page(self, limit: str | None) -> None:
        """Refuse a page that is too large, in Meta's words."""
        if self.largest_page is not None and (not limit or not limit.isdecimal() or int(limit) > self.largest_page):
            raise MetaError(
                1, "Please reduce the amount of data you're asking for, then retry your request", status=500
            )

    def check_metrics(self, asked: "list[str]") -> None:
        """Refuse metrics that were removed from the API."""
        for metric in asked:
            if metric in self.metrics:
                if self.metrics[metric]:
                    raise invalid("The following metric is not supported")
                raise invalid(f"The Media Insights API does not support the {metric} metric for this media.")

    def calm(self) -> None:
        """Answer as usual again. The calls of the last hour stay counted."""
        self.faults.clear()
        self.throttles.clear()
        self.usage.clear()
        self.fields.clear()
        self.metrics.clear()
        self.users = self.largest_page = None

    def refuse(self, path: str, token: Token | None, now: float, *, only_by_path: bool = False) -> None:
        """Raise the error that is due, if any. Outside the Graph API, only faults with a path apply."""
        for fault in self.faults:
            if (fault.path is None and only_by_path) or (fault.path is not None and fault.path not in path):
                continue
            if not _concerns(fault.login, token):
                continue
            fault.count -= 1
            self.faults = [each for each in self.faults if each.count > 0]
            if fault.status is not None:
                raise RawFailure(fault.status)
            error = known(fault.code, fault.subcode, fault.message)
            error.transient = error.transient if fault.transient is None else fault.transient
            raise error
        if only_by_path:
            return
        if self.users is not None and self.percent > _FULL:
            raise known(4)
        for throttle in self._active(token, now):
            throttle.until += 60
            raise known(throttle.code, throttle.subcode)

    def headers(self, token: Token | None, now: float) -> dict[str, str]:
        """The usage headers of an answer."""
        quiet = self.percent
        throttles = self._active(token, now)
        app_wide = any(throttle.login is None for throttle in throttles)
        app = _FULL if app_wide else self.usage.get(None, quiet)
        headers = {"X-App-Usage": json.dumps({"call_count": app, "total_time": quiet, "total_cputime": quiet})}
        if token is not None and token.accounts:
            usage = {
                account.id: [
                    {
                        "type": "instagram",
                        "call_count": _FULL if throttles else self.usage.get(account.username, quiet),
                        "total_cputime": quiet,
                        "total_time": quiet,
                        "estimated_time_to_regain_access": _minutes(throttles, now),
                    }
                ]
                for account in token.accounts[:32]
            }
            headers["X-Business-Use-Case-Usage"] = json.dumps(usage)
        return headers

    def _active(self, token: Token | None, now: float) -> list[Throttle]:
        self.throttles = [throttle for throttle in self.throttles if throttle.until > now]
        return [throttle for throttle in self.throttles if _concerns(throttle.login, token)]


def _concerns(login: str | None, token: Token | None) -> bool:
    if login is None:
        return True
    if token is None:
        return False
    names = {account.username for account in token.accounts} | {account.id for account in token.accounts}
    return login in names | {getattr(token.holder, "login", None)}


def _minutes(throttles: list[Throttle], now: float) -> int:
    return max((-int(-(throttle.until - now) // 60) for throttle in throttles), default=0)


def throttled(code: int, minutes: int, now: float, *, login: str | None) -> Throttle:
    """A throttle with this code; 613 has Instagram's subcode."""
    return Throttle(code, now + minutes * 60, 1996 if code == 613 else None, login)  # noqa: PLR2004
