"""The health of each of Meta's products, in InstagramInstalls.

key                          what it holds
health#<provider>            `accounts`, `worked_at`, `blocked_at`, `held_at` (`health.Health`)
changes#<provider>#<hour>    how many accounts lost their connection in each five minutes: `m00` to `m55`; `ttl`

One item for all counts of an hour is enough: states change no faster than Meta is called.
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.health import HOUR, Health, is_storm, slot_at, within_an_hour
from signpost.platform.dynamodb import Attr, Change

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.instagram.products import Provider

_MINUTE: Final = 60


class HealthStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, installs: "InstallStore") -> None:
        self._table = installs.table

    def get(self, provider: "Provider") -> Health:
        item = self._table.get(_key(provider)) or {}
        return Health(**{name: item[name] for name in Health._fields if name in item})

    def worked(self, provider: "Provider", now: float) -> None:
        """Record that an account could be read, so the app is not blocked. Writes at most once a minute."""
        old = Attr("worked_at").not_exists() | Attr("worked_at").lt(now - _MINUTE)
        change = Change(set={"worked_at": now}, remove=["blocked_at"])
        self._table.update_if(_key(provider), change, old | Attr("blocked_at").exists())

    def blocked(self, provider: "Provider", now: float) -> None:
        """Record that Meta refuses the app, unless that is known."""
        self._table.update_if(_key(provider), Change(set={"blocked_at": now}), Attr("blocked_at").not_exists())

    def counted(self, provider: "Provider", accounts: int) -> None:
        """Record how many accounts are connected."""
        is_news = Attr("accounts").not_exists() | Attr("accounts").ne(accounts)
        self._table.update_if(_key(provider), Change(set={"accounts": accounts}), is_news)

    def changed(self, provider: "Provider", now: float) -> bool:
        """Count an account that lost its connection because of Meta's response. Returns whether this is a storm.

        If so, e-mails wait from then on, until an operator releases them.
        """
        slot = slot_at(now)
        is_kept = Attr("ttl").not_exists() | Attr("ttl").gt(now)
        change = Change(set={"ttl": int(now) + 3 * HOUR}, add={slot.name: 1})
        self._table.update_if(_changes(provider, slot.hour), change, is_kept)
        hours = {slot.hour, slot_at(now - HOUR).hour}
        counts = {hour: self._table.get(_changes(provider, hour)) or {} for hour in sorted(hours)}
        if not is_storm(within_an_hour(now, counts), self.get(provider).accounts):
            return False
        self._table.update_if(_key(provider), Change(set={"held_at": now}), Attr("held_at").not_exists())
        return True


def _key(provider: "Provider") -> dict[str, str]:
    return {"key": f"health#{provider.value}"}


def _changes(provider: "Provider", hour: str) -> dict[str, str]:
    return {"key": f"changes#{provider.value}#{hour}"}
