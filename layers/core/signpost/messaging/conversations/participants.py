"""Who takes part in a conversation, and what it is called."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from signpost.messaging import names

# Of longer lists, automatic names are cut: a name has at least one letter, a comma and a space.
MOST_NAMED: Final = names.LONGEST_CONVERSATION_NAME // 3 + 1


class Participant(NamedTuple):
    """A user, as others see them."""

    user: int
    name: str
    phone: str  # E.164
    digest: str  # of the phone


class Invitee(NamedTuple):
    """A phone that no user has verified."""

    phone: str
    digest: str


class Addressees(NamedTuple):
    """Everybody whom a new conversation is for, each once."""

    members: tuple[Participant, ...]  # without the creator
    invitees: tuple[Invitee, ...]

    @property
    def number(self) -> int:
        return len(self.members) + len(self.invitees)


def others(viewer: int, people: Iterable[Participant], invitees: Iterable[Invitee]) -> list[Participant | Invitee]:
    """Who gives the conversation its name in this user's list."""
    found: Sequence[Participant | Invitee] = [*(each for each in people if each.user != viewer), *invitees]
    return list(found[:MOST_NAMED])


def automatic_name(those: Iterable[Participant | Invitee], contacts: Mapping[str, str]) -> str:
    """`contacts`: what the reader calls people, by the digests of their phones."""
    return names.automatic_name(
        names.alias(contacts.get(each.digest), each.name if isinstance(each, Participant) else each.phone)
        for each in those
    )
