"""Connected accounts as owners see them: the state of the connection in words, and what to do about it."""

from collections.abc import Callable, Iterable, Sequence
from math import floor
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.console import words
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider

_DAY: Final = 86_400
_STALE_AFTER: Final = _DAY  # seconds since a fetch last ended; the sweep is hourly
_PRODUCTS: Final = {Provider.FACEBOOK: "Facebook Login", Provider.INSTAGRAM: "Instagram Login"}

Connect = Callable[[Provider], str]  # the address at which an account is connected again


class Badge(NamedTuple):
    kind: str  # a class of the stylesheet: ok, warn or bad
    icon: str
    text: str


class AccountView(NamedTuple):
    id: str
    username: str
    name: str
    letter: str  # in place of a picture, which is at Meta
    product: str
    followers: str
    posts: str
    synced: str
    connected: str
    ends: str
    badge: Badge
    reconnect: str  # an address


class Attention(NamedTuple):
    """Something to do: what is wrong, what follows from it, and the next step."""

    kind: str
    icon: str
    title: str
    text: str
    step: str
    address: str


def account_view(install: Install, zone: ZoneInfo, now: float, connect: Connect) -> AccountView:
    ends = install.ends_at
    return AccountView(
        id=install.id,
        username=install.instagram_account,
        name=install.name or install.instagram_account,
        letter=(install.name or install.instagram_account or "?")[0].upper(),
        product=_PRODUCTS[install.provider],
        followers=words.count(install.followers_count),
        posts=words.count(install.media_count),
        synced=words.ago(install.synced_at, now, zone) if install.synced_at else "not yet",
        connected=words.moment(install.connected_at, zone),
        ends=words.moment(ends, zone) if ends is not None else words.UNKNOWN,
        badge=badge(install, now),
        reconnect=connect(install.provider),
    )


def badge(install: Install, now: float) -> Badge:
    left = _days_left(install, now)
    match install.state_at(now):
        case ConnectionState.ACTIVE:
            return Badge("ok", "tick", "Active" if left is None else f"{words.days(left)} left")
        case ConnectionState.EXPIRING:
            return Badge("warn", "clock", f"{words.days(left or 0)} left")
        case ConnectionState.PERMISSION_MISSING:
            return Badge("warn", "key", "Permission missing")
        case ConnectionState.REVOKED:
            return Badge("bad", "struck", "Revoked")
        case _:
            return Badge("bad", "cross", "Expired")


def attention(installs: Iterable[Install], zone: ZoneInfo, now: float, connect: Connect) -> list[Attention]:
    """Worst first."""
    found = [each for each in (_need(install, zone, now, connect) for install in installs) if each is not None]
    return sorted(found, key=lambda each: (each.kind != "bad", each.title))


def matching(installs: Sequence[Install], wanted: str) -> list[Install]:
    """Those with this install id, account id or username."""
    key = wanted.lower().removeprefix("@")
    return [
        each
        for each in installs
        if key in {each.id.lower(), each.instagram_business_account_id, each.instagram_account.lower()}
    ]


def _need(install: Install, zone: ZoneInfo, now: float, connect: Connect) -> Attention | None:
    who, again = f"@{install.instagram_account}", connect(install.provider)
    match install.state_at(now):
        case ConnectionState.EXPIRED:
            text = "Its token has expired. Its posts and feeds no longer change."
            return Attention("bad", "cross", f"{who}: connection ended", text, "Reconnect", again)
        case ConnectionState.REVOKED:
            text = "Its owner removed the app at Instagram. Its posts and feeds no longer change."
            return Attention("bad", "struck", f"{who}: access was revoked", text, "Reconnect", again)
        case ConnectionState.PERMISSION_MISSING:
            text = "A permission was not granted, so its posts cannot be read."
            return Attention("warn", "key", f"{who}: permission missing", text, "Reconnect and allow it", again)
        case ConnectionState.EXPIRING:
            left, ends = words.days(_days_left(install, now) or 0), words.moment(install.ends_at or now, zone)
            text = f"Its token expires on {ends}. Then its posts and feeds stop."
            return Attention("warn", "clock", f"{who}: {left} left", text, "Reconnect", again)
        case _:
            pass
    if install.synced_at is not None and now - install.synced_at > _STALE_AFTER:
        since = words.moment(install.synced_at, zone)
        text = f"Its posts were last fetched on {since}. Its feeds show what was there then."
        return Attention(
            "warn",
            "again",
            f"@{install.instagram_account} is not up to date",
            text,
            "Look at it",
            f"/fp/accounts/{install.id}",
        )
    return None


def _days_left(install: Install, now: float) -> int | None:
    return None if install.ends_at is None else max(0, floor((install.ends_at - now) / _DAY))
