"""Apps, the widgets on websites: what is stored about an app and the accounts connected for it."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

MAX_ID: Final = 128  # letters of an app's id
NEVER: Final = "never"


class App(NamedTuple):
    """`migrated_at` and `not_migrated` are explained in `migration`. Each save raises `version`; 0: never saved.

    An app is new, and all of it served by the Graph API, unless it is marked as old.
    """

    app_id: str
    app_type: str = ""
    user: str = ""
    is_new: bool = True
    feeds: tuple[str, ...] = ()  # as the owner wrote them: #food, @natgeo; without a sign, an account
    origins: tuple[str, ...] = ()  # whose pages may read its feeds, e.g. https://www.example.com
    import_tags: tuple[str, ...] = ()
    owner_email: str | None = None
    migrated_at: float | Literal["never"] | None = None  # seconds since 1970
    not_migrated: tuple[str, ...] = ()
    version: int = 0

    @property
    def shows_banner(self) -> bool:
        return self.migrated_at == NEVER


class AccountLink(NamedTuple):
    """Records that an account was connected for an app."""

    app_id: str
    install: str  # its id
    instagram_account: str  # its username at that time
    connected_at: float  # seconds since 1970


class AppWithLinks(NamedTuple):
    """`links` in the order of connecting."""

    app: App
    links: tuple[AccountLink, ...] = ()


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


def link_item(app_id: str, install_id: str, username: str, now: float) -> dict[str, Any]:
    """The item that records that the account was connected for the app; putting it again renews it."""
    link = AccountLink(app_id, install_id, username, connected_at=now)
    return {"part": f"install#{install_id}", **link._asdict()}


def link_from_item(item: Mapping[str, Any]) -> AccountLink:
    return AccountLink(**{name: item[name] for name in AccountLink._fields})
