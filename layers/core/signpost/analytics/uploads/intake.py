"""Takes uploads as S3 tells of them, and has reports made of what was in them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from signpost.analytics.export.places import from_key

if TYPE_CHECKING:
    from signpost.analytics.export.imports import ExportImports, FileResult
    from signpost.platform.queue import MessageQueue


class UploadIntake:
    """`snapshots`: jobs of taking snapshots of members."""

    def __init__(self, imports: "ExportImports", snapshots: "MessageQueue") -> None:
        self._imports, self._snapshots = imports, snapshots

    def take(self, keys: Iterable[str]) -> "FileResult | None":
        """Read the upload that has one of these keys. None: there is none (any more).

        Raises:
            InvalidInput: none of them can be an upload's.
            Unavailable: AWS does not answer; may be called again.
        """
        result, member = None, None
        for key in keys:
            result = self._imports.take(key)
            upload = from_key(key)
            member = upload.member if upload else member
            if result is not None:
                break
        # Also when there is nothing to read: the message may come again because only this has failed.
        if member is not None and (result is None or result.refusal is None):
            self._snapshots.send([{"member": member}])
        return result
