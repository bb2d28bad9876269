"""Builds the administration of apps from its settings."""

from typing import NamedTuple

from signpost.instagram.apps.admin import AppAdmin
from signpost.instagram.apps.install_settings_store import InstallSettingsStore
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.store import AppStore
from signpost.instagram.install_store import InstallStore
from signpost.platform import aws, guards
from signpost.platform.clock import Clock, system_clock
from signpost.platform.settings import listed


class Settings(NamedTuple):
    apps_table: str
    installs_table: str
    administrator: guards.Settings
    migrate_apps: str = ""
    migrate_app_types: str = "socialFeed"


def build(settings: Settings, *, clock: Clock = system_clock) -> tuple[AppAdmin, guards.Guard]:
    client = aws.dynamodb()
    admin = AppAdmin(
        AppStore(client, settings.apps_table),
        InstallStore(client, settings.installs_table),
        InstallSettingsStore(client, settings.installs_table),
        Rollout(listed(settings.migrate_apps), listed(settings.migrate_app_types)),
        clock,
    )
    return admin, guards.administrator(settings.administrator, clock=clock)
