"""What stores and rules of accounts tell each other."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from signpost.messaging.phone_codes import PhoneCode

Profile = dict[str, Any]  # the item under `keys.profile`


class Names(NamedTuple):
    """What nobody else may have."""

    email: str
    username: str
    phone: str  # E.164


class Holders(NamedTuple):
    """The users who have these names now, and the code of that phone."""

    email: int | None
    username: int | None
    phone: int | None
    code: PhoneCode


class Claim(NamedTuple):
    """Names to be given to somebody, on the condition that those who have them still do."""

    names: Names
    held: Holders
    replaced: Profile | None  # the account that never verified the phone, and gives way


class Session(NamedTuple):
    """A session to be opened."""

    device: dict[str, Any]  # as it will be stored
    was: dict[str, Any] | None  # as it is
    token: str
    others: Sequence[Mapping[str, Any]]  # all of the user's devices
