"""Hashtags that widgets want: whether Meta knows a tag, and when and in whose name it is polled."""

from enum import StrEnum
from typing import NamedTuple


class TagRefusal(StrEnum):
    NO_ACCESS = "public_content_access_missing"
    UNREADABLE = "hashtag_not_readable"


class Tag(NamedTuple):
    hashtag_id: str | None  # None: Meta knows no such tag


class Poll(NamedTuple):
    """Times are seconds since 1970. `asked_at`: when a widget last wanted the tag, to within a day.

    `queued_until`: when the quota lets it be polled. `refusal`: why Meta last refused it, None if it did not.
    """

    tag: str
    install: str
    poll_at: float
    asked_at: float
    polled_at: float | None = None  # when Meta last answered
    queued_until: float | None = None
    refusal: TagRefusal | None = None
