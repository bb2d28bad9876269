"""Hashtags that widgets want: whether Meta knows a tag, and when it is polled in whose name."""

from typing import NamedTuple


class Tag(NamedTuple):
    hashtag_id: str | None  # None: Meta knows no such tag


class Poll(NamedTuple):
    """Times are seconds since 1970. `asked_at`: when a widget last wanted the tag, to within a day."""

    tag: str
    install: str
    poll_at: float
    asked_at: float
    polled_at: float | None = None  # when Meta last answered
