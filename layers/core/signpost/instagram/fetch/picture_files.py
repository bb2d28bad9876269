"""Downloads pictures from Meta's servers and puts them into the bucket. Which ones, and their keys: `pictures`."""

import logging
import time
from collections.abc import Callable, Collection
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

import requests
from botocore.exceptions import ClientError

from signpost.instagram.fetch.pictures import PictureSource, PictureUnavailable, fetch_address
from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# urllib3 logs addresses at DEBUG; anybody who has one can see the picture.
logging.getLogger("urllib3").setLevel(logging.INFO)

_LARGEST: Final = 4 * 1024 * 1024  # bytes
_CHUNK: Final = 64 * 1024
_TIMEOUTS: Final = (2.0, 5.0)  # seconds: to connect, and between two pieces
_SECONDS: Final = 15.0  # for all of a picture
# Formats that browsers show and that cannot contain a script.
_KINDS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
}
_OK: Final = 200


class PictureFiles:
    """Fetches only from `hosts`, see `fetch_address`. `client` is called for the first picture; most runs have none."""

    def __init__(
        self,
        client: "Callable[[], S3Client]",
        bucket: str,
        hosts: Collection[str],
        session: requests.Session,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._bucket, self._hosts, self._stopwatch = client, bucket, hosts, stopwatch
        self._session = session
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def copy(self, source: PictureSource) -> str:
        """Copy a picture and return its key. A repetition changes nothing.

        Raises:
            PictureUnavailable: Meta's server refuses it, it is not a picture, or it is too large.
            Unavailable: the bucket does not answer.
        """
        content, kind = self._download(source.url)
        key = f"{source.stem}.{_KINDS[kind]}"
        try:
            with named_errors("The bucket"):
                self._client().put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ContentType=kind,
                    CacheControl="public, max-age=31536000",
                )
        except ClientError as error:
            raise Unavailable("The bucket did not take a picture.") from error
        return key

    def forget(self, keys: Collection[str]) -> None:
        """Delete copies. Raises `Unavailable` when the bucket does not answer."""
        for key in keys:
            with named_errors("The bucket"):
                self._client().delete_object(Bucket=self._bucket, Key=key)

    def _download(self, url: str | None) -> tuple[bytes, str]:
        address = fetch_address(url, self._hosts) if url else None
        if address is None:
            raise PictureUnavailable("It is not on one of Meta's picture servers.")
        end = self._stopwatch() + _SECONDS
        try:
            # A redirect could lead anywhere.
            with self._session.get(address, timeout=_TIMEOUTS, allow_redirects=False, stream=True) as response:
                kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                if response.status_code != _OK:
                    raise PictureUnavailable(f"The picture server answered {response.status_code}.")
                if kind not in _KINDS:
                    raise PictureUnavailable("It is not a picture that browsers show.")
                content = bytearray()
                for piece in response.iter_content(_CHUNK):
                    content += piece
                    if len(content) > _LARGEST:
                        raise PictureUnavailable("It is larger than 4 MB.")
                    if self._stopwatch() > end:
                        raise PictureUnavailable("It takes too long.")
        except (requests.RequestException, ValueError) as error:
            failure = type(error).__name__
        else:
            return bytes(content), kind
        # Raised out here, because those errors quote the address.
        raise PictureUnavailable(f"The picture server did not answer: {failure}.")
