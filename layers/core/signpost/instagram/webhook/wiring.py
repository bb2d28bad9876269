"""Builds the intake of everything that Meta sends: webhooks, and people's requests."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.instagram.app_secrets import NO_APPS, MetaApps, meta_apps
from signpost.instagram.deletion.intake import DeletionIntake
from signpost.instagram.deletion.store import DeletionStore
from signpost.instagram.webhook.intake import WebhookIntake
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue
from signpost.platform.secrets import JsonSecret


class Settings(NamedTuple):
    hints_queue: str
    deletion_queue: str
    installs_table: str
    meta_apps_secret: str
    legacy_signatures: str  # "on" also takes those of old apps
    public_url: str = ""  # empty: the API's own address


class Intake(NamedTuple):
    webhooks: WebhookIntake
    deletions: DeletionIntake
    public_url: str


def build(settings: Settings, *, apps: Callable[[], MetaApps] | None = None, clock: Clock = system_clock) -> Intake:
    """`apps`: in place of the secret."""
    apps = apps or JsonSecret(aws.secretsmanager(), settings.meta_apps_secret, meta_apps, NO_APPS).value
    hints = MessageQueue(aws.sqs(), settings.hints_queue)
    deletions = MessageQueue(aws.sqs(), settings.deletion_queue)
    return Intake(
        WebhookIntake(apps, hints, clock, legacy=settings.legacy_signatures == "on"),
        DeletionIntake(
            apps,
            deletions,
            lambda: DeletionStore(aws.dynamodb(), settings.installs_table),
            clock,
        ),
        settings.public_url,
    )
