"""How many calls to Meta were made on a UTC day: the items `calls#<provider>#<day>` of InstagramInstalls."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from signpost.instagram.products import Provider

KEPT: Final = 30 * 86_400  # seconds


def day_of(moment: float) -> str:
    """The UTC day of a time, such as 2026-11-21."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")


def key(provider: "Provider", day: str) -> str:
    return f"calls#{provider.value}#{day}"
