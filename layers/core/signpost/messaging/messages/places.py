"""Where somebody speaks: their place in a conversation, and what others may call them."""

from typing import NamedTuple


class Place(NamedTuple):
    user: int
    membership: int  # the id that the user knows the conversation by
    conversation: int
    name: str
    phone_digest: str  # by which others have the user among their contacts
