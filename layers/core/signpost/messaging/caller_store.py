"""Access tokens in the table Messaging, and when their users were last active."""

from signpost.messaging import callers, keys
from signpost.messaging.callers import Caller
from signpost.messaging.errors import BadToken
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Attr, Change, Table
from signpost.platform.errors import Unavailable


class CallerStore:
    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table, self._clock = table, clock

    def admit(self, token: str) -> Caller:
        """Who has this access token: one read. The caller counts as active now.

        Raises:
            BadToken: nobody has it, or it has expired.
        """
        digest, now = callers.digest(token), self._clock()
        item = self._table.get(keys.token(digest)) if token else None
        if item is None or item["ttl"] <= now:
            raise BadToken
        caller = Caller(item["user"], item["device"], digest)
        if now - item["active_at"] >= callers.STAMP_EVERY:
            self._stamp(caller, now)
        return caller

    def _stamp(self, caller: Caller, now: float) -> None:
        exists = Attr("pk").exists()
        active = Change(set={"last_active_at": now}, remove=["track"])
        try:
            self._table.update_if(keys.profile(caller.user), active, exists)
            stamped = Change(set={"active_at": now, "ttl": callers.expires_at(now)})
            self._table.update_if(keys.token(caller.digest), stamped, exists)
        except Unavailable:
            return  # the next call does it
