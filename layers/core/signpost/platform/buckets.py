"""Listing and deleting objects of S3 buckets."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def pages_of_keys(client: "S3Client", bucket: str, prefix: str, service: str) -> Iterator[list[str]]:
    """The keys that begin with `prefix`. Raises `Unavailable`, which names `service`."""
    with named_errors(service):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            yield [each["Key"] for each in page.get("Contents", ())]


def delete(client: "S3Client", bucket: str, keys: Sequence[str], service: str) -> None:
    """Delete up to 1,000 objects. Raises `Unavailable`, which names `service`, if some may be left."""
    if not keys:
        return
    objects: list[Any] = [{"Key": key} for key in keys]
    with named_errors(service):
        reply = client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    if reply.get("Errors"):
        raise Unavailable(f"{service} did not delete everything; try again.")
