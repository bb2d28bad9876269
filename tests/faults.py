"""Faults at every call that code makes to AWS, one call after the other, and a repetition as Lambda would do it.

A scenario is a function that sets a fresh case up, does one thing under a fault, and checks what must hold after it:

    def scenario(fault: Fault) -> None:
        campaign = world.campaign()                                     # Given: no fault here
        fault.until_done(lambda: world.settle(campaign), Unavailable)   # When: the fault, then the repetition
        assert world.shown(campaign) == ...                             # Then: no fault here either

    @pytest.mark.parametrize("mode", Mode)
    def test_...(mode: Mode) -> None:
        at_every_call(scenario, mode)

`at_every_call` runs it with the fault at the first call, the second, and so on until it ends before its fault is
reached, so it needs no list of calls and covers those that are added later. A failure names the mode, the number and
name of the call, and all calls before it. Several modes are taken in turn, which saves time in a long scenario:
`COSTLY` is the parameter list for that.

A call is one request; a retry by an SDK is the next call. A `Seam` is where requests leave, and is wrapped while a
fault is armed. There is one for boto3 (all services, which moto answers at botocore's before-send event), one for the
redirect's own client, and one for `requests`. Meanwhile, retries neither wait nor run out.

The scenario names the exceptions that may get out under a fault: any other one is a defect. After `Killed`, it has to
throw away what its code keeps in memory, such as caches, because the next process does not have it.
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum
from types import SimpleNamespace
from typing import Any, Generic, NamedTuple, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit

import botocore.endpoint
import pytest
import requests
import requests.adapters
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.retries.quota import RetryQuota
from moto.core.botocore_stubber import BotocoreStubber

from signpost.tracking.redirect.dynamodb_client import Client

T = TypeVar("T")
_MOST_CALLS = 500  # of one scenario: one that makes more does not end


class Killed(BaseException):
    """The process ended here. Product code does not catch it, because it only catches `Exception`."""


class How(Enum):
    KILLED = "killed"
    SERVER_ERROR = "a 500"
    THROTTLED = "throttled"
    TIMED_OUT = "no answer in time"
    RESET = "the connection reset"


class Mode(Enum):
    """Whether AWS does the call, what the caller sees, and whether the same happens to all later calls."""

    KILLED_BEFORE = (False, How.KILLED, False)
    KILLED_AFTER = (True, How.KILLED, False)
    SERVER_ERROR = (False, How.SERVER_ERROR, False)
    THROTTLED = (False, How.THROTTLED, False)
    TIMED_OUT = (False, How.TIMED_OUT, False)
    REPLY_LOST = (True, How.RESET, False)
    ALL_SERVER_ERRORS = (False, How.SERVER_ERROR, True)
    ALL_THROTTLED = (False, How.THROTTLED, True)
    ALL_TIMED_OUT = (False, How.TIMED_OUT, True)
    ALL_REPLIES_LOST = (True, How.RESET, True)

    def __init__(self, done: bool, how: How, lasting: bool) -> None:
        self.done, self.how, self.lasting = done, how, lasting

    @property
    def kills(self) -> bool:
        return self.how is How.KILLED


class Seam(NamedTuple):
    """Where requests leave: `owner.method(self, request, …)` sends one and returns its reply."""

    owner: type
    method: str
    name: Callable[[Any], str]  # of the operation
    refusal: Callable[[Any, bool], Any]  # the reply that refuses a request; true: it was throttled
    failure: Callable[[Any, bool], Exception]  # what is raised without a reply; true: it timed out


class Attempt(NamedTuple, Generic[T]):
    """How an action ended: it returned `reply`, raised `error`, or was killed."""

    reply: T | None = None
    error: Exception | None = None
    done: bool = False

    @property
    def killed(self) -> bool:
        return not self.done and self.error is None


class Fault:
    """A fault at call number `at`, counted from 1."""

    def __init__(self, mode: Mode, at: int) -> None:
        self.mode, self.at = mode, at
        self.calls: list[str] = []
        self._dead = self._paused = False

    @property
    def hit(self) -> bool:
        return len(self.calls) >= self.at

    def __str__(self) -> str:
        if not self.hit:
            return f"{self.mode.name} at call {self.at} was not reached; calls: {', '.join(self.calls) or 'none'}"
        onward = " and from there on" if self.mode.lasting else ""
        done = "done" if self.mode.done else "not done"
        return (
            f"{self.mode.name} ({done}, {self.mode.how.value}) at call {self.at}, {self.calls[self.at - 1]}{onward}; "
            f"calls: {', '.join(self.calls)}"
        )

    def attempt(self, action: Callable[[], T], *errors: type[Exception]) -> Attempt[T]:
        """Do it under this fault, once. Only these errors may get out of it."""
        with self.armed():
            try:
                attempt = Attempt(action(), done=True)
            except (Exception, Killed) as error:
                if self._dead:  # what a dead process returns or raises (in a `finally`, for example) is lost
                    return Attempt()
                if not isinstance(error, errors):
                    raise
                return Attempt(error=error)
        return Attempt() if self._dead else attempt

    def until_done(self, action: Callable[[], T], *errors: type[Exception]) -> T:
        """Do it under this fault and, if it raised one of these errors or was killed, again without the fault."""
        attempt = self.attempt(action, *errors)
        return attempt.reply if attempt.done else action()  # type: ignore[return-value]

    @contextmanager
    def armed(self) -> Iterator[None]:
        self._dead = False
        with ExitStack() as stack:
            for seam in SEAMS:
                stack.enter_context(patch.object(seam.owner, seam.method, self._wrapped(seam)))
            stack.enter_context(patch.object(botocore.endpoint, "time", SimpleNamespace(sleep=lambda _seconds: None)))
            stack.enter_context(patch.object(RetryQuota, "acquire", lambda _self, _amount: True))
            yield

    @contextmanager
    def paused(self) -> Iterator[None]:
        """For calls of others in between, which are neither struck nor counted."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False

    def _wrapped(self, seam: Seam) -> Callable[..., Any]:
        real = getattr(seam.owner, seam.method)

        def send(client: Any, request: Any, *arguments: Any, **named: Any) -> Any:
            if self._paused:
                return real(client, request, *arguments, **named)
            if self._dead:
                raise Killed
            self.calls.append(seam.name(request))
            number = len(self.calls)
            if number != self.at and not (self.mode.lasting and number > self.at):
                return real(client, request, *arguments, **named)
            if self.mode.done:
                real(client, request, *arguments, **named)
            if self.mode.kills:
                self._dead = True
                raise Killed
            if self.mode.how in (How.SERVER_ERROR, How.THROTTLED):
                return seam.refusal(request, self.mode.how is How.THROTTLED)
            raise seam.failure(request, self.mode.how is How.TIMED_OUT)

        return send


