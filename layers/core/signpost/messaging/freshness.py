"""How long after it was sent a message is worth a push."""

from typing import Final

_LASTS: Final = 3_600.0  # seconds after it was sent


def is_fresh(sent_at: float, now: float) -> bool:
    """Not what waited for too long, nor old videos that somebody who joins gets."""
    return now - sent_at < _LASTS
