"""What connecting an account makes of its install: all that belongs to the connection is new, the rest stays."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import App
from signpost.instagram.connection_states import ConnectionState, state_at
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.installs import Install, install_id
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText
from signpost.instagram.tokens.steps import next_check_day
from signpost.platform.errors import Conflict

# Attributes of an install that a reconnect leaves as they are: they belong to the account, not to the connection.
KEPT: Final = frozenset({"owner_email", "import_tags", "synced_at", "fetched_from", "last_media_at"})
MOST_APP_TOKENS: Final = 10  # of an install: more phones than that one person has


class BeingErased(Conflict):
    code = "being_erased"


class LoginAccount(NamedTuple):
    """An account that a login's token reaches; with `facebook`, through a Page. Its token is only for webhooks."""

    account: ProfessionalAccount
    page_id: str | None = None
    page_name: str | None = None
    page_token: SecretText | None = None


class Login(NamedTuple):
    """What Meta gave. Times are seconds since 1970, None for an end: never, or not told. At least one account."""

    provider: Provider
    token: SecretText
    issued_at: float
    expires_at: float | None
    data_access_expires_at: float | None
    scopes: tuple[str, ...]
    person_id: str | None
    accounts: tuple[LoginAccount, ...]


class AppReference(NamedTuple):
    """The app that an account is connected for. `app_type` and `user` are those of an app that is not stored yet."""

    app_id: str
    app_type: str = ""
    user: str = ""


def new_install(login: Login, reached: LoginAccount, connection: str, now: float) -> Install:
    """The install as this connection makes it, its token still to be encrypted; what is `KEPT` is not in it."""
    account = reached.account
    install = Install(
        install_id(login.provider, account.id),
        login.provider,
        account.username,
        account.id,
        connection,
        now,
        ConnectionState.ACTIVE,
        b"",
        login.issued_at,
        login.expires_at,
        login.data_access_expires_at,
        login.scopes,
        login.person_id,
        account.app_scoped_id,
        reached.page_id,
        reached.page_name,
        account.name,
        account.profile_picture_url,
        account.followers_count,
        account.media_count,
        sync_at=now,
    )
    state = state_at(install.as_connection(), now)
    install = install._replace(state=state)
    return install._replace(check_day=next_check_day(install.as_connection(), now))


def app_after(
    app: App | None, purpose: AppReference, username: str, now: float, rollout: migration.Rollout
) -> App | None:
    """The app once that account is connected for it. None: it is not stored, and nothing is known to store of it."""
    if app is None and not (purpose.app_type or purpose.user):
        return None
    before = app or App(purpose.app_id, purpose.app_type, purpose.user)
    return migration.connected(before, username, now, rollout)


def with_app_token(given: Mapping[str, float], token_hash: str, now: float) -> dict[str, float]:
    """The hashes of an install's app tokens and when each was given, with one more; the oldest give way."""
    others = sorted(((at, other) for other, at in given.items() if other != token_hash), reverse=True)
    return {token_hash: now, **{other: at for at, other in others[: MOST_APP_TOKENS - 1]}}
