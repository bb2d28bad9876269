"""The hourly sweep: every user and invite whose time has come gets what is due, once, and the time of the next look.

Each is dealt with in one transaction: it stamps what is sent, puts it into the outbox, and moves the time on, on
condition that nothing has changed since it was read. So runs may overlap, repeat or be cut off. The longest due come
first; the next run begins where this one ran out of time.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging.engagement import invitations, users
from signpost.messaging.engagement.plans import Plan
from signpost.messaging.engagement.schedule import PARTITIONS
from signpost.messaging.engagement.switches import Switches
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.messaging.engagement.store import EngagementStore
    from signpost.platform.clock import Clock

_THREADS: Final = 8  # fewer than connections in a client's pool
_LATER: Final = 86_400  # seconds, after which somebody is looked at again whose items cannot be read
_CHANGED: Final = "changed"  # since it was read; the next run looks again
_REMOVED: Final = "removed"
ReportFailure = Callable[[Exception, str], None]


class Swept(NamedTuple):
    """`done`: what was sent by its event, or by the name of its job; `removed`; `changed`."""

    looked_at: int
    done: Mapping[str, int]
    complete: bool  # false: time was up, and the next run continues


class Sweep(NamedTuple):
    store: "EngagementStore"
    switches: Switches
    link: str  # where the app is
    greeter: str
    report: ReportFailure
    clock: "Clock"

    def run(self, may_go_on: Callable[[], bool]) -> Swept:
        """`may_go_on`: whether there is time for another page.

        Raises:
            Unavailable: what has not been dealt with is still due.
        """
        started, looked_at, done = self.clock(), 0, Counter[str]()
        pages = (self.store.due(partition, started) for partition in PARTITIONS)
        with ThreadPoolExecutor(_THREADS) as pool:
            for page in chain.from_iterable(zip_longest(*pages)):
                if page is None:
                    continue
                if not may_go_on():
                    return Swept(looked_at, done, complete=False)
                for found in pool.map(self._safely, page):
                    done.update(found)
                looked_at += len(page)
        return Swept(looked_at, done, complete=True)

    def _safely(self, item: Mapping[str, Any]) -> list[str]:
        """One whose items cannot be read does not hold up the others."""
        try:
            return self._user(item) if item["sk"] == "profile" else self._invite(item)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001  (reported)
            self.report(error, item["pk"].partition("#")[0])
            self.store.do_for_user(item, Plan(self.clock() + _LATER))
            return []

    def _user(self, profile: Mapping[str, Any]) -> list[str]:
        now = self.clock()
        if "leaving_at" in profile:
            return []  # its deletion removes it from the index
        if "verified_at" not in profile:
            look_at = users.look_at_unverified(profile, self.switches, now)
            if look_at is None:
                return [_REMOVED if self.store.remove(profile) else _CHANGED]
            return self._names(Plan(look_at), self.store.do_for_user(profile, Plan(look_at)))
        inbox = users.Inbox(self.store, profile["id"])
        plan = users.plan(profile, inbox, self.switches, now, link=self.link, greeter=self.greeter)
        return self._names(plan, self.store.do_for_user(profile, plan))

    def _invite(self, item: Mapping[str, Any]) -> list[str]:
        now, key = self.clock(), item["sk"]
        digest = item["pk"].partition("#")[2]
        invites, registered = self.store.invites(digest)
        if key not in invites or invites[key].get("due_at") != item["due_at"]:
            return [_CHANGED]
        reminded = invitations.plan(key, invites, self.switches, now, registered=registered)
        if reminded is None:
            inviter = self.store.username(int(invitations.first_of(key, invites, now)["inviter"]))
            if inviter is None:  # who left takes the invites along
                reminded = invitations.Reminded([key], Plan(None))
            else:
                reminded = invitations.texted(key, invites, now, inviter=inviter, link=self.link)
        stored = self.store.do_for_invites([invites[each] for each in reminded.invites], digest, reminded.plan)
        return self._names(reminded.plan, stored)

    def _names(self, plan: Plan, stored: bool) -> list[str]:
        return [str(each.get("event", each.get("job"))) for each in plan.sent] if stored else [_CHANGED]
