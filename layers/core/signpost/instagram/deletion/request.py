"""People who removed the app or want their data erased: Meta's message, the installs that it affects, and its progress.

    {"kind": "deauthorize" | "erase" | "erase_account", "person_id", "issued_at" (null if queued by hand),
     "received_at", "code" (of an erasure)}

`person_id` is the app-scoped id of the person; with Instagram Login that is an id of the account itself. To erase an
account, whoever connected it, it is the professional account's id.
Source: https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

import hashlib
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import parse_qs

from signpost.instagram.installs import Install
from signpost.instagram.json_values import graph_id, mapping
from signpost.instagram.products import Provider
from signpost.instagram.signatures import read_signed_request
from signpost.platform.errors import InvalidInput

KEPT: Final = 365 * 86_400  # seconds for which people can look up their request
_CODE: Final = re.compile(r"[0-9A-Za-z]{8,64}")
# Meta sends whole seconds: somebody who connects and removes the app within one must not be missed.
_RESOLUTION: Final = 1.0


class Kind(StrEnum):
    DEAUTHORIZE = "deauthorize"
    ERASE = "erase"
    ERASE_ACCOUNT = "erase_account"


class Status(StrEnum):
    RECEIVED = "received"
    ERASING = "erasing"
    DONE = "done"


class NotARequest(InvalidInput):
    code = "not_a_request"


class Request(NamedTuple):
    """Times are seconds since 1970. With `code`, the person can look the erasure up."""

    kind: Kind
    person_id: str
    issued_at: float | None
    received_at: float
    code: str = ""

    @property
    def about_until(self) -> float:
        """The request is about connections made before this moment."""
        # Never about later ones, whatever it says: it may be delivered again.
        issued_at = self.received_at if self.issued_at is None else min(self.issued_at, self.received_at)
        return issued_at + _RESOLUTION


class Erased(NamedTuple):
    """How many there were."""

    accounts: int = 0
    posts: int = 0
    pictures: int = 0
    imports: int = 0


class DeletionProgress(NamedTuple):
    """The progress of an erasure, without saying whose."""

    code: str
    status: Status
    received_at: float
    done_at: float | None = None
    erased: Erased = Erased()


def read_form(kind: Kind, form: bytes, secrets: Sequence[str], now: float) -> Request:
    """What a form with a `signed_request` asks for.

    Raises:
        SignatureInvalid: Meta did not sign it.
        NotARequest: it names nobody, or has no time. Without a time, an old request that is sent again would end
            connections made since.
    """
    # Latin-1 takes any bytes; those that are not ASCII fail the check of the signature.
    text = parse_qs(form.decode("latin-1")).get("signed_request", [""])[0]
    signed = read_signed_request(text, secrets)
    if signed.user_id is None:
        raise NotARequest("signed_request names no user_id.")
    if signed.issued_at is None:
        raise NotARequest("signed_request has no issued_at: it may be an old one.")
    code = _confirmation_code(text) if kind is Kind.ERASE else ""
    return Request(kind, signed.user_id, signed.issued_at, received_at=now, code=code)


def _confirmation_code(text: str) -> str:
    """The same if a request is repeated, and as hard to guess as the signature in it."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None


def message(request: Request) -> dict[str, object]:
    return {name: value for name, value in request._asdict().items() if value != ""}


def read_message(body: str) -> Request:
    """The inverse of `message`, from JSON. Raises `NotARequest` when it is something else."""
    try:
        fields = mapping(json.loads(body))
        kind = Kind(str(fields.get("kind")))
    except (ValueError, RecursionError):
        raise NotARequest("The message does not ask to end or erase something.") from None
    person_id, code = graph_id(fields.get("person_id")), fields.get("code", "")
    issued_at, received_at = _number(fields.get("issued_at")), _number(fields.get("received_at"))
    if person_id is None or received_at is None or (issued_at is None and fields.get("issued_at") is not None):
        raise NotARequest("The message has no person_id, or times that are not numbers.")
    if not isinstance(code, str) or (kind is not Kind.DEAUTHORIZE and not is_code(code)):
        raise NotARequest("The message has no code to look it up by.")
    return Request(kind, person_id, issued_at, received_at, code)


def is_about(request: Request, install: Install) -> bool:
    """Whether this connection is what the person wants to end.

    Not when somebody else has connected the account since. Nor when the person connected again after the request: they
    changed their mind, or somebody repeats an old request.
    """
    people = {install.person_id, install.app_scoped_id}
    if request.kind is Kind.ERASE_ACCOUNT:
        people = {install.instagram_business_account_id}
    elif install.provider is Provider.INSTAGRAM:
        people.add(install.instagram_business_account_id)
    return request.person_id in people and install.connected_at < request.about_until


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
