"""Builds the administration of apps from its settings."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.apps.accounts import AppAccounts
from signpost.instagram.apps.admin import AppAdmin
from signpost.instagram.apps.connect_key_store import ConnectKeyStore
from signpost.instagram.apps.connect_keys import ConnectKeys, new_key
from signpost.instagram.apps.connect_links import ConnectLinks
from signpost.instagram.apps.install_apps_store import InstallAppsStore
from signpost.instagram.apps.link_admin import LinkAdmin
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.store import AppStore
from signpost.instagram.cipher import ConnectKeyCipher
from signpost.instagram.install_store import InstallStore
from signpost.instagram.secret_text import SecretText
from signpost.platform import aws, guards
from signpost.platform.clock import Clock, system_clock
from signpost.platform.settings import listed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Settings(NamedTuple):
    apps_table: str
    installs_table: str
    administrator: guards.Settings
    token_key: str
    public_url: str = ""  # empty: the API's own address
    migrate_apps: str = ""
    migrate_app_types: str = "socialFeed"


class AccountSettings(NamedTuple):
    """What decisions about accounts need, without the rest of an app's administration."""

    apps_table: str
    installs_table: str
    migrate_apps: str = ""
    migrate_app_types: str = "socialFeed"


class Administration(NamedTuple):
    apps: AppAdmin
    accounts: AppAccounts
    links: LinkAdmin
    public_url: str


def build(
    settings: Settings, *, clock: Clock = system_clock, new_key: Callable[[], SecretText] = new_key
) -> tuple[Administration, guards.Guard]:
    client = aws.dynamodb()
    apps, installs = AppStore(client, settings.apps_table), InstallStore(client, settings.installs_table)
    rollout = Rollout(listed(settings.migrate_apps), listed(settings.migrate_app_types))
    by_install = InstallAppsStore(client, settings.apps_table)
    keys = ConnectKeys(
        ConnectKeyStore(client, settings.apps_table),
        lambda: ConnectKeyCipher(aws.kms(), settings.token_key),
        clock,
        new_key,
    )
    links = ConnectLinks(keys, clock)
    administration = Administration(
        AppAdmin(apps, installs, links, rollout, clock),
        AppAccounts(apps, by_install, installs, rollout, clock),
        LinkAdmin(keys, links, clock),
        settings.public_url,
    )
    return administration, guards.administrator(settings.administrator, clock=clock)


def build_accounts(
    settings: AccountSettings, *, clock: Clock = system_clock, client: "DynamoDBClient | None" = None
) -> AppAccounts:
    client = client or aws.dynamodb()
    return AppAccounts(
        AppStore(client, settings.apps_table),
        InstallAppsStore(client, settings.apps_table),
        InstallStore(client, settings.installs_table),
        Rollout(listed(settings.migrate_apps), listed(settings.migrate_app_types)),
        clock,
    )
