"""Pictures whose addresses expire, as those of Meta's CDN do: `oe` is when, in hexadecimal Unix time."""

import struct
from typing import Final

from werkzeug.wrappers import Request, Response

from local.meta import drawings
from local.meta.signatures import sha256
from local.meta.world import DAY_S

LIFETIME_S: Final = 4 * DAY_S
_KEY: Final = "pictures of the stand-in"
# The smallest possible MP4: a file type box. It is never played.
_VIDEO: Final = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom")


def address(base: str, name: str, now: float) -> str:
    """The address of `name`, e.g. `loaf-17900000000000001.png`, for the next four days."""
    expires = f"{int(now) + LIFETIME_S:X}"
    return f"{base}/cdn/{name}?oh={_signature(name, expires)}&oe={expires}"


def serve(request: Request, name: str, now: float) -> Response:
    """The picture, or the CDN's 403."""
    expires, signature = request.args.get("oe", ""), request.args.get("oh", "")
    if signature != _signature(name, expires):
        return Response("Bad URL hash", 403, content_type="text/plain")
    if int(expires, 16) <= now:
        return Response("URL signature expired", 403, content_type="text/plain")
    if name.endswith(".mp4"):
        return Response(_VIDEO, content_type="video/mp4")
    return Response(drawings.png(name.removesuffix(".png")), content_type="image/png")


def _signature(name: str, expires: str) -> str:
    return sha256(_KEY, f"{name}?{expires}".encode())[:32]