# One mode at a time where code can tell them apart; in turn those that the SDK gets over, or that look the same to it.
# (Being killed before a call leaves the same state as being killed after the previous one.)
COSTLY = (
    (Mode.KILLED_AFTER,),
    (Mode.REPLY_LOST,),
    (Mode.ALL_SERVER_ERRORS,),
    (Mode.ALL_REPLIES_LOST,),
    (Mode.SERVER_ERROR, Mode.ALL_THROTTLED, Mode.TIMED_OUT, Mode.THROTTLED, Mode.ALL_TIMED_OUT, Mode.KILLED_BEFORE),
)


ALL_MODES = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.name.lower())
COSTLY_MODES = pytest.mark.parametrize(
    "modes", COSTLY, ids=lambda modes: modes[0].name.lower() + "..." * (len(modes) > 1)
)


def at_every_call(scenario: Callable[[Fault], None], *modes: Mode) -> int:
    """Run the scenario with a fault at each call that it makes under one; returns the number of these calls."""
    for at in range(1, _MOST_CALLS):
        fault = Fault(modes[at % len(modes)], at)
        try:
            scenario(fault)
        except Exception as error:
            error.add_note(f"The fault: {fault}")
            raise
        if not fault.hit:
            assert at > 1, "the scenario made no call under its fault"
            return at - 1
    raise AssertionError(f"more than {_MOST_CALLS} calls: {fault}")


# ---------------------------------------------------------------------------------------------------------- boto3
_THROTTLED_JSON = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
_THROTTLED_XML = (
    b"<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
)


def _boto3_name(request: Any) -> str:
    """Such as `PutItem`, `Action=SendEmail` or `PUT /bucket/key`, depending on the service's protocol."""
    target = request.headers.get("X-Amz-Target")
    if target:
        return (target.decode() if isinstance(target, bytes) else str(target)).rpartition(".")[2]
    body = request.body if isinstance(request.body, bytes | str) else b""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    action = next((part for part in text.split("&") if part.startswith("Action=")), "")
    return action or f"{request.method} {urlsplit(request.url).path}"


def _boto3_refusal(request: Any, throttled: bool) -> tuple[int, dict[str, str], bytes]:
    # Every protocol understands a 500 without a body. For throttling, each needs its own.
    if not throttled:
        return 500, {}, b""
    xml = "json" not in str(request.headers.get("Content-Type", ""))
    return 400, {"x-amzn-ErrorType": "ThrottlingException"}, _THROTTLED_XML if xml else _THROTTLED_JSON


def _boto3_failure(request: Any, timed_out: bool) -> Exception:
    if timed_out:
        return ReadTimeoutError(endpoint_url=request.url, error="as the fault says")
    return ConnectionClosedError(endpoint_url=request.url, request=request, error="as the fault says")


# ------------------------------------------------------------------------------------------ the redirect's own client
def _lean_refusal(_target: str, throttled: bool) -> tuple[int, str, bytes]:
    return (400, "", _THROTTLED_JSON) if throttled else (500, "", b"")


def _lean_failure(_target: str, timed_out: bool) -> Exception:
    return TimeoutError() if timed_out else ConnectionResetError()


# ------------------------------------------------------------------------------------------------------- requests
def _requests_refusal(request: requests.PreparedRequest, throttled: bool) -> requests.Response:
    response = requests.Response()
    response.status_code = 429 if throttled else 500
    response.request, response.url = request, str(request.url)
    response._content, response.raw = b"", io.BytesIO()  # closed by code that asked for a stream
    return response


def _requests_failure(request: requests.PreparedRequest, timed_out: bool) -> Exception:
    kind = requests.ReadTimeout if timed_out else requests.ConnectionError
    return kind("as the fault says", request=request)


SEAMS = (
    Seam(BotocoreStubber, "process_request", _boto3_name, _boto3_refusal, _boto3_failure),
    Seam(Client, "_exchange", lambda target: str(target).rpartition(".")[2], _lean_refusal, _lean_failure),
    Seam(
        requests.adapters.HTTPAdapter,
        "send",
        lambda request: f"{request.method} {request.url}",
        _requests_refusal,
        _requests_failure,
    ),
)
