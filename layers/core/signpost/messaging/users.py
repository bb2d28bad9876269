"""What a user's profile says."""

from collections.abc import Mapping
from typing import Any

from signpost.messaging import names


def is_present(profile: Mapping[str, Any] | None) -> bool:
    """Whether others may meet this user: the phone is verified, and the user is not being deleted."""
    return profile is not None and "verified_at" in profile and "leaving_at" not in profile


def alias(profile: Mapping[str, Any], contact: str | None = None) -> str:
    """What a user is called: as in the reader's contacts, otherwise by their own name or username."""
    return names.alias(contact, profile.get("name"), profile["username"])
