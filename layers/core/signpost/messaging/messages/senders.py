"""Who sends a message, and to which conversation."""

from typing import NamedTuple


class Sender(NamedTuple):
    user: int
    membership: int  # the id that the user knows the conversation by
    conversation: int
    name: str
    phone_digest: str  # by which others have the user among their contacts
