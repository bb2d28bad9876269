"""Apps in the administration's requests and replies."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, model_validator

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import AccountLink, App, AppWithLinks, LinkState
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
    {
        *("app_id", "accounts", "pending_accounts", "connect_url"),
        *("shows_banner", "instagram_graph_api_migrated_at", "instagramNotMigratedFeeds"),
    }
)


def _feed(text: str) -> str:
    """A hashtag or an account, kept as the owner wrote it."""
    written = text.strip()
    if written[:1] not in ("#", "@") or not _name(tag_name if written[0] == "#" else account_name, written):
        raise ValueError("must be a hashtag such as #food, or an account such as @natgeo")
    return written


def _tag(text: str) -> str:
    tag = _name(tag_name, text)
    if not tag:
        raise ValueError("must be a hashtag: letters, digits and underscores")
    return tag


def _name(read: Callable[[str], str], text: str) -> str:
    """`read`'s result; "" if it refuses the text."""
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
    description=(
        "Everything that it shows: accounts such as @natgeo, hashtags such as #food. "
        "Without any, it shows every account that its owner accepted, and no hashtag."
    ),
    examples=[["@nora.bakes.demo", "#bread"]],
)
_ORIGINS = Field(description="The sites whose pages may read its feeds.", examples=[["https://bakery.example"]])
_IMPORT_TAGS = Field(
    description="Import only its accounts' posts with one of these hashtags; all if there are none.",
    examples=[["bread"]],
)
_DEFAULT_ACCOUNT = Field(
    description="The connection to show when no account is named. Null: the first one that was accepted.",
    examples=["instagram-17841400000000001"],
)
_OWNER_EMAIL = Field(description="Who gets e-mails about its connections. Null: nobody.", examples=["nora@example.com"])


class AppChange(BaseModel):
    """The body of a PUT. Each key present replaces the app's value; null clears one that may be null."""

    model_config = ConfigDict(extra="forbid", strict=True)

    app_type: Annotated[Text, _APP_TYPE] = ""
    user: Annotated[Text, _USER] = ""
    is_new: Annotated[StrictBool, _IS_NEW] = True
    feeds: Annotated[list[FeedName], Field(max_length=_MOST), _FEEDS] = []
    origins: Annotated[list[Origin], Field(max_length=_MOST), _ORIGINS] = []
    import_tags: Annotated[list[TagName], Field(max_length=_MOST), _IMPORT_TAGS] = []
    owner_email: Annotated[Email | None, _OWNER_EMAIL] = None
    default_account: Annotated[Text | None, _DEFAULT_ACCOUNT] = None
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
    """The progress of the fetch of all older posts."""

    done: bool = Field(
        description="All posts are stored, with their comments and the insights that Meta still has.", examples=[False]
    )
    stage: str = Field(
        description="Its stage: waiting for the first fetch, fetching posts, then their comments, then their metrics.",
        examples=["posts"],
        json_schema_extra={"enum": list(Stage)},
    )
    done_at: str | None = Field(description="When it was done.", examples=[None])


class ConnectedAccount(BaseModel):
    """An account that was connected for the app, or that asks to be shown there."""

    install: str = Field(description="The id of its connection.", examples=["instagram-17841400000000001"])
    instagram_account: str = Field(description="Its username now.", examples=["nora.bakes.demo"])
    provider: str = Field(description="The login it was connected with.", examples=["instagram"])
    state: str = Field(description="Whether the connection works.", examples=["active"])
    connected_at: str = Field(
        description="When it was first connected for this app.", examples=["2026-11-21T07:00:00.000000Z"]
    )
    link: str = Field(
        description="`accepted`: the app shows it; `pending`: its owner has yet to decide; `refused`.",
        examples=["accepted"],
        json_schema_extra={"enum": [state.value for state in LinkState]},
    )
    is_default: bool = Field(description="Whether it is shown when no account is named.", examples=[True])
    posts_stored: int | None = Field(
        description="How many of its posts are stored. Null: none has been fetched yet.", examples=[1250]
    )
    media_count: int | None = Field(description="How many posts it has, according to Instagram.", examples=[4980])
    backfill: AccountBackfill = Field(
        description="Whether its older posts are stored too.",
        examples=[{"done": False, "stage": "posts", "done_at": None}],
    )


