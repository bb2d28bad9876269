"""Users' own profiles in the table Messaging."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from signpost.messaging import jobs, keys, outbox
from signpost.messaging.codes import Code
from signpost.messaging.digests import Digests
from signpost.messaging.phone_code_store import PhoneCodeStore
from signpost.messaging.phone_codes import PhoneCode, Sending
from signpost.messaging.profile.squatter import Squatter
from signpost.messaging.store import EXISTS
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Action, Attr, Change, Item, Key, Table

_STAYS: Final = Attr("leaving_at").not_exists()  # whoever is being deleted gets no name that would outlive them


class Own(NamedTuple):
    """A user's profile, a page of the memberships that were not left, the latest first, and whether there are more."""

    profile: Item | None
    memberships: list[Item]
    more: bool


class ProfileStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table, digests: Digests, clock: Clock = system_clock) -> None:
        self._table, self._digests, self._clock = table, digests, clock
        self.codes = PhoneCodeStore(table, digests)

    def get(self, user: int) -> Item | None:
        return self._table.get(keys.profile(user))

    def own(self, user: int, most: int) -> Own:
        """One Query: the profile sorts above all conversations."""
        found = self._above(user, keys.PROFILE_ACTIVITY, most + 2)
        profile = next((item for item in found if item["sk"] == "profile"), None)
        memberships = [item for item in found if item is not profile]
        return Own(profile, memberships[:most], len(memberships) > most)

    def below(self, user: int, activity: str, most: int) -> Own:
        """The next page: the conversations below the last one."""
        found = self._above(user, activity, most + 2)
        memberships = [item for item in found if item["activity"] != activity]
        return Own(self.get(user), memberships[:most], len(memberships) > most)

    def owner_of_phone(self, phone: str) -> Item | None:
        """The profile of whoever has this phone, verified or not."""
        found = self._table.get(keys.phone(self._digests.phone(phone)))
        return self.get(found["user"]) if found else None

    def rename(self, profile: Mapping[str, Any], username: str) -> tuple[bool, bool]:
        """Whether it is done; and if not, whether somebody else has the name, rather than the profile has changed."""
        user, was = profile["id"], profile["username"]
        free = Attr("user").not_exists() | Attr("user").eq(user)
        is_as_known = Attr("username").eq(was) & _STAYS
        reasons = self._table.transact(
            [
                self._table.putting({**keys.username(username), "user": user}, free),
                self._table.deleting(keys.username(was), Attr("user").not_exists() | Attr("user").eq(user)),
                self._table.updating(keys.profile(user), Change(set={"username": username}), is_as_known),
            ],
        )
        return not reasons, bool(reasons) and reasons[0] != "None"

    def send_code(self, user: int, phone: str, before: PhoneCode, sending: Sending) -> bool:
        """Send the code that shows that the user has this phone. False if the phone was sent another one meanwhile."""
        is_user = self._table.checking(keys.profile(user), Attr("verified_at").exists())
        actions = [is_user, *self.codes.sending(phone, before, sending, self._clock())]
        return not self._table.transact(actions, tell_conflicts=True)

    def move_phone(self, profile: Mapping[str, Any], phone: str, code: Code, squatter: Squatter | None) -> bool:
        """Give the user the new phone, for this code, and free the old one.

        The account of a squatter goes, as when somebody else registers the phone. False if the phone, the code or the
        squatter has changed meanwhile.
        """
        user, now = profile["id"], self._clock()
        was, digest = self._digests.phone(profile["phone"]), self._digests.phone(phone)
        holders = Attr("user").not_exists() | Attr("user").eq(user)
        actions: list[Action] = []
        if squatter is not None:
            holders = holders | Attr("user").eq(squatter.user)
            actions = self._removing(squatter)
        reasons = self._table.transact(
            [
                self._table.putting({**keys.phone(digest), "user": user, "verified": True}, holders),
                self._table.deleting(keys.phone(was), Attr("user").not_exists() | Attr("user").eq(user)),
                self._table.updating(
                    keys.profile(user), Change(set={"phone": phone}), Attr("phone").eq(profile["phone"]) & _STAYS
                ),
                self.codes.using(phone, code),
                # Whoever was invited by the new number joins as after registering.
                self._table.putting(outbox.job(now, jobs.REGISTERED, user=user, again=True)),
                *actions,
            ]
        )
        return not reasons

    def _removing(self, squatter: Squatter) -> list[Action]:
        """The account and its names; the phone goes to somebody else."""
        unchanged = Attr("phone").eq(squatter.phone) & Attr("username").eq(squatter.username)
        theirs = Attr("user").eq(squatter.user)
        return [
            self._table.deleting(keys.profile(squatter.user), unchanged & Attr("verified_at").not_exists()),
            self._table.deleting(keys.clock(squatter.user)),
            self._table.deleting(keys.username(squatter.username), theirs),
            self._table.deleting(keys.email(squatter.email_digest), theirs),
        ]

    def register_device(self, user: int, device: int, push_token: str) -> None:
        """Where this device gets pushes from now on."""
        change = Change(set={"push_token": push_token}, remove=("endpoint",))
        self._table.update_if(keys.device(user, device), change, EXISTS)

    def _above(self, user: int, highest: str, most: int) -> list[Item]:
        condition = Key("pk").eq(keys.of_user(user)) & Key("activity").between(keys.CONVERSATIONS[0], highest)
        pages = self._table.pages(condition, index=keys.BY_ACTIVITY, consistent=True, newest_first=True, limit=most)
        return next(pages).items
