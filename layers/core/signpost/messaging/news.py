"""How long a message is news: only then does a push tell of it."""

from typing import Final

_LASTS: Final = 3_600.0  # seconds after it was sent


def is_news(sent_at: float, now: float) -> bool:
    """False of what was waiting for too long, and of videos that are back-filled for somebody who joins."""
    return now - sent_at < _LASTS
