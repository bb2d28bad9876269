"""A user's friends, those who added them, and whom they muted."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from signpost.messaging import keys, names
from signpost.messaging.errors import BadRequest, NothingFound
from signpost.messaging.given_lists import listed
from signpost.messaging.paging import MOST, Listing
from signpost.messaging.people_views import BriefUserView, FriendView
from signpost.platform.clock import rfc3339

if TYPE_CHECKING:
    from signpost.messaging.aliases import Aliases
    from signpost.messaging.friends.store import FriendStore
    from signpost.messaging.user_store import UserStore

Item = Mapping[str, Any]
Start = Mapping[str, Any] | None

_RECENT: Final = 3  # friends who are shown first


class Friends:
    def __init__(self, store: "FriendStore", users: "UserStore", aliases: "Aliases") -> None:
        self._store, self._users, self._aliases = store, users, aliases

    def friends(self, user: int, start: Start) -> Listing:
        """The three whom the user last sent something to, and a page of all. `start`: of a page after the first."""
        items, more = self._store.page(user, start, MOST)
        shown = self._shown(user, {keys.suffix_id(item): item for item in items})
        recent = [friend for friend in shown[:_RECENT] if friend["last_sent_at"]] if start is None else []
        return Listing({"recent_friends": recent, "friends": shown}, more)

    def unadded(self, user: int, start: Start) -> Listing:
        """Those who added the user, and whom the user has not added."""
        others, more = self._store.who_added(user, start, MOST)
        added, profiles = self._store.added(user, others), self._users.profiles(others)
        return Listing([_brief(profiles[each]) for each in others if each in profiles and each not in added], more)

    def add(self, user: int, usernames: Sequence[str] | str | None) -> list[FriendView]:
        """The friends that the user has by these names now. Names that nobody has are left out."""
        found = [profile["id"] for profile in self._named(usernames)]
        if user in found:
            raise BadRequest("you cannot add yourself")
        self._store.add(user, found)
        added = self._store.added(user, found)
        return self._shown(user, {each: added[each] for each in found if each in added})

    def remove(self, user: int, usernames: Sequence[str] | str | None) -> None:
        self._store.remove(user, [profile["id"] for profile in self._named(usernames)])

    def search(self, username: str | None) -> BriefUserView | None:
        """Whoever has exactly this username."""
        if not (username or "").strip():
            raise BadRequest("missing username param")
        found = self._users.by_usernames([_lower(username or "")])
        return _brief(found[0]) if found else None

    def mute(self, user: int, other: int) -> None:
        """What `other` sends does not reach the user from now on."""
        if other == user:
            raise BadRequest("you cannot mute yourself")
        if not self._users.profiles([other]):
            raise NothingFound
        self._store.mute(user, other)

    def unmute(self, user: int, other: int) -> None:
        """Also a user who has been deleted."""
        self._store.unmute(user, other)

    def muted(self, user: int, start: Start) -> Listing:
        others, more = self._store.muted(user, start, MOST)
        profiles = self._users.profiles(others)
        called = self._aliases.of(user, profiles.values())
        return Listing([{**_brief(profiles[each]), "name": called[each]} for each in others if each in profiles], more)

    def _named(self, usernames: Sequence[str] | str | None) -> list[Item]:
        wanted = listed(usernames, "username")
        if not wanted:
            raise BadRequest("missing username param")
        return list(self._users.by_usernames(map(_lower, wanted)))

    def _shown(self, user: int, friends: Mapping[int, Item]) -> list[FriendView]:
        profiles = self._users.profiles(friends)
        called = self._aliases.of(user, profiles.values())
        return [
            {**_brief(profiles[each]), "name": called[each], "last_sent_at": _moment(item.get("last_sent_at"))}
            for each, item in friends.items()
            if each in profiles
        ]


def _brief(profile: Item) -> BriefUserView:
    return {"id": profile["id"], "username": profile["username"]}


def _lower(username: str) -> str:
    return names.one_line(username).lower()[: names.LONGEST_USERNAME + 1]


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
