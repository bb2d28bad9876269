"""Users as the API shows them."""

from collections.abc import Mapping
from typing import Any, Final

from typing_extensions import TypedDict

from signpost.messaging import phones
from signpost.platform.clock import rfc3339
from signpost.platform.reference import Moment, described

EXAMPLE: Final = {
    "id": 7036874417766,
    "phone": "+14155550100",
    "phone_normalized": "+14155550100",
    "phone_hashed": "206a9261d821e93b22b142dd37e59d9d",
    "username": "nora",
    "name": "nora",
    "created_at": "2026-11-22T07:00:00.000000Z",
    "is_new": False,
    "is_verified": True,
}


@described(example=EXAMPLE)
class UserView(TypedDict):
    """A user of the messaging API, as they see themselves."""

    id: int
    """The user's id."""
    phone: str
    """The phone number, as E.164."""
    phone_normalized: str
    """The same, by its older name."""
    phone_hashed: str
    """The MD5 of the number, by which address books find it."""
    username: str
    """Unique, in lower case."""
    name: str
    """What others see; the username if nothing else is known."""
    created_at: Moment
    """When the user registered."""
    is_new: bool
    """Whether the user has just verified the phone for the first time."""
    is_verified: bool
    """Whether the user has verified the phone."""


def user_json(profile: Mapping[str, Any], *, is_new: bool = False) -> UserView:
    """`profile`: the item under `keys.profile`."""
    phone = profile["phone"]
    return {
        "id": profile["id"],
        "phone": phone,
        "phone_normalized": phone,
        "phone_hashed": phones.md5_hash(phone),
        "username": profile["username"],
        "name": profile.get("name") or profile["username"],
        "created_at": rfc3339(profile["created_at"]),
        "is_new": is_new,
        "is_verified": "verified_at" in profile,
    }