class AccountList(BaseModel):
    """Who is shown in an app, who asks to be, and who was refused."""

    data: list[ConnectedAccount] = Field(
        description="Those that are shown, in the order in which they were accepted, then the others."
    )


class Decision(BaseModel):
    """The decision of the app's owner about an account."""

    model_config = ConfigDict(extra="forbid")

    link: Literal["accepted", "refused"] = Field(
        description="`accepted`: the app shows it. `refused`: it does not, and the account cannot ask again.",
        examples=["accepted"],
    )


class AppSummary(BaseModel):
    """An app in the list."""

    app_id: str = Field(description="Its id.", examples=["bakery"])
    app_type: Annotated[str, _APP_TYPE]
    user: Annotated[str, _USER]
    is_new: Annotated[bool, _IS_NEW]
    feeds: Annotated[list[str], _FEEDS]
    owner_email: Annotated[str | None, _OWNER_EMAIL]


class AppPage(BaseModel):
    """Apps that were saved, in the order of their ids."""

    data: list[AppSummary] = Field(description="The apps of this page.")
    next_after: str | None = Field(
        description="Where the next page begins: send it as `after`. Null: this is the last one.", examples=["bakery"]
    )


class KeyRequest(BaseModel):
    """What happens to older connect keys."""

    model_config = ConfigDict(extra="forbid", strict=True)

    keep_old: bool = Field(
        default=True,
        description="Older keys stay valid for a week. `false`: they end within a minute, together with their links.",
        examples=[True],
    )


class ConnectKeyView(BaseModel):
    """A new connect key."""

    connect_key: str = Field(
        description="Signs connect links (docs/widgets.md). It is not stored and never shown again.",
        examples=["spck_Zl1CqWt3vK9xq0O4Yw7bJr2nHs8uDfAe5iGmTkPyLxM"],
    )


class LinkRequest(BaseModel):
    """The properties of a connect link."""

    model_config = ConfigDict(extra="forbid", strict=True)

    expires_in: Annotated[int, Field(ge=60, le=366 * 86_400)] | None = Field(
        default=None, description="How many seconds it is valid for. Null: as long as the app's key.", examples=[86_400]
    )
    return_to: Annotated[str, Field(max_length=1024)] | None = Field(
        default=None,
        description="The page that the login returns to, on an allowed host. Null: a page of ours.",
        examples=["https://bakery.example/settings"],
    )


