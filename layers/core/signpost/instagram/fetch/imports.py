"""Imports posts: each leads to one event `MediaImported` for each app that shows the account and wants a tag it has.

An install without an app has one import of each post, for the person who connected it.

An account may be connected through both of Meta's products. They give a post different ids but the same shortcode,
which is part of its address. So the post is imported once for each app, by whichever fetch is first.

The event is sent between claiming the import and recording that it is done. If the run ends in between, the next one
sends the event again with the same `id`, by which listeners recognise it.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram import posts
from signpost.instagram.posts import Post, moment
from signpost.instagram.tags import is_wanted
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.apps.install_apps_store import InstallAppsStore, LinkedApp
    from signpost.instagram.fetch.import_store import ImportStore
    from signpost.instagram.installs import Install
    from signpost.platform.event_bus import EventBus


class Wish(NamedTuple):
    """Which of an account's posts an app wants: those with one of the tags, or all if there are none.

    `since`: when the app accepted the account; None: before imports were for single apps. `app_id`: "" without one.
    """

    app_id: str
    tags: tuple[str, ...]
    since: float | None = None


class ImportKey(NamedTuple):
    """`app_id`: "" for an install without an app."""

    account_id: str
    shortcode: str
    app_id: str

    @property
    def item(self) -> dict[str, str]:
        post = f"{self.shortcode}#{self.app_id}" if self.app_id else self.shortcode
        return {"account": self.account_id, "post": post}


class Import(NamedTuple):
    """Done, being done by another run, or, when neither is set, this run's to do. Seconds since 1970."""

    imported_at: float | None = None
    busy_until: float | None = None
    claimed_by: str = ""  # the run that is doing it
    is_new: bool = False  # this run has just done it


class Taken(NamedTuple):
    """`done_for`: the ids of all apps for which a post has been imported. `sent`: how many events this run has sent.

    `is_complete`: nothing is left for another run.
    """

    imported_at: float | None
    done_for: tuple[str, ...]
    busy_until: float | None
    sent: int
    is_complete: bool


class Imports:
    def __init__(self, store: "ImportStore", bus: "EventBus", apps: "InstallAppsStore") -> None:
        self._store, self._bus, self._apps = store, bus, apps

    def wishes(self, install: "Install") -> tuple[Wish, ...]:
        """Which of this install's posts each app wants. Raises `Unavailable`."""
        return wishes(install, self._apps.of(install))

    def take(self, install: "Install", post: Post, wanted: Iterable[Wish], by: str, now: float) -> Taken | None:
        """Import a post for the apps that want it and do not have it; None if there are none.

        Raises:
            Unavailable: an event could not be sent or noted; try again.
        """
        wanted = tuple(wanted)
        done = done_for(post, wanted)
        due = [each for each in wanted if each.app_id not in done and is_wanted(post.caption, each.tags)]
        if not due:
            return None
        found = [(each.app_id, self._import(install, post, each.app_id, by, now)) for each in due]
        imports = [each for _, each in found]
        times = [time for time in (post.imported_at, *(each.imported_at for each in imports)) if time is not None]
        return Taken(
            imported_at=min(times, default=None),
            done_for=tuple(sorted({*done, *(app_id for app_id, each in found if each.imported_at is not None)})),
            busy_until=max((each.busy_until for each in imports if each.busy_until is not None), default=None),
            sent=sum(each.is_new for each in imports),
            is_complete=all(each.imported_at is not None for each in imports),
        )

    def _import(self, install: "Install", post: Post, app_id: str, by: str, now: float) -> Import:
        key = ImportKey(install.instagram_business_account_id, posts.shortcode(post), app_id)
        run = f"{install.id}/{by}"
        claimed = self._store.claim(key, run, now)
        if claimed.busy_until is not None and not claimed.claimed_by.startswith(f"{install.id}/"):
            return Import()  # a fetch of the other product does it; if that dies, its own message is delivered again
        if claimed != Import():
            return claimed
        try:
            self._bus.send("MediaImported", _detail(install, post, app_id, now))
        except Unavailable:
            self._store.release(key, run)
            raise
        self._store.done(key, run, now)
        return Import(imported_at=now, is_new=True)


def wishes(install: "Install", linked: "Iterable[LinkedApp]") -> tuple[Wish, ...]:
    of_apps = tuple(Wish(app.app_id, app.import_tags, link.accepted_at) for app, link in linked)
    return of_apps or (Wish("", install.import_tags),)


def done_for(post: Post, wanted: Iterable[Wish]) -> frozenset[str]:
    """The apps for which it has been imported. Older imports were for all apps."""
    if post.imported_at is None or post.imported_for:
        return frozenset(post.imported_for)
    return frozenset(each.app_id for each in wanted if each.since is None)


def _detail(install: "Install", post: Post, app_id: str, now: float) -> dict[str, object]:
    """The event's content; times are RFC 3339 in UTC."""
    return {
        "id": f"{install.instagram_business_account_id}/{posts.shortcode(post)}" + (f"/{app_id}" if app_id else ""),
        "app_id": app_id or None,
        "install": install.id,
        "account_id": install.instagram_business_account_id,
        "account": install.instagram_account,
        "media_id": post.media_id,
        "media_type": post.media_type,
        "shortcode": post.shortcode,
        "permalink": post.permalink,
        "caption": post.caption,
        "tags": list(post.tags),
        "posted_at": moment(post.posted_at),
        "imported_at": moment(now),
    }
