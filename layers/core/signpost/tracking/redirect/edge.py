"""What a content delivery network in front of the API, such as CloudFront, says about a visitor.

Anybody can send these headers, so they count only together with the secret that the edge adds to each request. Their
names are from "Add CloudFront request headers", CloudFront developer guide.
"""

import hmac
from collections.abc import Mapping
from typing import NamedTuple

SECRET_HEADER = "x-edge-secret"  # noqa: S105  (a header's name)


class Visitor(NamedTuple):
    address: str
    country: str  # two letters, if the edge sends them


def visitor(headers: Mapping[str, str], source_address: str, secret: str) -> Visitor:
    """Who sent a request with these headers from `source_address`, which is the edge's address if there is an edge.

    An empty `secret` means that there is none.
    """
    given = headers.get(SECRET_HEADER, "")
    if not secret or not hmac.compare_digest(given.encode(errors="replace"), secret.encode()):
        return Visitor(source_address, "")
    # An address is followed by its port: 203.0.113.7:50124 or 2001:db8::7:50124.
    address = headers.get("cloudfront-viewer-address", "").rpartition(":")[0]
    return Visitor(address or source_address, headers.get("cloudfront-viewer-country", ""))
