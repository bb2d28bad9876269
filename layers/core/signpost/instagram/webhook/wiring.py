"""Builds the intake of webhooks."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.instagram.app_secrets import NO_APPS, MetaApps, meta_apps
from signpost.instagram.webhook.intake import WebhookIntake
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue
from signpost.platform.secrets import JsonSecret


class Settings(NamedTuple):
    hints_queue: str
    meta_apps_secret: str
    legacy_signatures: str  # "on" also takes those of old apps


def build(
    settings: Settings, *, apps: Callable[[], MetaApps] | None = None, clock: Clock = system_clock
) -> WebhookIntake:
    """`apps`: in place of the secret."""
    secret = JsonSecret(aws.secretsmanager(), settings.meta_apps_secret, meta_apps, NO_APPS)
    queue = MessageQueue(aws.sqs(), settings.hints_queue)
    return WebhookIntake(apps or secret.value, queue, clock, legacy=settings.legacy_signatures == "on")
