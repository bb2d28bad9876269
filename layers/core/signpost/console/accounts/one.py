"""One account's connection as its owner sees it: its token, its sync, and the apps that show it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.console import words
from signpost.console.accounts.views import Badge
from signpost.instagram.apps.app import LinkState
from signpost.instagram.backfills import SyncProgress
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.scopes import DEFAULT_SCOPES

if TYPE_CHECKING:
    from signpost.instagram.apps.install_apps_store import LinkedApp

_DAY: Final = 86_400
_REFRESHED: Final = 20 * _DAY  # seconds before its end at which a token that can be refreshed is
_MINUTE: Final = 60
_LINK_BADGES: Final = {
    LinkState.ACCEPTED: Badge("ok", "tick", "Shown"),
    LinkState.PENDING: Badge("warn", "clock", "Asks to be shown"),
    LinkState.REFUSED: Badge("bad", "struck", "Refused"),
}
_PHASES: Final = {"posts": "Posts", "comments": "Comments of posts", "insights": "Figures of posts"}


class SyncView(NamedTuple):
    title: str
    left: str
    text: str
    share: float | None  # None: nobody knows, or it is done
    action: str  # start, stop, or none
    button: str

    @property
    def is_running(self) -> bool:
        return self.action == "stop"


class AppRow(NamedTuple):
    app_id: str
    feeds: str
    badge: Badge
    can_accept: bool
    can_refuse: bool


def connection(install: Install, zone: ZoneInfo, now: float) -> list[tuple[str, str]]:
    """Rows of names and values."""
    return [
        ("Token", _token(install, zone, now)),
        ("Data access ends", _moment(install.data_access_expires_at, zone)),
        ("Permissions", _permissions(install)),
        ("Connected", words.moment(install.connected_at, zone)),
        ("Fetched", words.ago(install.synced_at, now, zone) if install.synced_at else "Not yet"),
        ("Posts stored", words.count(install.posts_stored)),
    ]


def _token(install: Install, zone: ZoneInfo, now: float) -> str:
    end = install.expires_at
    if not install.is_connected:
        return "No longer works"
    if end is None:
        return "Does not expire"
    if install.provider is Provider.INSTAGRAM and end - _REFRESHED > now:
        return f"Renews itself about {words.moment(end - _REFRESHED, zone).partition(',')[0]}"
    return f"Ends {words.moment(end, zone)}"


def _moment(seconds: float | None, zone: ZoneInfo) -> str:
    return "Never" if seconds is None else words.moment(seconds, zone).partition(",")[0]


def _permissions(install: Install) -> str:
    asked = DEFAULT_SCOPES[install.provider]
    missing = [scope for scope in asked if scope not in install.scopes]
    if not missing:
        return f"All {len(asked)} granted"
    return f"Missing: {', '.join(missing)}"


def import_tags(install: Install, apps: Iterable["LinkedApp"]) -> list[str]:
    """The hashtags whose posts are imported, for itself or for an app."""
    tags = [*install.import_tags, *(tag for each in apps if each.link.is_accepted for tag in each.app.import_tags)]
    return list(dict.fromkeys(tags))


def sync(install: Install, progress: SyncProgress) -> SyncView:
    if not install.is_connected:
        return SyncView("Sync is off", "", "Connect the account again: then it is synced.", None, "", "")
    if install.stopped_at is not None:
        return SyncView("Sync is off", "", "What was stored stays; nothing new is fetched.", None, "start", "Start")
    if progress.phase == "done":
        text = "New posts are fetched every few hours, and within minutes after a comment."
        return SyncView("Up to date", "", text, None, "start", "Sync now")
    if progress.phase == "waiting":
        return SyncView("Sync is running", "", "The newest posts come first.", None, "stop", "Stop")
    total = progress.total
    text = f"{_PHASES.get(progress.phase, progress.phase)}: {words.count(progress.done)} of {words.count(total)}"
    share = min(1.0, progress.done / total) if total else None
    return SyncView("Sync is running", _left(progress.eta), text, share, "stop", "Stop")


def _left(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return "less than a minute left" if seconds < _MINUTE else f"about {words.count(round(seconds / _MINUTE))} min left"


def app_rows(apps: Sequence["LinkedApp"]) -> list[AppRow]:
    """Those that ask first."""
    order = (LinkState.PENDING, LinkState.ACCEPTED, LinkState.REFUSED)
    return [
        AppRow(
            app_id=each.app.app_id,
            feeds=", ".join(each.app.feeds) or "All of its accounts",
            badge=_LINK_BADGES[each.link.state],
            can_accept=each.link.state is not LinkState.ACCEPTED and each.app.version > 0,
            can_refuse=each.link.state is LinkState.PENDING and each.app.version > 0,
        )
        for each in sorted(apps, key=lambda each: (order.index(each.link.state), each.app.app_id))
    ]
