"""What connecting an account does to its install and app: everything about the connection is new, the rest stays."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import App
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.installs import Install, install_id
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText
from signpost.instagram.tokens.steps import next_check_day
from signpost.platform.errors import Conflict

# Attributes of an install that a reconnect keeps: they belong to the account, not to the connection.
KEPT: Final = frozenset(
    {"former_names", "apps", "import_tags", "synced_at", "fetched_from", "last_media_at", "posts_stored"}
    | {"backfill_stage", "backfill_after", "backfill_before", "backfill_done_at"}  # not the sign of life: it restarts
    | {"backfill_passed", "backfill_stage_at", "backfill_saved_at", "backfill_news", "news"}
    | {"demographics_at", "last_story_at"}
)
_MOST_APP_TOKENS: Final = 10  # per install: nobody has more phones


class BeingErased(Conflict):
    code = "being_erased"


class LoginAccount(NamedTuple):
    """An account that a login's token reaches; for `facebook`, through a Page, whose token is only for webhooks."""

    account: ProfessionalAccount
    page_id: str | None = None
    page_name: str | None = None
    page_token: SecretText | None = None


class Login(NamedTuple):
    """Meta's answer: at least one account. Times are seconds since 1970; an end of None: never, or unknown."""

    provider: Provider
    token: SecretText
    issued_at: float
    expires_at: float | None
    data_access_expires_at: float | None
    scopes: tuple[str, ...]
    person_id: str | None
    accounts: tuple[LoginAccount, ...]


class AppReference(NamedTuple):
    """The app that an account is connected for.

    `is_owners`: the login's address proves that the app's owner wants it; otherwise the account asks to be shown there.
    `app_type` and `user` are for an app that has been saved without them.
    """

    app_id: str
    app_type: str = ""
    user: str = ""
    is_owners: bool = False


def new_install(login: Login, account: LoginAccount, connection: str, now: float) -> Install:
    """The install for this connection, without its token, which is encrypted later, and without what is `KEPT`."""
    professional = account.account
    install = Install(
        id=install_id(login.provider, professional.id),
        provider=login.provider,
        instagram_account=professional.username or professional.id,  # until a sync learns the name
        instagram_business_account_id=professional.id,
        connection=connection,
        connected_at=now,
        state=ConnectionState.ACTIVE,
        token=b"",
        issued_at=login.issued_at,
        expires_at=login.expires_at,
        data_access_expires_at=login.data_access_expires_at,
        scopes=login.scopes,
        person_id=login.person_id,
        app_scoped_id=professional.app_scoped_id,
        page_id=account.page_id,
        page_name=account.page_name,
        name=professional.name,
        profile_picture_url=professional.profile_picture_url,
        followers_count=professional.followers_count,
        media_count=professional.media_count,
        sync_at=now,
    )
    install = install._replace(state=install.state_at(now))
    return install._replace(check_day=next_check_day(install, now))


def app_after(app: App, reference: AppReference, username: str, now: float, rollout: migration.Rollout) -> App:
    """The app after its owner had that account connected."""
    known = app._replace(app_type=app.app_type or reference.app_type, user=app.user or reference.user)
    return migration.connected(known, username, now, rollout)


def with_app_token(given: Mapping[str, float], token_hash: str, now: float) -> dict[str, float]:
    """An install's app tokens, as hashes with the time of issue, plus a new one; the oldest are dropped."""
    others = sorted(((at, other) for other, at in given.items() if other != token_hash), reverse=True)
    return {token_hash: now, **{other: at for at, other in others[: _MOST_APP_TOKENS - 1]}}
