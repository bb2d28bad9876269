"""What the engagement sweep reads and writes in the table Messaging."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any, Final

from signpost.messaging import keys
from signpost.messaging.digests import Digests
from signpost.messaging.engagement.plans import Plan
from signpost.messaging.store import NEW
from signpost.platform.dynamodb import Action, Attr, Change, ConditionBase, Item, Key, Table

_PAGE: Final = 100
_NEWEST: Final = 10  # unseen messages that are read
_PAGES_BACK: Final = 3  # of changes, in which somebody's own last message is looked for
_HAS_SENT: Final = "sent_at"


class EngagementStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table, digests: Digests, page: int = _PAGE) -> None:
        self._table, self._digests, self._page = table, digests, page

    # ----------------------------------------------------------------------------------------------------- reading
    def due(self, partition: str, now: float) -> Iterator[list[Item]]:
        """The items whose time has come, longest due first, in pages.

        What another run has taken in the meantime is left out. A page is read when the one before has been dealt with.
        """
        condition = Key("due").eq(partition) & Key("due_at").lte(now)
        for page in self._table.pages(condition, index=keys.BY_DUE, limit=self._page):
            found = self._table.batch_get(keys.of(item) for item in page.items)
            yield [item for item in found if item.get("due") == partition and item["due_at"] <= now]

    def unread(self, user: int) -> list[Item]:
        """The memberships in which something is unread."""
        condition = Key("pk").eq(keys.of_user(user)) & Key("unseen").begins_with(keys.UNREAD)
        attributes = ("id", "last_message_at", "unread_media", "members", "named")
        return list(self._table.items(condition, index=keys.BY_UNSEEN, consistent=True, attributes=attributes))

    def unseen(self, user: int, membership: int) -> list[Item]:
        """The newest messages of a membership that are unseen, newest first."""
        condition = Key("pk").eq(keys.of_user(user)) & Key("unseen").begins_with(keys.unseen_messages(membership))
        pages = self._table.pages(condition, index=keys.BY_UNSEEN, consistent=True, newest_first=True, limit=_NEWEST)
        return next(pages).items

    def last_sent_at(self, user: int) -> float | None:
        """When a user last sent something; None if it was before the last few hundred changes."""
        mine = Attr("sender").eq(user) & Attr(_HAS_SENT).exists()
        pages = self._table.pages(
            Key("pk").eq(keys.of_user(user)), where=mine, index=keys.BY_VERSION, newest_first=True, limit=self._page
        )
        for _, page in zip(range(_PAGES_BACK), pages, strict=False):
            if page.items:
                return float(max(item[_HAS_SENT] for item in page.items))
        return None

    def invites(self, phone_digest: str) -> tuple[dict[str, Item], bool]:
        """All invites of a phone by sort key, and whether somebody has it, verified or not."""
        condition = Key("pk").eq(keys.of_phone(phone_digest)) & Key("sk").begins_with("invite#")
        invites = {item["sk"]: item for item in self._table.items(condition)}
        return invites, self._table.get(keys.phone(phone_digest)) is not None

    def username(self, user: int) -> str | None:
        """None: there is no such user any more."""
        profile = self._table.get(keys.profile(user))
        return profile["username"] if profile and "leaving_at" not in profile else None

    # ----------------------------------------------------------------------------------------------------- writing
    def do_for_user(self, profile: Mapping[str, Any], plan: Plan) -> bool:
        """Whether it was done: not if the user has become active, has changed or was taken by another run."""
        unchanged = (
            _still_due(profile) & _same(profile, "last_active_at", "verified_at") & Attr("leaving_at").not_exists()
        )
        return self._do([self._table.updating(keys.of(profile), _change(plan), unchanged)], plan)

    def do_for_invites(self, invites: Sequence[Mapping[str, Any]], phone_digest: str, plan: Plan) -> bool:
        """Whether it was done: not if somebody has registered or accepted, or another run did it."""
        updates = [
            self._table.updating(
                keys.of(item), _change(plan), _still_due(item) & _same(item, "accepted_at", *plan.stamps)
            )
            for item in invites
        ]
        nobody = [self._table.checking(keys.phone(phone_digest), NEW)] if plan.sent else []
        return self._do([*updates, *nobody], plan)

    def remove(self, profile: Mapping[str, Any]) -> bool:
        """Remove a user who never verified, and free the phone, e-mail address and username. Whether it was done.

        Names that somebody else has by now stay theirs.
        """
        user = profile["id"]
        names = [keys.username(profile["username"]), keys.email(self._digests.email(profile["email"]))]
        names.append(keys.phone(self._digests.phone(profile["phone"])))
        theirs = [keys.of(item) for item in self._table.batch_get(names) if item["user"] == user]
        unverified = _still_due(profile) & Attr("verified_at").not_exists() & Attr("leaving_at").not_exists()
        actions = [
            self._table.deleting(keys.profile(user), unverified),
            self._table.deleting(keys.clock(user)),
            *(self._table.deleting(name, Attr("user").eq(user)) for name in theirs),
        ]
        return not self._table.transact(actions)

    def _do(self, actions: Iterable[Action], plan: Plan) -> bool:
        return not self._table.transact([*actions, *(self._table.putting(item, NEW) for item in plan.sent)])


def _change(plan: Plan) -> Change:
    if plan.look_at is None:
        return Change(set=plan.stamps, remove=["due", "due_at"])
    return Change(set={**plan.stamps, "due_at": plan.look_at})


def _still_due(item: Mapping[str, Any]) -> ConditionBase:
    return _same(item, "due_at")


def _same(item: Mapping[str, Any], *names: str) -> ConditionBase:
    """That these attributes are as they were read."""
    conditions: list[ConditionBase] = [
        Attr(name).eq(item[name]) if name in item else Attr(name).not_exists() for name in names
    ]
    return reduce(and_, conditions)
