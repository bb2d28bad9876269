"""New conversations in the table Messaging, with their members and invites."""

from collections.abc import Iterable, Sequence
from typing import Final

from signpost.messaging import keys, memberships, names, outbox, texts
from signpost.messaging.conversations import plans
from signpost.messaging.conversations.plans import Asked, Invitee, Someone
from signpost.messaging.digests import Digests
from signpost.messaging.engagement import schedule
from signpost.messaging.errors import NothingFound
from signpost.messaging.memberships import Item
from signpost.messaging.messages.joins_store import Joins
from signpost.messaging.store import Busy, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform import ids
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import CONDITION_FAILED, Action, Attr, Change

_AT_ONCE: Final = 93  # actions in the first transaction, besides those of the conversation and its creator
_OF_MEMBER, _OF_INVITE = 3, 5  # actions
_DAY: Final = 86_400
_NEW: Final = Attr("pk").not_exists()
_STAYS: Final = Attr("pk").exists() & Attr("leaving_at").not_exists()


class CreationStore:
    def __init__(self, messaging: MessagingStore, digests: Digests, *, clock: Clock = system_clock) -> None:
        self._messaging, self._table, self._digests, self._clock = messaging, messaging.table, digests, clock
        self._joins = Joins(messaging, clock=clock)

    # ----------------------------------------------------------------------------------------------------- reading
    def created(self, user: int, guid: str) -> Item | None:
        """The membership of the conversation that this user has created with this guid."""
        found = self._table.get(keys.creation(user, guid))
        return self._table.get(keys.membership(user, found["membership"])) if found else None

    def someone(self, user: int) -> Someone:
        """Raises `NothingFound`."""
        profile = self._table.get(keys.profile(user))
        if profile is None:
            raise NothingFound
        return self._someone(profile)

    def asked(self, numbers: Sequence[str], usernames: Sequence[str], but: int = 0) -> Asked:
        """Whom these phones and usernames belong to, without one user. Unknown usernames are left out."""
        digests = {self._digests.phone(number): number for number in numbers}
        holders = {
            item["pk"]: item["user"]
            for item in self._table.batch_get([*map(keys.phone, digests), *map(keys.username, usernames)])
        }
        profiles = {item["id"]: item for item in self._table.batch_get(map(keys.profile, holders.values()))}
        members: dict[int, Someone] = {}
        invitees: list[Invitee] = []
        for key in (*map(keys.phone, digests), *map(keys.username, usernames)):
            user = holders.get(key["pk"], 0)
            if _is_member(profiles.get(user)):
                members[user] = self._someone(profiles[user])
            elif (digest := key["pk"].partition("#")[2]) in digests:
                invitees.append(Invitee(digests[digest], digest))
        members.pop(but, None)
        return Asked(tuple(members.values()), tuple(invitees))

    def automatic_name(self, viewer: Someone, asked: Asked) -> str:
        """What the creator's list would call it."""
        return self._names([viewer], [viewer, *asked.members], asked.invitees)[viewer.user]

    # ---------------------------------------------------------------------------------------------------- creating
    def create(self, creator: Someone, asked: Asked, name: str | None, guid: str, link: str) -> Item | None:
        """The creator's membership. None, and nothing is stored, if the guid is taken or somebody has registered."""
        first, rest = _parted(asked)
        everybody = [creator, *asked.members]
        people = [creator, *first.members]
        called = self._names([] if name else people, everybody, asked.invitees)
        made: list[Item] = []

        def plan(versions: Versions) -> list[Action]:
            now = self._clock()
            conversation = ids.number_id(now)
            places = [
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
            made[:] = places[:1]
            item: Item = {
                **keys.conversation(conversation),
                "id": conversation,
                "creator": creator.user,
                "members": len(people),
                "created_at": now,
            }
            actions = [self._table.putting({**item, "name": name} if name else item, _NEW)]
            for each, place in zip(people, places, strict=True):
                member = {**keys.member(conversation, each.user), "membership": place["id"]}
                actions += [self._table.putting(member, _NEW), self._table.putting(place, _NEW)]
            for invitee in first.invitees:
                actions += self._inviting(creator, conversation, invitee, link, now)
            if guid:
                found = {"conversation": conversation, "membership": places[0]["id"], "ttl": int(now) + _DAY}
                actions.append(self._table.putting({**keys.creation(creator.user, guid), **found}, _NEW))
            if rest.number:
                actions += self._joining(
                    conversation, {"members": len(everybody), "link": link, "named": name or ""}, creator, rest
                )
            return actions

        failed = self._messaging.commit([each.user for each in people], plan)
        return None if failed else made[0]

    def _inviting(self, creator: Someone, conversation: int, invitee: Invitee, link: str, now: float) -> list[Action]:
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
            self._table.putting({**keys.conversation_invite(conversation, invitee.digest), **invite}, _NEW),
            self._table.putting(of_phone, _NEW),
            self._table.putting(sms, _NEW),
            self._table.putting(keys.sent_invite(creator.user, key)),
        ]

    def _joining(self, conversation: int, facts: Item, creator: Someone, rest: Asked) -> list[Action]:
        now = self._clock()
        joining = {
            **keys.joining(conversation),
            **facts,
            "inviter": creator.user,
            "users": [each.user for each in rest.members],
            "phones": [each.phone for each in rest.invitees],
        }
        job = outbox.job(now, "join", conversation=conversation)
        return [self._table.putting(joining, _NEW), self._table.putting(job, _NEW)]

    # ------------------------------------------------------------------------------------------------------ joining
    def join_rest(self, conversation: int) -> int:
        """Let all who are left join, or invite them; returns how many there were. It may be repeated, and run twice."""
        left = self._table.get(keys.joining(conversation))
        if left is None:
            return 0
        inviter = self._table.get(keys.profile(left["inviter"]))
        creator = self._someone(inviter) if inviter and _is_member(inviter) else None
        asked = self.asked(left["phones"], [])
        waiting = [*left["users"], *(each.user for each in asked.members)]  # who has registered meanwhile is a member
        profiles = self._table.batch_get(map(keys.profile, waiting))
        people = [self._someone(each) for each in profiles if _is_member(each)]
        everybody = [*self._present(conversation), *people]
        called = self._names([] if left["named"] else people, everybody, asked.invitees)
        for each in people:
            name = left["named"] or called[each.user]
            membership = self._joins.join(
                conversation, each.user, name=name, named=bool(left["named"]), members=left["members"]
            )
            self._joins.catch_up(conversation, each.user, membership)
        invites = [(creator, each) for each in asked.invitees if creator]  # none in the name of nobody
        for by, invitee in invites:
            inviting = self._inviting(by, conversation, invitee, left["link"], self._clock())
            stays = self._table.checking(keys.profile(left["inviter"]), _STAYS)
            phone, *_, profile = self._table.transact([*inviting, stays]) or ("", "")
            if CONDITION_FAILED in (phone, profile):
                raise Busy("Somebody has just registered, or is being deleted; try again.")
        self._table.delete(keys.joining(conversation))
        return len(people) + len(invites)

    def _present(self, conversation: int) -> list[Someone]:
        members = self._messaging.members(conversation)[: plans.MOST_NAMED]
        profiles = self._table.batch_get(keys.profile(int(each["sk"].partition("#")[2])) for each in members)
        return [self._someone(each) for each in profiles]

    # ------------------------------------------------------------------------------------------------------ friends
    def touch_friends(self, user: int, others: Iterable[int]) -> None:
        """Those among the user's friends have just been written to."""
        now = self._clock()
        change = Change(set={"last_sent_at": now, "activity": keys.friend_activity(now)})
        for friend in self._table.batch_get(keys.friend(user, other) for other in others):
            self._table.update_if({"pk": friend["pk"], "sk": friend["sk"]}, change, Attr("pk").exists())

    # -------------------------------------------------------------------------------------------------------- names
    def _names(
        self, viewers: Sequence[Someone], people: Sequence[Someone], invitees: Sequence[Invitee]
    ) -> dict[int, str]:
        """What each viewer's list calls the conversation, when nobody has named it."""
        shown = {each.user: plans.others(each.user, people, invitees) for each in viewers}
        wanted = [keys.contact(user, other.digest) for user, those in shown.items() for other in those]
        contacts: dict[str, dict[str, str]] = {}
        for item in self._table.batch_get(wanted):
            contacts.setdefault(item["pk"], {})[item["sk"].partition("#")[2]] = item["name"]
        return {
            user: plans.automatic_name(those, contacts.get(keys.of_user(user), {})) for user, those in shown.items()
        }

    def _someone(self, profile: Item) -> Someone:
        name = names.alias(None, profile.get("name"), profile["username"])
        return Someone(profile["id"], name, profile["phone"], self._digests.phone(profile["phone"]))


def _is_member(profile: Item | None) -> bool:
    return profile is not None and "verified_at" in profile and "leaving_at" not in profile


def _parted(asked: Asked) -> tuple[Asked, Asked]:
    """Those who are in the first transaction, and the rest."""
    members = asked.members[: _AT_ONCE // _OF_MEMBER]
    room = _AT_ONCE - _OF_MEMBER * len(members)
    invitees = asked.invitees[: room // _OF_INVITE]
    return Asked(members, invitees), Asked(asked.members[len(members) :], asked.invitees[len(invitees) :])
