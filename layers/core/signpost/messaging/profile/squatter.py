"""Who has a phone without ever having shown it."""

from typing import NamedTuple


class Squatter(NamedTuple):
    """With what else they hold."""

    user: int
    phone: str
    username: str
    email_digest: str
