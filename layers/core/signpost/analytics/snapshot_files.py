"""Packed snapshots in S3, one object each: `snapshots/<member>/<ULID>`. The ULIDs sort by when they were begun."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from signpost.analytics.errors import SnapshotGone
from signpost.platform import buckets
from signpost.platform.aws import error_code, named_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SERVICE: Final = "The snapshot store"
_MISSING: Final = ("NoSuchKey", "404")


class SnapshotFiles:
    """Every method raises `Unavailable` when S3 does not answer."""

    def __init__(self, client: "Callable[[], S3Client]", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def save(self, member: str, version: str, packed: bytes) -> None:
        with named_errors(_SERVICE):
            self._client().put_object(
                Bucket=self._bucket,
                Key=_prefix(member) + version,
                Body=packed,
                ContentType="application/octet-stream",
            )

    def load(self, member: str, version: str) -> bytes:
        """Raises `SnapshotGone` if a later one has replaced it, or the member has left."""
        try:
            with named_errors(_SERVICE):
                return self._client().get_object(Bucket=self._bucket, Key=_prefix(member) + version)["Body"].read()
        except ClientError as error:
            if error_code(error) in _MISSING:
                raise SnapshotGone("The snapshot has been replaced; try again.") from error
            raise

    def delete(self, member: str, version: str) -> None:
        with named_errors(_SERVICE):
            self._client().delete_object(Bucket=self._bucket, Key=_prefix(member) + version)

    def delete_before(self, member: str, version: str) -> None:
        """Those that were begun before this one."""
        self._delete(member, lambda each: each < version)

    def erase(self, member: str) -> None:
        """All of them."""
        self._delete(member, lambda _: True)

    def _delete(self, member: str, chosen: Callable[[str], bool]) -> None:
        prefix = _prefix(member)
        for keys in buckets.pages_of_keys(self._client(), self._bucket, prefix, _SERVICE):
            old = [key for key in keys if chosen(key.removeprefix(prefix))]
            buckets.delete(self._client(), self._bucket, old, _SERVICE)


def _prefix(member: str) -> str:
    return f"snapshots/{member}/"
