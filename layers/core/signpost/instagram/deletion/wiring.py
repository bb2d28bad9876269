"""Builds the intake of requests for deletion; `erasure` fulfils them."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.instagram.app_secrets import NO_APPS, MetaApps, meta_apps
from signpost.instagram.deletion.intake import DeletionIntake
from signpost.instagram.deletion.store import DeletionStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue
from signpost.platform.secrets import JsonSecret


class Settings(NamedTuple):
    deletion_queue: str
    installs_table: str
    meta_apps_secret: str
    public_url: str


def build(
    settings: Settings, *, apps: Callable[[], MetaApps] | None = None, clock: Clock = system_clock
) -> DeletionIntake:
    """`apps`: in place of the secret."""
    secret = JsonSecret(aws.secretsmanager(), settings.meta_apps_secret, meta_apps, NO_APPS)
    return DeletionIntake(
        apps or secret.value,
        MessageQueue(aws.sqs(), settings.deletion_queue),
        lambda: DeletionStore(aws.dynamodb_json(), settings.installs_table),
        settings.public_url,
        clock,
    )
