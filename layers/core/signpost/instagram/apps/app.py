"""Apps, the widgets on websites: what is stored about an app and the accounts connected for it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple

MAX_ID: Final = 128  # characters of an app's id
NEVER: Final = "never"


class App(NamedTuple):
    """`migrated_at` and `not_migrated` are explained in `migration`. Each save raises `version`; 0: never saved.

    An app is new, and all of it served by the Graph API, unless it is marked as old.
    """

    app_id: str
    app_type: str = ""
    user: str = ""
    is_new: bool = True
    feeds: tuple[str, ...] = ()  # as the owner wrote them: #food, @natgeo; older ones without a sign are accounts
    origins: tuple[str, ...] = ()  # whose pages may read its feeds, e.g. https://www.example.com
    import_tags: tuple[str, ...] = ()
    owner_email: str | None = None
    default_account: str | None = None  # the install to show when no account is named; None: the first one
    migrated_at: float | Literal["never"] | None = None  # seconds since 1970
    not_migrated: tuple[str, ...] = ()
    version: int = 0

    @property
    def shows_banner(self) -> bool:
        return self.migrated_at == NEVER


class LinkState(StrEnum):
    """Whether an app shows an account, which its owner decides."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    REFUSED = "refused"


class AccountLink(NamedTuple):
    """Records that an account was connected for an app, or that it asks to be shown there.

    Times are seconds since 1970. Links from before they had to be accepted have no `accepted_at`.
    """

    app_id: str
    install: str  # its id
    instagram_account: str  # its username when it was first connected for the app
    connected_at: float
    state: LinkState = LinkState.ACCEPTED
    accepted_at: float | None = None

    @property
    def is_accepted(self) -> bool:
        return self.state is LinkState.ACCEPTED


class AppWithLinks(NamedTuple):
    """`links` are the accepted ones, in the order of being accepted; `others`, in the order of asking."""

    app: App
    links: tuple[AccountLink, ...] = ()
    others: tuple[AccountLink, ...] = ()

    def link(self, install_id: str) -> AccountLink | None:
        return next((each for each in (*self.links, *self.others) if each.install == install_id), None)


def is_app_id(text: str) -> bool:
    return 0 < len(text) <= MAX_ID and text.isprintable()


def app_item(app: App) -> dict[str, Any]:
    """The attributes that DynamoDB stores, without None and empty lists."""
    return {"part": "app", **{name: value for name, value in app._asdict().items() if value not in (None, ())}}


def app_from_item(item: Mapping[str, Any]) -> App:
    """The inverse of `app_item`."""
    stored: dict[str, Any] = {name: item[name] for name in App._fields if name in item}
    stored |= {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
    return App(**stored)


def link_part(install_id: str) -> str:
    """The range key of the link to an install."""
    return f"install#{install_id}"


def new_link(app_id: str, install_id: str, username: str, now: float, state: LinkState) -> AccountLink:
    return AccountLink(app_id, install_id, username, now, state, now if state is LinkState.ACCEPTED else None)


def link_item(
    app_id: str, install_id: str, username: str, now: float, state: LinkState = LinkState.ACCEPTED
) -> dict[str, Any]:
    """The item of a new link."""
    return item_of_link(new_link(app_id, install_id, username, now, state))


def item_of_link(link: AccountLink) -> dict[str, Any]:
    fields = {name: value for name, value in link._asdict().items() if value is not None}
    return {"part": link_part(link.install), **fields, "state": link.state.value}


def link_from_item(item: Mapping[str, Any]) -> AccountLink:
    """The inverse of `item_of_link`. Older links have no state and count as accepted."""
    stored = {name: item[name] for name in AccountLink._fields if name in item}
    return AccountLink(**stored | {"state": LinkState(item.get("state", LinkState.ACCEPTED))})
