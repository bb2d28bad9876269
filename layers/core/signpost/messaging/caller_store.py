"""Access tokens in the table Messaging, and when their users were last active."""

from typing import Final

from signpost.messaging import callers, keys
from signpost.messaging.callers import App, Caller
from signpost.messaging.counts import day_of
from signpost.messaging.errors import BadToken
from signpost.messaging.store import EXISTS
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Attr, Change, Table
from signpost.platform.errors import Unavailable

UNKNOWN_APP: Final = App()


class CallerStore:
    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table, self._clock = table, clock

    def admit(self, token: str, app: App = UNKNOWN_APP) -> Caller:
        """Who has this access token: one read. The caller counts as active now, with this app.

        Raises:
            BadToken: nobody has it, or it has expired.
        """
        digest, now = callers.digest(token), self._clock()
        item = self._table.get(keys.token(digest)) if token else None
        if item is None or item["ttl"] <= now:
            raise BadToken
        caller = Caller(item["user"], item["device"], digest)
        known = App(item.get("app_version", ""), item.get("model", ""))
        current = App(app.version or known.version, app.model or known.model)
        if now - item["active_at"] >= callers.STAMP_EVERY or current != known:
            self._stamp(caller, now, current, known)
        return caller

    def _stamp(self, caller: Caller, now: float, current: App, known: App) -> None:
        version = {"app_version": current.version} if current.version else {}
        model = {"model": current.model} if current.model else {}
        active = Change(set={"last_active_at": now, **version}, remove=["track"])
        stamped = Change(set={"active_at": now, "ttl": callers.expires_at(now), **version, **model})
        try:
            self._note_active(caller.user, active, now)
            if current.model != known.model:
                described = Change(set={"description": current.model})
                self._table.update_if(keys.device(caller.user, caller.device), described, EXISTS)
            self._table.update_if(keys.token(caller.digest), stamped, EXISTS)  # last: until then, all is done again
        except Unavailable:
            return  # the next call does it

    def _note_active(self, user: int, active: Change, now: float) -> None:
        """On the profile; for the first time in a day, also in the count of that day's active users."""
        profile, today = keys.profile(user), str(day_of(now))
        day = Attr("active_day")
        if self._table.update_if(profile, active, EXISTS & day.eq(today)):
            return
        first = active._replace(set={**active.set, "active_day": today})
        counted = self._table.updating(keys.active_on(today), Change(add={"active": 1}))
        not_yet = EXISTS & (day.not_exists() | day.ne(today))
        self._table.transact([self._table.updating(profile, first, not_yet), counted])
