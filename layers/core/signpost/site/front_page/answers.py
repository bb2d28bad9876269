"""Replies for addresses without a route: the home page, redirects without a trailing slash, and 404.

An HTTP API cannot have a route whose path ends in a slash, yet people and programs add one.
"""

from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import quote

from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, redirect
from signpost.platform.pages import Page, page_reply, prefers_html, private_headers, site_reply
from signpost.platform.static_files import StaticFiles

_TRACK: Final = "/track/"
# The home page looks like the console, which serves these files.
_STATIC: Final = StaticFiles(Path(__file__).parents[2] / "console" / "static")
# Characters that a path and a query may contain unescaped (RFC 3986, sections 3.3 and 3.4).
_PATH: Final = "/:@!$&'()*+,;=~"
_QUERY: Final = _PATH + "?%"
# The query may contain a login's code. Other origins may read this reply, which tells them nothing; otherwise browsers
# would not follow the redirect for their pages. The address that it leads to checks their origin.
_SENT_ON: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "access-control-allow-origin": "*",
}


class FrontPage(NamedTuple):
    """`fallback_url`: where browsers go when a tracking link leads nowhere."""

    fallback_url: str

    def answer(self, event: Event) -> Reply:
        """Raises `NotFound`."""
        path = event["rawPath"]
        reads = event["requestContext"]["http"]["method"] in {"GET", "HEAD"}
        if path == "/" and reads:
            return site_reply(200, "site/front_page/home.html", {"title": "Home", "static": _STATIC.address})
        if path == _TRACK and reads:
            return redirect(307, self.fallback_url, {"cache-control": "no-store"})
        if path.endswith("/") and path != "/":
            return redirect(308, _without_slash(path, event["rawQueryString"]), _SENT_ON)
        raise NotFound("There is nothing at this address.")


def refusal(event: Event, error: SignpostError) -> Reply:
    """A page for a browser, otherwise JSON in the form of API Gateway's own errors."""
    if prefers_html(header(event, "accept")):
        title = "Not found" if isinstance(error, NotFound) else "Please try again"
        return page_reply(error.status, Page(title, str(error)))
    return json_reply(error.status, {"message": str(error)}, private_headers())


def _without_slash(path: str, query: str) -> str:
    """The same address on this host. Two slashes at its beginning would make the path name another host."""
    location = "/" + quote(path.strip("/"), safe=_PATH, errors="replace")
    return f"{location}?{quote(query, safe=_QUERY, errors='replace')}" if query else location
