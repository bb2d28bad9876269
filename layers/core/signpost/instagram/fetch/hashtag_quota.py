"""How many hashtags an account may ask Meta for: 30 different ones in any 7 days.

A tag counts from its first query; asking for it again is free and does not make it count longer.
Source: "Hashtag Search", Instagram Graph API reference. It does not say whether reading a tag's posts by a known id
counts, so every query of a tag counts here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

UNIQUE_TAGS: Final = 30
WINDOW: Final = 7 * 86_400  # seconds

Ledger = Mapping[str, float]  # a tag to when it was first asked for, in seconds since 1970


class Allowed(NamedTuple):
    ledger: Ledger  # the one to keep; equal to the old one when nothing changed


class Wait(NamedTuple):
    until: float  # when the oldest of the 30 stops counting


def ask(ledger: Ledger, tag: str, now: float) -> Allowed | Wait:
    """Whether an account with this ledger may ask for `tag` now."""
    counting = {name: first for name, first in ledger.items() if first > now - WINDOW}
    if tag in counting:
        return Allowed(counting)
    if len(counting) >= UNIQUE_TAGS:
        return Wait(sorted(counting.values())[len(counting) - UNIQUE_TAGS] + WINDOW)
    return Allowed({**counting, tag: now})
