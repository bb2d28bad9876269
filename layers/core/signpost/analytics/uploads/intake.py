"""Reads uploads when S3 announces them, and has new snapshots taken with what was in them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from signpost.analytics.export.places import from_key

if TYPE_CHECKING:
    from signpost.analytics.export.imports import ExportImports, FileResult
    from signpost.platform.queue import MessageQueue


class UploadIntake:
    """`snapshots`: the queue of jobs that take snapshots."""

    def __init__(self, imports: "ExportImports", snapshots: "MessageQueue") -> None:
        self._imports, self._snapshots = imports, snapshots

    def take(self, keys: Iterable[str]) -> "FileResult | None":
        """Read the upload with one of these keys. None: there is none, or no longer.

        Raises:
            InvalidInput: none of them is the key of an upload.
            Unavailable: AWS does not answer; may be called again.
        """
        result, member = None, None
        for key in keys:
            result = self._imports.take(key)
            upload = from_key(key)
            member = upload.member if upload else member
            if result is not None:
                break
        # Also when there is nothing to read: perhaps only this failed, and the message was delivered again.
        if member is not None and (result is None or result.refusal is None):
            self._snapshots.send([{"member": member}])
        return result
