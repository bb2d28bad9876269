"""A visit: what a page knows about the request that it answers."""

from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from signpost.console.session.member import Member
from signpost.console.session.sessions import Session, cookies
from signpost.instagram.products import Provider
from signpost.platform.errors import NotFound
from signpost.platform.http import Event

ZONE_COOKIE = "__Host-signpost-zone"


class Visit(NamedTuple):
    """`fields` are those of a form that was sent, and was found to be ours. `base` is our own address.

    `connect` gives the address at which an account is connected again with a product.
    """

    event: Event
    session: Session
    zone: ZoneInfo
    now: float
    base: str
    fields: Mapping[str, str]
    connect: Callable[[Provider], str]

    @property
    def member(self) -> Member | None:
        """None for the administrator."""
        return self.session.member

    @property
    def path(self) -> str:
        path: str = self.event["rawPath"]
        return path

    @property
    def query(self) -> Mapping[str, str]:
        query: Mapping[str, str] = self.event.get("queryStringParameters") or {}
        return query

    def part(self, name: str) -> str:
        """A part of the address. Raises `NotFound`: it is empty."""
        value: str = (self.event.get("pathParameters") or {}).get(name, "")
        if not value:
            raise NotFound("There is nothing at this address.")
        return value


def zone(event: Event) -> ZoneInfo:
    """The one that the person chose, else UTC."""
    return known_zone(cookies(event).get(ZONE_COOKIE, "").replace("%2F", "/")) or ZoneInfo("UTC")


def has_zone(event: Event) -> bool:
    return ZONE_COOKIE in cookies(event)


def known_zone(name: str) -> ZoneInfo | None:
    """None: it is not a name of the time zone database."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path outside
        return None
