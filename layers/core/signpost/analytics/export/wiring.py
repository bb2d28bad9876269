"""Builds the imports of exports from their settings."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.analytics.export.files import ExportFiles
from signpost.analytics.export.imports import ExportImports
from signpost.analytics.export.limits import LIMITS, Limits
from signpost.analytics.export.store import ImportStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.ids import ulid


class Settings(NamedTuple):
    export_imports_table: str
    export_files_bucket: str


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    new_id: Callable[[float], str] = ulid,
    limits: Limits = LIMITS,
) -> ExportImports:
    return ExportImports(
        store=ImportStore(aws.dynamodb(), settings.export_imports_table),
        files=ExportFiles(aws.s3, settings.export_files_bucket, limits.upload),
        clock=clock,
        new_id=new_id,
        limits=limits,
    )
