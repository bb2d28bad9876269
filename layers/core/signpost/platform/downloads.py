"""Files for people to download: small ones in the reply, large ones in S3."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.platform.aws import named_errors

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# A reply may have 6 MB (Lambda quotas), including what JSON escapes in its body.
IN_REPLY = 4_000_000  # bytes
PART = 8_000_000  # bytes; S3 takes no part under 5 MiB, except the last
LINK_SECONDS = 900
_SERVICE = "The download store"


class Finished(NamedTuple):
    """One of the two is None."""

    text: str | None
    url: str | None


class Download:
    """Grows piece by piece, and moves to S3 in parts once it is too large for a reply.

    Every method raises `Unavailable` when S3 does not answer. The bucket's rules remove unfinished uploads.
    """

    def __init__(
        self, client: "S3Client", bucket: str, key: str, content_type: str, file_name: str, *, in_reply: int = IN_REPLY
    ) -> None:
        self._client, self._bucket, self._key, self._in_reply = client, bucket, key, in_reply
        self._content_type, self._file_name = content_type, file_name
        self._pending: list[bytes] = []
        self._size = 0
        self._upload = ""
        self._parts: list[CompletedPartTypeDef] = []

    def write(self, text: str) -> None:
        piece = text.encode()
        self._pending.append(piece)
        self._size += len(piece)
        if self._size >= PART:
            self._send()

    def finish(self) -> Finished:
        if not self._upload and self._size <= self._in_reply:
            return Finished(b"".join(self._pending).decode(), None)
        if self._size:
            self._send()
        with named_errors(_SERVICE):
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
            )
        url = self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": self._key}, ExpiresIn=LINK_SECONDS
        )
        return Finished(None, url)

    def _send(self) -> None:
        number = len(self._parts) + 1
        with named_errors(_SERVICE):
            if not self._upload:
                started = self._client.create_multipart_upload(
                    Bucket=self._bucket,
                    Key=self._key,
                    ContentType=self._content_type,
                    ContentDisposition=f'attachment; filename="{self._file_name}"',
                )
                self._upload = started["UploadId"]
            sent = self._client.upload_part(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload,
                PartNumber=number,
                Body=b"".join(self._pending),
            )
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})
        self._pending, self._size = [], 0
