"""Which pages of other origins may read a reply (https://fetch.spec.whatwg.org/#http-cors-protocol).

An origin is allowed if it is exactly one of an app's, or that of a host that a login may return to. There are no
wildcards, or anybody who can put up a page somewhere could read what an account shows.
"""

from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = ("localhost", "127.0.0.1")
_MAX_LENGTH: Final = 255
_PREFLIGHT: Final = {
    "access-control-allow-methods": "GET",
    "access-control-allow-headers": "if-none-match",
    "access-control-max-age": "600",
}


def origin(text: str) -> str:
    """An origin in the form that browsers send.

    Raises:
        ValueError: it is not an origin, or may not be allowed. The message says what to write instead.
    """
    problem = "must be an origin such as https://www.example.com, without a path; http only for localhost"
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        raise ValueError(problem) from None
    host = parts.hostname or ""
    loopback = host in LOOPBACK
    plain = all(letter.isascii() and (letter.isalnum() or letter in ".-") for letter in host)
    if (
        not host
        or not plain
        or len(text) > _MAX_LENGTH
        or parts.scheme not in (("https", "http") if loopback else ("https",))
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise ValueError(problem)
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, usual) else "")


def of_hosts(hosts: Iterable[str]) -> frozenset[str]:
    """The origins of hosts with their ports, such as `www.example.com` or `localhost:8080`."""
    return frozenset(
        f"{scheme}://{host.lower()}"
        for host in hosts
        for scheme in (("https", "http") if host.lower().partition(":")[0] in LOOPBACK else ("https",))
    )


def headers(asking: str | None, allowed: Collection[str], *, preflight: bool = False) -> dict[str, str]:
    """The headers of a reply to the origin `asking`, which is None when the request is not from a page."""
    always = {"vary": "Origin"}
    if asking is None or asking not in allowed:
        return always
    return {**always, "access-control-allow-origin": asking, **(_PREFLIGHT if preflight else {})}
