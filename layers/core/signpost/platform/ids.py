"""Identifiers that sort by the time they were made."""

import os

# Crockford's base 32 (https://www.crockford.com/base32.html); a pair of letters is 10 bits.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_ULID_LENGTH = 26
_TIME_LENGTH = 10

# 53 bits, because every language can read such a number from JSON exactly: 41 bits of milliseconds since 2024 (until
# 2093) and 12 random ones.
_EPOCH_MS = 1_704_067_200_000
_RANDOM_BITS = 12
MAX_NUMBER_ID = 2**53 - 1


def ulid(now: float) -> str:
    """A ULID (https://github.com/ulid/spec): 48 bits of milliseconds and 80 random ones, in 26 letters."""
    return _written((int(now * 1000) << 80) | int.from_bytes(os.urandom(10), "big"))


def _written(value: int) -> str:
    return (
        _LETTERS[value >> 125]
        + "".join([_PAIRS[(value >> shift) & 1023] for shift in range(115, -1, -10)])
        + (_LETTERS[value & 31])
    )


def first_ulid(seconds: float) -> str:
    """The ULID that sorts before all that are made from that moment on."""
    return _written(int(seconds * 1000) << 80)


def ulid_time(text: str) -> float:
    """When a ULID was made, in seconds since 1970.

    Raises:
        ValueError: it is not a ULID.
    """
    if len(text) != _ULID_LENGTH:
        raise ValueError("a ULID has 26 letters")
    try:
        value = 0
        for letter in text[:_TIME_LENGTH]:
            value = value << 5 | _VALUES[letter]
    except KeyError:
        raise ValueError("a ULID is written in Crockford's base 32") from None
    return value / 1000


def number_id(now: float) -> int:
    """A 53-bit integer; later ones are larger. Two of the same millisecond are equal once in 4,096 times."""
    return (int(now * 1000) - _EPOCH_MS) << _RANDOM_BITS | int.from_bytes(os.urandom(2), "big") >> 4


def number_id_time(number: int) -> float:
    """When a `number_id` was made, in seconds since 1970."""
    return ((number >> _RANDOM_BITS) + _EPOCH_MS) / 1000


def is_number_id(text: str) -> bool:
    """Whether this could be a `number_id` written as text."""
    return text.isdecimal() and text.isascii() and len(text) <= len(str(MAX_NUMBER_ID))
