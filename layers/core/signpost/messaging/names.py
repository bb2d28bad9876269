"""What people and conversations may be called, and the rest of what somebody says about themselves."""

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from signpost.messaging import passwords, phones
from signpost.messaging.errors import BadRequest

LONGEST_USERNAME: Final = 30
LONGEST_NAME: Final = 255
LONGEST_CONVERSATION_NAME: Final = 100
NOBODY: Final = "no one's here"

# As browsers check it (https://html.spec.whatwg.org/#valid-e-mail-address), with a dot in the domain, in lower case.
_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL: Final = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_LONGEST_EMAIL: Final = 254  # RFC 5321, without the angle brackets
_USERNAME: Final = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_NO_NAME: Final = "<null>"  # what an old app sends
_PAIR: Final = 2
_SEPARATOR: Final = ", "  # of those after whom a conversation is called


class Registration(NamedTuple):
    """What somebody registers with, as it is stored, except the password."""

    email: str
    username: str
    phone: str  # E.164
    password: str


def registration(*, email: str, username: str, phone: str, password: str, like: str | None = None) -> Registration:
    """Raises `BadRequest`, with one message for each value that is not allowed, in this order."""
    found = all_of(
        lambda: allowed_email(email),
        lambda: allowed_username(username),
        lambda: phones.normalised(phone, like=like),
        lambda: passwords.allowed(password),
    )
    return Registration(*found)


def all_of(*checks: Callable[[], str]) -> list[str]:
    """What each returns. Raises `BadRequest`, with the messages of all that are refused."""
    found: list[str] = []
    messages: list[str] = []
    for check in checks:
        try:
            found.append(check())
        except BadRequest as error:
            messages += error.errors
    if messages:
        raise BadRequest(*messages)
    return found


def allowed_email(text: str) -> str:
    """In lower case, so that it is taken only once. Raises `BadRequest`."""
    address = text.strip().lower()
    if not address:
        raise BadRequest("Email cannot be blank")
    if len(address) > _LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise BadRequest("Email must be valid")
    return address


def allowed_username(text: str) -> str:
    """In lower case: a letter, then letters, digits and single underscores between them. Raises `BadRequest`."""
    name = text.strip().lower()
    if not name:
        raise BadRequest("Username cannot be blank")
    if not _USERNAME.fullmatch(name):
        raise BadRequest("Username must be letters, numbers and underscores")
    if len(name) > LONGEST_USERNAME:
        raise BadRequest(f"Username must be at most {LONGEST_USERNAME} characters long")
    return name


def allowed_name(text: str) -> str:
    """A person's name, in one line. Raises `BadRequest`."""
    name = one_line(text)
    if not name:
        raise BadRequest("Name cannot be blank")
    if len(name) > LONGEST_NAME:
        raise BadRequest(f"Name must be at most {LONGEST_NAME} characters long")
    return name


def contact_name(text: str) -> str:
    """The name of a contact, from somebody's address book: whatever it is, as much of it as is kept. May be empty."""
    return cut(one_line(text), LONGEST_NAME)


def alias(contact: str | None, *names: str | None) -> str:
    """What somebody is called: as in the reader's contacts, otherwise by the first of their own names.

    Of an invite, the other name is its phone number.
    """
    return next((name for name in (contact, *names) if name), "")


def automatic_name(aliases: Iterable[str]) -> str:
    """A conversation without a name is called after all others in it: members, then invites."""
    return cut(_SEPARATOR.join(name for name in aliases if name), LONGEST_CONVERSATION_NAME) or NOBODY


def renamed(automatic: str, was: str, becomes: str) -> str:
    """An automatic name with one of the others called differently."""
    return _SEPARATOR.join(becomes if part == was else part for part in automatic.split(_SEPARATOR))


def own_name(given: str | None, automatic: str) -> str | None:
    """The name to store for a conversation; None if it was given none, or the one that it has without."""
    name = cut(one_line(given or ""), LONGEST_CONVERSATION_NAME)
    return None if name in {"", _NO_NAME, automatic} else name


def is_group(members: int, *, named: bool) -> bool:
    """Whether a conversation is more than two people talking. `named`: whether somebody gave it a name."""
    return members > _PAIR or named


def one_line(text: str) -> str:
    """Without line breaks and what cannot be seen, such as letters that turn the direction of others."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def cut(text: str, longest: int) -> str:
    """At most so many characters of it, without a space at the end."""
    return text[:longest].rstrip()
