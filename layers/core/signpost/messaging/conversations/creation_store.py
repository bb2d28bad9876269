"""New conversations in the table Messaging, with their members and invites."""

from collections.abc import Iterable, Sequence
from typing import Final

from signpost.messaging import jobs, keys, memberships, outbox, texts, users
from signpost.messaging.conversations import participants
from signpost.messaging.conversations.names_store import ConversationNames
from signpost.messaging.conversations.participants import Addressees, Invitee, Participant
from signpost.messaging.digests import Digests
from signpost.messaging.engagement import schedule
from signpost.messaging.errors import NothingFound
from signpost.messaging.memberships import Item
from signpost.messaging.messages.joins_store import Joins
from signpost.messaging.store import EXISTS, NEW, Busy, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform import ids
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import CONDITION_FAILED, Action, Attr, Change

_AT_ONCE: Final = 93  # actions in the first transaction, besides those of the conversation and its creator
_OF_MEMBER, _OF_INVITE = 3, 5  # actions
_DAY: Final = 86_400
_STAYS: Final = EXISTS & Attr("leaving_at").not_exists()


class CreationStore:
    def __init__(self, messaging: MessagingStore, digests: Digests, *, clock: Clock = system_clock) -> None:
        self._messaging, self._table, self._digests, self._clock = messaging, messaging.table, digests, clock
        self._names = ConversationNames(messaging, digests)
        self._joins = Joins(messaging, clock=clock)

    # ----------------------------------------------------------------------------------------------------- reading
    def created(self, user: int, guid: str) -> Item | None:
        """The membership of the conversation that this user has created with this guid."""
        found = self._table.get(keys.creation(user, guid))
        return self._table.get(keys.membership(user, found["membership"])) if found else None

    def participant(self, user: int) -> Participant:
        """Raises `NothingFound`."""
        profile = self._table.get(keys.profile(user))
        if profile is None:
            raise NothingFound
        return self._names.participant(profile)

    def addressees(self, numbers: Sequence[str], usernames: Sequence[str], but: int = 0) -> Addressees:
        """Whom these phones and usernames belong to, without one user. Unknown usernames are left out."""
        digests = {self._digests.phone(number): number for number in numbers}
        holders = {
            item["pk"]: item["user"]
            for item in self._table.batch_get([*map(keys.phone, digests), *map(keys.username, usernames)])
        }
        profiles = {item["id"]: item for item in self._table.batch_get(map(keys.profile, holders.values()))}
        members: dict[int, Participant] = {}
        invitees: list[Invitee] = []
        for key in (*map(keys.phone, digests), *map(keys.username, usernames)):
            user = holders.get(key["pk"], 0)
            if users.is_present(profiles.get(user)):
                members[user] = self._names.participant(profiles[user])
            elif (digest := key["pk"].partition("#")[2]) in digests:
                invitees.append(Invitee(digests[digest], digest))
        members.pop(but, None)
        return Addressees(tuple(members.values()), tuple(invitees))

    def automatic_name(self, viewer: Participant, addressees: Addressees) -> str:
        """What the creator's list would call it."""
        people = [viewer, *addressees.members]
        return self._names.automatic([viewer.user], people, addressees.invitees)[viewer.user]

    # ---------------------------------------------------------------------------------------------------- creating
    def create(
        self, creator: Participant, addressees: Addressees, name: str | None, guid: str, link: str
    ) -> Item | None:
        """The creator's membership. None, and nothing is stored, if the guid is taken or somebody has registered."""
        first, rest = _parted(addressees)
        everybody = [creator, *addressees.members]
        people = [creator, *first.members]
        viewers = [] if name else [each.user for each in people]
        called = self._names.automatic(viewers, everybody, addressees.invitees)
        made: list[Item] = []

        def plan(versions: Versions) -> list[Action]:
            now = self._clock()
            conversation = ids.number_id(now)
            made[:] = [
                memberships.new(
                    each.user,
                    ids.number_id(now),
                    conversation,
                    name=name or called[each.user],
                    named=name is not None,
                    members=len(everybody),
                    now=now,
                    version=versions.next(each.user),
                )
                for each in people
            ]
            item: Item = {
                **keys.conversation(conversation),
                "id": conversation,
                "creator": creator.user,
                "members": len(people),
                "created_at": now,
            }
            actions = [self._table.putting({**item, "name": name} if name else item, NEW)]
            for each, membership in zip(people, made, strict=True):
                member = {**keys.member(conversation, each.user), "membership": membership["id"]}
                actions += [self._table.putting(member, NEW), self._table.putting(membership, NEW)]
            for invitee in first.invitees:
                actions += self._inviting(creator, conversation, invitee, link, now)
            if guid:
                found = {"conversation": conversation, "membership": made[0]["id"], "ttl": int(now) + _DAY}
                actions.append(self._table.putting({**keys.creation(creator.user, guid), **found}, NEW))
            if rest.number:
                actions += self._pending(
                    conversation, {"members": len(everybody), "link": link, "named": name or ""}, creator, rest
                )
            return actions

        failed = self._messaging.commit([each.user for each in people], plan)
        return None if failed else made[0]

    def _inviting(
        self, creator: Participant, conversation: int, invitee: Invitee, link: str, now: float
    ) -> list[Action]:
        """An invite, and its SMS, unless the phone has just become a user's."""
        invite = {"phone": invitee.phone, "inviter": creator.user, "created_at": now}
        key = keys.invite(invitee.digest, conversation, creator.user)
        of_phone = {
            **key,
            **invite,
            "conversation": conversation,
            "tracked": True,
            **schedule.invited(invitee.digest, now),
        }
        text = texts.invite_sms(creator.name, link, with_conversation=True)
        sms = outbox.sms(now, to=invitee.phone, text=text, event="invite")
        return [
            self._table.checking(keys.phone(invitee.digest), Attr("verified").not_exists()),
            self._table.putting({**keys.conversation_invite(conversation, invitee.digest), **invite}, NEW),
            self._table.putting(of_phone, NEW),
            self._table.putting(sms, NEW),
            self._table.putting(keys.sent_invite(creator.user, key)),
        ]

    def _pending(self, conversation: int, facts: Item, creator: Participant, rest: Addressees) -> list[Action]:
        now = self._clock()
        pending = {
            **keys.pending_members(conversation),
            **facts,
            "inviter": creator.user,
            "users": [each.user for each in rest.members],
            "phones": [each.phone for each in rest.invitees],
        }
        job = outbox.job(now, jobs.JOIN, conversation=conversation)
        return [self._table.putting(pending, NEW), self._table.putting(job, NEW)]

    # ------------------------------------------------------------------------------------------------------ joining
    def join_rest(self, conversation: int) -> int:
        """Let all who are left join, or invite them; returns how many there were. It may be repeated, and run twice."""
        left = self._table.get(keys.pending_members(conversation))
        if left is None:
            return 0
        inviter = self._table.get(keys.profile(left["inviter"]))
        creator = self._names.participant(inviter) if inviter and users.is_present(inviter) else None
        addressees = self.addressees(left["phones"], [])
        waiting = [
            *left["users"],
            *(each.user for each in addressees.members),
        ]  # who has registered meanwhile is a member
        profiles = self._table.batch_get(map(keys.profile, waiting))
        people = [self._names.participant(each) for each in profiles if users.is_present(each)]
        everybody = [*self._present(conversation), *people]
        viewers = [] if left["named"] else [each.user for each in people]
        called = self._names.automatic(viewers, everybody, addressees.invitees)
        for each in people:
            name = left["named"] or called[each.user]
            membership = self._joins.join(
                conversation, each.user, name=name, named=bool(left["named"]), members=left["members"]
            )
            self._joins.catch_up(conversation, each.user, membership)
        invites = [(creator, each) for each in addressees.invitees if creator]  # none in the name of nobody
        for by, invitee in invites:
            inviting = self._inviting(by, conversation, invitee, left["link"], self._clock())
            stays = self._table.checking(keys.profile(left["inviter"]), _STAYS)
            phone, *_, profile = self._table.transact([*inviting, stays]) or ("", "")
            if CONDITION_FAILED in (phone, profile):
                raise Busy("Somebody has just registered, or is being deleted; try again.")
        self._table.delete(keys.pending_members(conversation))
        return len(people) + len(invites)

    def _present(self, conversation: int) -> list[Participant]:
        members = self._messaging.members(conversation)[: participants.MOST_NAMED]
        profiles = self._table.batch_get(keys.profile(keys.suffix_id(each)) for each in members)
        return [self._names.participant(each) for each in profiles]

    # ------------------------------------------------------------------------------------------------------ friends
    def touch_friends(self, user: int, others: Iterable[int]) -> None:
        """Those among the user's friends have just been written to."""
        now = self._clock()
        change = Change(set={"last_sent_at": now, "activity": keys.friend_activity(now)})
        for friend in self._table.batch_get(keys.friend(user, other) for other in others):
            self._table.update_if(keys.of(friend), change, EXISTS)


def _parted(addressees: Addressees) -> tuple[Addressees, Addressees]:
    """Those who are in the first transaction, and the rest."""
    members = addressees.members[: _AT_ONCE // _OF_MEMBER]
    room = _AT_ONCE - _OF_MEMBER * len(members)
    invitees = addressees.invitees[: room // _OF_INVITE]
    rest = Addressees(addressees.members[len(members) :], addressees.invitees[len(invitees) :])
    return Addressees(members, invitees), rest
