"""Pictures of posts, copied from Meta's servers, whose addresses end after days, to a bucket of ours.

pictures/<install id>/<media id>.<ext>        of a post; of a video its thumbnail
pictures/<install id>/<media id>-<n>.<ext>    of an album's n-th picture or video, from 1
pictures/hashtag/<media id>…                  of a post with a hashtag
"""

import logging
import time
from collections.abc import Callable, Collection
from http.cookiejar import DefaultCookiePolicy
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import requests
from botocore.exceptions import ClientError

from signpost.instagram.graph.models import Child, Media
from signpost.platform.aws import named_errors
from signpost.platform.errors import SignpostError, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# urllib3 writes addresses at DEBUG; whoever has one can see the picture.
logging.getLogger("urllib3").setLevel(logging.INFO)

HASHTAG: Final = "hashtag"
_LARGEST: Final = 4 * 1024 * 1024  # bytes
_CHUNK: Final = 64 * 1024
_TIMEOUTS: Final = (2.0, 5.0)  # seconds: to connect, and between two pieces
_SECONDS: Final = 15.0  # for all of a picture
# What browsers show and nobody can hide a script in.
_KINDS: Final = MappingProxyType(
    {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif"}
)
_OK: Final = 200


class PictureUnavailable(SignpostError):
    """The picture cannot be had now; the message tells why, without its address."""

    code = "picture_unavailable"
    status = 502


class PictureSource(NamedTuple):
    """Where a picture is, and the key it gets, but for its ending."""

    stem: str
    url: str | None  # None: Meta does not tell, as with copyrighted videos


class Pictures:
    """The session is the seam for tests."""

    def __init__(
        self,
        client: "S3Client",
        bucket: str,
        hosts: Collection[str],
        session: requests.Session | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._bucket, self._hosts, self._clock = client, bucket, hosts, clock
        self._session = session or requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def copy(self, source: PictureSource) -> str:
        """Copy a picture, and return its key; doing it twice is doing it once.

        Raises:
            PictureUnavailable: Meta's server does not give it, or it is no picture, or too large.
            Unavailable: the bucket does not answer.
        """
        content, kind = self._fetch(source.url)
        key = f"{source.stem}.{_KINDS[kind]}"
        try:
            with named_errors("The bucket"):
                self._client.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=content,
                    ContentType=kind,
                    CacheControl="public, max-age=31536000",
                )
        except ClientError as error:
            raise Unavailable("The bucket did not take a picture.") from error
        return key

    def _fetch(self, url: str | None) -> tuple[bytes, str]:
        if url is None or not may_fetch(url, self._hosts):
            raise PictureUnavailable("It is not on one of Meta's picture servers.")
        end = self._clock() + _SECONDS
        try:
            # A server that sends us elsewhere could send us anywhere.
            with self._session.get(url, timeout=_TIMEOUTS, allow_redirects=False, stream=True) as response:
                kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                if response.status_code != _OK:
                    raise PictureUnavailable(f"The picture server answered {response.status_code}.")
                if kind not in _KINDS:
                    raise PictureUnavailable("It is no picture that a browser shows.")
                content = bytearray()
                for piece in response.iter_content(_CHUNK):
                    content += piece
                    if len(content) > _LARGEST:
                        raise PictureUnavailable("It is larger than 4 MB.")
                    if self._clock() > end:
                        raise PictureUnavailable("It takes too long.")
        except (requests.RequestException, ValueError) as error:
            failure = type(error).__name__
        else:
            return bytes(content), kind
        # Raised out here, because those errors quote the address.
        raise PictureUnavailable(f"The picture server did not answer: {failure}.")


def may_fetch(url: str, hosts: Collection[str]) -> bool:
    """Whether an address is on one of these hosts or below it: by HTTPS, at its usual port.

    One that is listed with its port is that server alone, by plain HTTP too: the local stack's stand-in for Meta.
    """
    try:
        address = urlsplit(url)
        host, port = (address.hostname or "").rstrip("."), address.port
    except ValueError:
        return False
    if address.username is not None or address.password is not None:
        return False
    if f"{host}:{port}" in hosts:
        return address.scheme in ("http", "https")
    below = any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)
    return address.scheme == "https" and port in (None, 443) and below


def sources(folder: str, media: Media) -> tuple[PictureSource, ...]:
    """The pictures of a post, in their order: those of an album's children, or its own."""
    stem = f"pictures/{folder}/{media.id}"
    if media.children:
        return tuple(PictureSource(f"{stem}-{place}", _still(child)) for place, child in enumerate(media.children, 1))
    return (PictureSource(stem, _still(media)),)


def missing(wanted: tuple[PictureSource, ...], keys: Collection[str]) -> tuple[PictureSource, ...]:
    """The pictures that have not been copied yet, and whose address is known."""
    there = {key.rpartition(".")[0] for key in keys}
    return tuple(source for source in wanted if source.url is not None and source.stem not in there)


def in_order(wanted: tuple[PictureSource, ...], keys: Collection[str]) -> tuple[str, ...]:
    """The keys of those that were copied, in the order of the post."""
    by_stem = {key.rpartition(".")[0]: key for key in keys}
    return tuple(by_stem[source.stem] for source in wanted if source.stem in by_stem)


def _still(media: Media | Child) -> str | None:
    return media.thumbnail_url if media.media_type == "VIDEO" else media.media_url
