"""Keeps other sites from writing through a browser that remembers somebody's password (cross-site request forgery).

Browsers send a remembered password with every request, whichever page makes it. They also say where it comes from, in
headers that no page can change: Sec-Fetch-Site (https://www.w3.org/TR/fetch-metadata/), or only Origin in older ones.
Other clients send neither, and remember no passwords.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from signpost.platform.errors import Forbidden, WrongMediaType
from signpost.platform.http import Event, headers

_READING: Final = ("GET", "HEAD", "OPTIONS")
_OWN: Final = ("same-origin", "none")  # "none": the person themselves, for example in the address bar


class CrossSite(Forbidden):
    code = "cross_site"


def is_write(event: Event) -> bool:
    return event["requestContext"]["http"]["method"] not in _READING


def check(event: Event) -> None:
    """Raises `CrossSite`, or `WrongMediaType` for a body that any site's form could send."""
    given = headers(event)
    if not _is_from_browser(given):
        return
    check_origin(event)
    if event.get("body") and not _is_json(given.get("content-type", "")):
        raise WrongMediaType("From a browser, send the body with content-type: application/json.")


def check_origin(event: Event) -> None:
    """For forms of our own pages. Raises `CrossSite`; a client that does not say where it comes from passes."""
    if not _is_from_here(headers(event), event["requestContext"]["domainName"]):
        raise CrossSite("Another site's page may not do this: call the API from your own program.")


def _is_from_browser(given: Mapping[str, str]) -> bool:
    return any(name == "origin" or name.startswith("sec-fetch-") for name in given)


def _is_from_here(given: Mapping[str, str], domain: str) -> bool:
    site = given.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    origin = given.get("origin")
    if origin is None:
        return True
    try:
        sender = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    # The Host header is the browser's own here, and no page can change it.
    return bool(sender) and sender in {domain.lower(), given.get("host", "").lower()}


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