class ConnectLinkView(BaseModel):
    """A connect link: whoever opens it can connect an account for the app."""

    connect_url: str = Field(
        description="Where to connect an account.",
        examples=["https://signpost.example/showlogin?app_id=bakery&connect=eyJ2YWx1ZXMiOnt9fQ.c2lnbmF0dXJl"],
    )
    expires_at: str | None = Field(
        description="When it ends. Null: with the app's key.", examples=["2026-11-22T07:00:00.000000Z"]
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
    default_account: Annotated[str | None, _DEFAULT_ACCOUNT]
    connect_url: str | None = Field(
        description="Where its owner connects accounts: keep it secret. Null: the app has not been saved yet.",
        examples=["https://signpost.example/showlogin?app_id=bakery&connect=eyJ2YWx1ZXMiOnt9fQ.c2lnbmF0dXJl"],
    )
    shows_banner: bool = Field(description="Whether its owner is asked to connect an account.", examples=[False])
    instagram_graph_api_migrated_at: str | None = Field(
        description="When an old app's first account was connected; `never` until then. Null: it does not migrate.",
        examples=["2026-11-21T07:00:00.000000Z"],
    )
    instagramNotMigratedFeeds: list[str] = Field(  # noqa: N815  (the name that its users know)
        description="Feeds of an old app that no connected account serves yet.", examples=[["@natgeo"]]
    )
    accounts: list[ConnectedAccount] = Field(
        description="The accounts that it shows, in the order in which they were accepted."
    )
    pending_accounts: list[ConnectedAccount] = Field(
        description="Accounts that ask to be shown; its owner accepts or refuses them."
    )


def changed(found: AppWithLinks, change: AppChange, rollout: Rollout) -> App:
    """The app with `change` applied, and its migration started if due.

    Raises:
        InvalidField: the default account is not one of the app's.
    """
    fields = change.fields()
    default = fields.get("default_account")
    if default is not None and default not in (link.install for link in found.links):
        raise InvalidField("default_account: use the `install` of one of the app's accounts.")
    return migration.saved(found.app._replace(**fields), rollout, graph_api=change.graph_api)


def view(found: AppWithLinks, installs: Mapping[str, Install], now: float, connect_url: str | None) -> AppView:
    """Links whose install is gone are left out."""
    app, default = found.app, default_install(found)
    pending = [link for link in found.others if link.state is LinkState.PENDING]
    return AppView.model_validate(
        {
            **_fields(app),
            "origins": list(app.origins),
            "import_tags": list(app.import_tags),
            "default_account": app.default_account if app.default_account == default else None,
            "connect_url": connect_url,
            **migration.fields(app),
            "accounts": _accounts(found.links, installs, default, now),
            "pending_accounts": _accounts(pending, installs, default, now),
        }
    )


def page_view(apps: Sequence[App], next_after: str | None) -> AppPage:
    return AppPage(data=[AppSummary.model_validate(_fields(app)) for app in apps], next_after=next_after)


def accounts_view(found: AppWithLinks, installs: Mapping[str, Install], now: float) -> AccountList:
    links = (*found.links, *found.others)
    return AccountList(data=_accounts(links, installs, default_install(found), now))


def account_view(found: AppWithLinks, link: AccountLink, install: Install, now: float) -> ConnectedAccount:
    return _account(link, install, default_install(found), now)


def default_install(found: AppWithLinks) -> str | None:
    """The id of the install that is shown when none is named: the chosen one, if it is accepted."""
    accepted = [link.install for link in found.links]
    chosen = found.app.default_account
    return chosen if chosen in accepted else next(iter(accepted), None)


def etag(app: App) -> str:
    """Identifies what was saved; it does not change when accounts connect or expire."""
    return f'"{app.version}"'


def _fields(app: App) -> dict[str, Any]:
    names = ("app_id", "app_type", "user", "is_new", "owner_email")
    return {**{name: getattr(app, name) for name in names}, "feeds": list(map(_signed, app.feeds))}


def _signed(feed: str) -> str:
    """A feed in the form in which it is saved now: accounts used to be accepted without their sign."""
    return feed if feed.startswith(("#", "@")) else f"@{feed}"


def _accounts(
    links: Iterable[AccountLink], installs: Mapping[str, Install], default: str | None, now: float
) -> list[ConnectedAccount]:
    return [_account(link, installs[link.install], default, now) for link in links if link.install in installs]


def _account(link: AccountLink, install: Install, default: str | None, now: float) -> ConnectedAccount:
    return ConnectedAccount(
        install=install.id,
        instagram_account=install.instagram_account,
        provider=install.provider.value,
        state=install.state_at(now).value,
        connected_at=rfc3339(link.connected_at),
        link=link.state.value,
        is_default=install.id == default,
        posts_stored=install.posts_stored,
        media_count=install.media_count,
        backfill=_backfill(install),
    )


def _backfill(install: Install) -> AccountBackfill:
    made = progress(install)
    done_at = None if made.done_at is None else rfc3339(made.done_at)
    return AccountBackfill(done=made.done, stage=made.stage.value, done_at=done_at)
