"""Builds the intake of uploads."""

from typing import NamedTuple

from signpost.analytics.export import wiring as exports
from signpost.analytics.export.limits import LIMITS, Limits
from signpost.analytics.uploads.intake import UploadIntake
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    exports: exports.Settings
    uploads_queue: str
    snapshot_queue: str


class UploadFeature(NamedTuple):
    queue: MessageQueue  # where uploads are announced
    intake: UploadIntake


def build(settings: Settings, *, clock: Clock = system_clock, limits: Limits = LIMITS) -> UploadFeature:
    imports = exports.build(settings.exports, clock=clock, limits=limits)
    intake = UploadIntake(imports, MessageQueue(aws.sqs(), settings.snapshot_queue))
    return UploadFeature(MessageQueue(aws.sqs(), settings.uploads_queue), intake)
