"""Uploads, and the lists that were read from them, in S3: see `places`."""

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from signpost.analytics.export.imports import Form
from signpost.analytics.export.names import Kind
from signpost.analytics.export.places import FILE_NAME, Upload, import_of, prefixes
from signpost.analytics.export.reading import Accounts, ExportReading
from signpost.platform import buckets
from signpost.platform.aws import error_code, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

BLOCK: Final = 1_048_576  # bytes
_VERSION: Final = 1  # of the stored lists
_SERVICE: Final = "The upload store"
_MISSING: Final = ("NoSuchKey", "404")
_CHANGED: Final = ("PreconditionFailed", "412")


class StoredUpload:
    """An upload as it was when it was opened, read block by block."""

    def __init__(self, client: "S3Client", bucket: str, key: str, etag: str, size: int) -> None:
        self._client, self._bucket, self.key, self.etag, self.size = client, bucket, key, etag, size
        self._at = self._block_at = 0
        self._block = b""

    def seek(self, offset: int, /) -> int:
        self._at = offset
        return offset

    def read(self, size: int, /) -> bytes:
        """Raises `Unavailable` when S3 does not answer, or the upload was replaced."""
        start = self._at // BLOCK * BLOCK
        if self._at >= self.size:
            return b""
        if start != self._block_at or not self._block:
            self._block, self._block_at = self._fetch(start), start
        found = self._block[self._at - start : self._at - start + size]
        self._at += len(found)
        return found

    def _fetch(self, start: int) -> bytes:
        end = min(start + BLOCK, self.size) - 1
        try:
            with named_errors(_SERVICE):
                reply = self._client.get_object(
                    Bucket=self._bucket, Key=self.key, Range=f"bytes={start}-{end}", IfMatch=self.etag
                )
                return reply["Body"].read()
        except ClientError as error:
            if error_code(error) in (*_CHANGED, *_MISSING):
                raise Unavailable("The upload changed while it was read; try again.") from error
            raise


class ExportFiles:
    """Every method raises `Unavailable` when S3 does not answer."""

    def __init__(self, client: "Callable[[], S3Client]", bucket: str, largest: int) -> None:
        self._client, self._bucket, self._largest = client, bucket, largest

    def form(self, place: Upload, seconds: int) -> Form:
        """A form for files of up to `largest` bytes, each stored under its own name. `place` has no name yet."""
        made = self._client().generate_presigned_post(
            self._bucket,
            f"{place.key}{FILE_NAME}",
            Conditions=[["content-length-range", 1, self._largest]],
            ExpiresIn=seconds,
        )
        return Form(made["url"], made["fields"])

    def open(self, key: str) -> StoredUpload | None:
        """None: there is no such upload (any more)."""
        try:
            with named_errors(_SERVICE):
                found = self._client().head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if error_code(error) in _MISSING:
                return None
            raise
        return StoredUpload(self._client(), self._bucket, key, found["ETag"], found["ContentLength"])

    def save_lists(self, key: str, reading: ExportReading) -> None:
        lists = {Kind.FOLLOWERS: reading.followers, Kind.FOLLOWING: reading.following}
        content = {
            kind.value: {"usernames": list(accounts), "since": list(accounts.values())}
            for kind, accounts in lists.items()
            if accounts is not None
        }
        body = gzip.compress(json.dumps({"version": _VERSION, **content}).encode(), mtime=0)
        with named_errors(_SERVICE):
            self._client().put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/gzip")

    def load_list(self, key: str, kind: Kind) -> Accounts:
        try:
            with named_errors(_SERVICE):
                body = self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            if error_code(error) in _MISSING:
                raise Unavailable("The list was replaced meanwhile; try again.") from error
            raise
        content = json.loads(gzip.decompress(body))[kind.value]
        return dict(zip(content["usernames"], content["since"], strict=True))

    def delete(self, upload: StoredUpload) -> None:
        """Unless it was replaced meanwhile: S3 announces the new one."""
        try:
            with named_errors(_SERVICE):
                self._client().delete_object(Bucket=self._bucket, Key=upload.key, IfMatch=upload.etag)
        except ClientError as error:
            if error_code(error) not in (*_CHANGED, *_MISSING):
                raise

    def delete_all(self, member: str, import_id: str) -> None:
        """What was uploaded for an import, and what was read from it."""
        for keys in self._keys(prefixes(member, import_id)):
            self._delete(keys)

    def delete_before(self, member: str, first_kept: str) -> None:
        """What a member has uploaded for imports before this id, and what was read from it."""
        for keys in self._keys(prefixes(member)):
            self._delete([key for key in keys if import_of(key) < first_kept])

    def _keys(self, prefixes: Iterable[str]) -> Iterator[list[str]]:
        """Page by page."""
        for prefix in prefixes:
            yield from buckets.pages_of_keys(self._client(), self._bucket, prefix, _SERVICE)

    def _delete(self, keys: Sequence[str]) -> None:
        buckets.delete(self._client(), self._bucket, keys, _SERVICE)
