"""Copies of pictures in S3, as browsers get them."""

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import ClientError

from signpost.platform.aws import error_code, named_errors
from signpost.platform.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

# A folder and a name, without dot segments.
_PATH: Final = re.compile(r"[0-9A-Za-z_-]{1,100}/[0-9A-Za-z_-]{1,100}\.[0-9a-z]{1,5}", re.ASCII)
_TYPES: Final = (
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "image/avif",
    "image/heic",
)  # no scripts
_LARGEST: Final = 4_400_000  # bytes: a reply has at most 6 MB, and base64 makes four of three
# Without the right to list, S3 does not say whether there is such a key.
_MISSING: Final = ("NoSuchKey", "AccessDenied", "404", "403")


class Picture(NamedTuple):
    content: bytes
    content_type: str


class StoredPictures:
    """`client` is called for the first picture: feeds do without it."""

    def __init__(self, client: "Callable[[], S3Client]", bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def get(self, path: str) -> Picture:
        """The picture with the key `pictures/<path>`.

        Raises:
            NotFound: there is no such picture.
            Unavailable: S3 does not answer.
        """
        if not _PATH.fullmatch(path):
            raise NotFound("There is no such picture.")
        try:
            with named_errors("The picture store"):
                found = self._client().get_object(Bucket=self._bucket, Key=f"pictures/{path}")
                content_type = found["ContentType"].partition(";")[0].strip().lower()
                if content_type not in _TYPES or found["ContentLength"] > _LARGEST:
                    found["Body"].close()
                    raise NotFound("There is no such picture.")
                return Picture(found["Body"].read(), content_type)
        except ClientError as error:
            if error_code(error) in _MISSING:
                raise NotFound("There is no such picture.") from error
            raise
