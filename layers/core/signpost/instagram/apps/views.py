"""Apps in the administration: what may be sent, and what is shown."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import AccountLink, App, AppWithLinks
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.connection_states import state_at
from signpost.instagram.feed_names import account_name, tag_name
from signpost.instagram.installs import Install
from signpost.platform import cors
from signpost.platform.clock import rfc3339
from signpost.platform.errors import InvalidField

_MOST: Final = 100  # feeds, origins or tags
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_READ_ONLY: Final = frozenset(
    {"app_id", "accounts", "shows_banner", "instagram_graph_api_migrated_at", "instagramNotMigratedFeeds"}
)


def _feed(text: str) -> str:
    """A hashtag or an account as the owner wrote it, which is also how it is kept."""
    written = text.strip()
    try:
        name = tag_name(written) if written.startswith("#") else account_name(written)
    except InvalidField:
        name = ""
    if not name:
        raise ValueError("must be a hashtag such as #food, or an account such as @natgeo")
    return written


def _tag(text: str) -> str:
    try:
        tag = tag_name(text)
    except InvalidField:
        tag = ""
    if not tag:
        raise ValueError("must be a hashtag: letters, digits and underscores")
    return tag


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("must be an e-mail address")
    return text


Feed = Annotated[str, AfterValidator(_feed)]
Origin = Annotated[str, AfterValidator(cors.origin)]
Tag = Annotated[str, AfterValidator(_tag)]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
Text = Annotated[str, Field(max_length=128)]


class AppChange(BaseModel):
    """What a PUT may hold: each key that is present replaces that of the app; null clears `owner_email`.

    `graph_api`: saved with the Graph API switched on, which an old app's migration begins with. It is not kept.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    app_type: Text = ""
    user: Text = ""
    is_new: StrictBool = True
    feeds: Annotated[list[Feed], Field(max_length=_MOST)] = []
    origins: Annotated[list[Origin], Field(max_length=_MOST)] = []
    import_tags: Annotated[list[Tag], Field(max_length=_MOST)] = []
    owner_email: Email | None = None
    graph_api: StrictBool = False

    @model_validator(mode="before")
    @classmethod
    def _ignore_what_we_set(cls, body: Any) -> Any:
        if isinstance(body, Mapping):
            return {name: value for name, value in body.items() if name not in _READ_ONLY}
        return body

    def fields(self) -> dict[str, Any]:
        """The keys that are present, as an app holds them: each entry of a list once."""
        present = self.model_dump(exclude_unset=True, exclude={"graph_api"})
        return {
            name: tuple(dict.fromkeys(value)) if isinstance(value, list) else value for name, value in present.items()
        }


class ConnectedAccount(BaseModel):
    install: str
    instagram_account: str
    provider: str
    state: str
    connected_at: str


class AppView(BaseModel):
    """An app as the API shows it."""

    app_id: str
    app_type: str
    user: str
    is_new: bool
    feeds: list[str]
    origins: list[str]
    import_tags: list[str]
    owner_email: str | None
    shows_banner: bool
    instagram_graph_api_migrated_at: str | None
    instagramNotMigratedFeeds: list[str]  # noqa: N815  (the name that its users know)
    accounts: list[ConnectedAccount]


def changed(app: App, change: AppChange, rollout: Rollout) -> App:
    """The app with the keys of `change` laid over, and its migration begun if it is due."""
    laid_over = app._replace(**change.fields())
    return migration.saved(laid_over, rollout, graph_api=change.graph_api)


def view(found: AppWithLinks, installs: Mapping[str, Install], now: float) -> AppView:
    """Links whose install is gone are left out."""
    app = found.app
    accounts = [_account(link, installs[link.install], now) for link in found.links if link.install in installs]
    return AppView.model_validate(
        {
            **{name: getattr(app, name) for name in ("app_id", "app_type", "user", "is_new", "owner_email")},
            **{name: list(getattr(app, name)) for name in ("feeds", "origins", "import_tags")},
            **migration.fields(app),
            "accounts": accounts,
        }
    )


def etag(app: App) -> str:
    """Names what was saved; accounts connect and expire without changing it."""
    return f'"{app.version}"'


def _account(link: AccountLink, install: Install, now: float) -> ConnectedAccount:
    return ConnectedAccount(
        install=install.id,
        instagram_account=install.instagram_account,
        provider=install.provider.value,
        state=state_at(install.as_connection(), now).value,
        connected_at=rfc3339(link.connected_at),
    )
