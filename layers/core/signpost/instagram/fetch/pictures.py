"""Pictures of posts, copied from Meta's servers, whose addresses expire after days, to our bucket.

pictures/<install id>/<media id>.<ext>        of a post; of a video its thumbnail
pictures/<install id>/<media id>-<n>.<ext>    of an album's n-th picture or video, from 1
pictures/hashtag/<media id>…                  of a post with a hashtag
"""

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from signpost.platform.errors import SignpostError, Unavailable

if TYPE_CHECKING:
    from signpost.instagram.fetch.picture_files import PictureFiles
    from signpost.instagram.graph.models import Child, Media

HASHTAG: Final = "hashtag"
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)


class PictureUnavailable(SignpostError):
    """The picture is not available now; the message says why, without its address."""

    code = "picture_unavailable"
    status = 502


class PictureSource(NamedTuple):
    """Where a picture is, and its key without the ending."""

    stem: str
    url: str | None  # None: Meta withholds it, as with copyrighted videos


class Copied(NamedTuple):
    keys: tuple[str, ...]  # of all pictures in the bucket, in the post's order
    failures: tuple[str, ...]  # why others could not be copied


def copy_missing(
    files: "PictureFiles", folder: str, media: "Media", keys: Collection[str], may_go_on: Callable[[], bool]
) -> Copied:
    """Copy the pictures of a post that are not among `keys`; when time is up, the rest is left to the next sync."""
    wanted, there, failures = sources(folder, media), list(keys), list[str]()
    for source in missing(wanted, keys):
        if not may_go_on():
            break
        try:
            there.append(files.copy(source))
        except (PictureUnavailable, Unavailable) as error:
            failures.append(str(error))
    return Copied(in_order(wanted, there), tuple(failures))


def fetch_address(url: str, hosts: Collection[str]) -> str | None:
    r"""The address to fetch a picture from: on one of these hosts or below it, by HTTPS, at its usual port; or None.

    A host that is listed with a port is that server alone, by plain HTTP too: the local stack's stand-in for Meta.
    The address is rebuilt from its checked parts, because parsers disagree about hosts: one may take
    `evil.example\.cdninstagram.com` for Meta's server, and another connect to `evil.example`.
    """
    try:
        address = urlsplit(url)
        host, port = (address.hostname or "").rstrip("."), address.port
    except ValueError:
        return None
    if not _HOST.fullmatch(host) or address.username is not None or address.password is not None:
        return None
    server = host if port is None else f"{host}:{port}"
    below = any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)
    usual = address.scheme == "https" and port in (None, 443) and below
    if not usual and not (server in hosts and port is not None and address.scheme in ("http", "https")):
        return None
    return urlunsplit((address.scheme, server, address.path, address.query, ""))


def sources(folder: str, media: "Media") -> tuple[PictureSource, ...]:
    """The pictures of a post in its order: those of an album's children, or its own."""
    stem = f"pictures/{folder}/{media.id}"
    if media.children:
        return tuple(PictureSource(f"{stem}-{place}", _still(child)) for place, child in enumerate(media.children, 1))
    return (PictureSource(stem, _still(media)),)


def missing(wanted: tuple[PictureSource, ...], keys: Collection[str]) -> tuple[PictureSource, ...]:
    """The pictures that have not been copied yet and whose address is known."""
    there = {key.rpartition(".")[0] for key in keys}
    return tuple(source for source in wanted if source.url is not None and source.stem not in there)


def in_order(wanted: tuple[PictureSource, ...], keys: Collection[str]) -> tuple[str, ...]:
    """The keys of the pictures that were copied, in the order of the post."""
    by_stem = {key.rpartition(".")[0]: key for key in keys}
    return tuple(by_stem[source.stem] for source in wanted if source.stem in by_stem)


def _still(media: "Media | Child") -> str | None:
    return media.thumbnail_url if media.media_type == "VIDEO" else media.media_url
