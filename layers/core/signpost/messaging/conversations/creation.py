"""A new conversation: users become members, and other phones are invited.

Up to 32 members join in the transaction that creates it. The rest are listed in one item of that transaction, with a
job that has `messaging_worker` let them join, so nobody is forgotten. Two conversations of the
same people are allowed. An app that gives a conversation a guid may repeat its request, and gets the same one.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.messaging import names, phones
from signpost.messaging.errors import BadRequest
from signpost.messaging.given_lists import listed
from signpost.messaging.memberships import MOST_MEMBERS, Item
from signpost.messaging.messages.drafts import checked_guid
from signpost.platform.errors import Conflict

if TYPE_CHECKING:
    from signpost.messaging.conversations.creation_store import CreationStore
    from signpost.messaging.conversations.participants import Addressees
    from signpost.platform.rate_limit import RateLimit

_TRIES: Final = 3  # while addressees register
_DAY: Final = 86_400
_INVITES_A_DAY: Final = 300  # of one user: each is an SMS


class Wanted(NamedTuple):
    """As the app sent it: lists, or texts with commas."""

    invites: list[str] | str | None = None
    username: list[str] | str | None = None
    name: str | None = None
    guid: str | None = None


class Creation:
    def __init__(self, store: "CreationStore", limit: "RateLimit | None") -> None:
        """`limit`: of invites by SMS; None for a creator who may only talk to users."""
        self._store, self._limit = store, limit

    def create(self, user: int, wanted: Wanted, link: str) -> Item:
        """The creator's membership. `link`: where invitees get the app.

        Raises:
            BadRequest: there is nobody to talk to, there are too many, or something is not a phone number.
            TooManyRequests: the user has invited too many.
        """
        given = listed(wanted.invites, "invites", MOST_MEMBERS)
        usernames = listed(wanted.username, "username", MOST_MEMBERS)
        if not given and not usernames:
            raise BadRequest("missing invites or username")
        if len(given) + len(usernames) >= MOST_MEMBERS:
            raise BadRequest(f"a conversation has at most {MOST_MEMBERS} members")
        guid, counted = checked_guid(wanted.guid or "").lower(), 0
        for _ in range(_TRIES):
            there = self._store.created(user, guid) if guid else None
            if there is not None:
                return there
            creator = self._store.participant(user)
            numbers = _numbers(given, creator.phone)
            addressees = self._store.addressees(numbers, [name.lower() for name in usernames], but=user)
            if not addressees.number:
                raise BadRequest("conversation could not be created")
            counted = self._count(user, addressees, counted)
            name = names.own_name(wanted.name, self._store.automatic_name(creator, addressees))
            created = self._store.create(creator, addressees, name, guid, link)
            if created is not None:
                self._store.touch_friends(user, [each.user for each in addressees.members])
                return created
        raise Conflict("Too many changes at the same time; try again.")

    def _count(self, user: int, addressees: "Addressees", counted: int) -> int:
        """Count those who are invited towards the user's limit, except so many who were before. Returns how many are.

        Raises `TooManyRequests`.
        """
        number = len(addressees.invitees)
        if number and self._limit is None:
            raise BadRequest("conversation could not be created")
        if self._limit is not None and number > counted:
            a_day = _INVITES_A_DAY
            self._limit.take(f"sms invites of {user}", rate=a_day / _DAY, burst=a_day, tokens=number - counted)
        return max(number, counted)


def _numbers(given: list[str], like: str) -> list[str]:
    """As E.164, each once, without the creator's own."""
    try:
        numbers = dict.fromkeys(phones.normalised(each, like=like) for each in given)
    except BadRequest:
        raise BadRequest("conversation could not be created", "Invalid phone number") from None
    return [number for number in numbers if number != like]
