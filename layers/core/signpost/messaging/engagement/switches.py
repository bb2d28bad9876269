"""What operators have turned on. Whatever is off is not sent, and what it was due about is looked at again later."""

from typing import Final, NamedTuple

_ON: Final = "on"


class Switches(NamedTuple):
    welcome: bool
    invites: bool  # both reminders of an invite
    inactive: bool  # pushes about what is unseen
    emails: bool
    reactivation: bool
    clean_up: bool


def switches(*values: str) -> Switches:
    """Of the parameters of the template, which are `on` or `off`, in the same order."""
    return Switches(*(value == _ON for value in values))
