"""Apps in the administration's requests and replies."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import AccountLink, App, AppWithLinks
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.backfills import Stage, progress
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
    """A hashtag or an account, kept as the owner wrote it."""
    written = text.strip()
    if not _name(tag_name if written.startswith("#") else account_name, written):
        raise ValueError("must be a hashtag such as #food, or an account such as @natgeo")
    return written


def _tag(text: str) -> str:
    tag = _name(tag_name, text)
    if not tag:
        raise ValueError("must be a hashtag: letters, digits and underscores")
    return tag


def _name(read: Callable[[str], str], text: str) -> str:
    """What `read` makes of a text; "" when it refuses it."""
    try:
        return read(text)
    except InvalidField:
        return ""


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise ValueError("must be an e-mail address")
    return text


FeedName = Annotated[str, AfterValidator(_feed)]
Origin = Annotated[str, AfterValidator(cors.origin)]
TagName = Annotated[str, AfterValidator(_tag)]
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
Text = Annotated[str, Field(max_length=128)]


# What the fields mean, in requests and replies alike.
_APP_TYPE = Field(description="The kind of app, such as socialFeed.", examples=["socialFeed"])
_USER = Field(description="The user it belongs to.", examples=["nora"])
_IS_NEW = Field(
    description="Whether the Graph API serves all its feeds. Old apps are migrated feed by feed.", examples=[True]
)
_FEEDS = Field(
    description="What it shows: accounts such as @natgeo, hashtags such as #food.",
    examples=[["@nora.bakes.demo", "#bread"]],
)
_ORIGINS = Field(description="The sites whose pages may read its feeds.", examples=[["https://bakery.example"]])
_IMPORT_TAGS = Field(
    description="Import only its accounts' posts with one of these hashtags; all if there are none.",
    examples=[["bread"]],
)
_OWNER_EMAIL = Field(
    description="Who gets an e-mail when a connection is about to end. Null: nobody.", examples=["nora@example.com"]
)


class AppChange(BaseModel):
    """The body of a PUT. Each key present replaces the app's value; null clears `owner_email`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    app_type: Annotated[Text, _APP_TYPE] = ""
    user: Annotated[Text, _USER] = ""
    is_new: Annotated[StrictBool, _IS_NEW] = True
    feeds: Annotated[list[FeedName], Field(max_length=_MOST), _FEEDS] = []
    origins: Annotated[list[Origin], Field(max_length=_MOST), _ORIGINS] = []
    import_tags: Annotated[list[TagName], Field(max_length=_MOST), _IMPORT_TAGS] = []
    owner_email: Annotated[Email | None, _OWNER_EMAIL] = None
    graph_api: Annotated[
        StrictBool, Field(description="Starts the migration of an old app. It is not stored.", examples=[True])
    ] = False

    @model_validator(mode="before")
    @classmethod
    def _ignore_what_we_set(cls, body: Any) -> Any:
        if isinstance(body, Mapping):
            return {name: value for name, value in body.items() if name not in _READ_ONLY}
        return body

    def fields(self) -> dict[str, Any]:
        """The keys that are present, as an app holds them; lists without duplicates."""
        present = self.model_dump(exclude_unset=True, exclude={"graph_api"})
        return {
            name: tuple(dict.fromkeys(value)) if isinstance(value, list) else value for name, value in present.items()
        }


class AccountBackfill(BaseModel):
    """How far the fetch of all older posts is."""

    done: bool = Field(
        description="All posts are stored, and their insights as far as Meta has them.", examples=[False]
    )
    stage: str = Field(
        description="What it does: waiting for the first fetch, fetching posts, then their metrics.",
        examples=["posts"],
        json_schema_extra={"enum": list(Stage)},
    )
    done_at: str | None = Field(description="When it was done.", examples=[None])


class ConnectedAccount(BaseModel):
    """An account that was connected for the app."""

    install: str = Field(description="The id of its connection.", examples=["instagram-17841400000000001"])
    instagram_account: str = Field(description="Its username now.", examples=["nora.bakes.demo"])
    provider: str = Field(description="The login it was connected with.", examples=["instagram"])
    state: str = Field(description="Whether the connection works.", examples=["active"])
    connected_at: str = Field(
        description="When it was connected for this app.", examples=["2026-11-21T07:00:00.000000Z"]
    )
    posts_stored: int | None = Field(
        description="How many of its posts are stored. Null: none has been fetched yet.", examples=[1250]
    )
    media_count: int | None = Field(description="How many it has, as Instagram counts.", examples=[4980])
    backfill: AccountBackfill = Field(
        description="Whether its older posts are there, too.",
        examples=[{"done": False, "stage": "posts", "done_at": None}],
    )


class AppView(BaseModel):
    """An app as the API shows it."""

    app_id: str = Field(description="Its id.", examples=["bakery"])
    app_type: Annotated[str, _APP_TYPE]
    user: Annotated[str, _USER]
    is_new: Annotated[bool, _IS_NEW]
    feeds: Annotated[list[str], _FEEDS]
    origins: Annotated[list[str], _ORIGINS]
    import_tags: Annotated[list[str], _IMPORT_TAGS]
    owner_email: Annotated[str | None, _OWNER_EMAIL]
    shows_banner: bool = Field(description="Whether its owner is asked to connect an account.", examples=[False])
    instagram_graph_api_migrated_at: str | None = Field(
        description="When an old app's first account was connected; `never` until then. Null: it does not migrate.",
        examples=["2026-11-21T07:00:00.000000Z"],
    )
    instagramNotMigratedFeeds: list[str] = Field(  # noqa: N815  (the name that its users know)
        description="Feeds of an old app that no connected account serves yet.", examples=[["@natgeo"]]
    )
    accounts: list[ConnectedAccount] = Field(description="Its accounts, in the order in which they were connected.")


def changed(app: App, change: AppChange, rollout: Rollout) -> App:
    """The app with `change` applied, and its migration started if due."""
    return migration.saved(app._replace(**change.fields()), rollout, graph_api=change.graph_api)


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
    """Identifies what was saved; it does not change when accounts connect or expire."""
    return f'"{app.version}"'


def _account(link: AccountLink, install: Install, now: float) -> ConnectedAccount:
    return ConnectedAccount(
        install=install.id,
        instagram_account=install.instagram_account,
        provider=install.provider.value,
        state=install.state_at(now).value,
        connected_at=rfc3339(link.connected_at),
        posts_stored=install.posts_stored,
        media_count=install.media_count,
        backfill=_backfill(install),
    )


def _backfill(install: Install) -> AccountBackfill:
    made = progress(install)
    done_at = None if made.done_at is None else rfc3339(made.done_at)
    return AccountBackfill(done=made.done, stage=made.stage.value, done_at=done_at)
