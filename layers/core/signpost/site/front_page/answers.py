"""Replies for addresses without a route: the home page, redirects without a trailing slash, and 404.

An HTTP API cannot have a route whose path ends in a slash, yet people and programs add one.
"""

from pathlib import Path
from typing import Final, NamedTuple

from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, redirect
from signpost.platform.pages import Page, page_reply, prefers_html, private_headers, site_reply
from signpost.platform.routes import nothing_here, without_slash
from signpost.platform.static_files import StaticFiles

_TRACK: Final = "/track/"
# The home page looks like the console, which serves these files.
_STATIC: Final = StaticFiles(Path(__file__).parents[2] / "console" / "static")


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
        sent_on = without_slash(event)
        if sent_on is None:
            raise nothing_here()
        return sent_on


def refusal(event: Event, error: SignpostError) -> Reply:
    """A page for a browser, otherwise JSON in the form of API Gateway's own errors."""
    if prefers_html(header(event, "accept")):
        title = "Not found" if isinstance(error, NotFound) else "Please try again"
        return page_reply(error.status, Page(title, str(error)))
    return json_reply(error.status, {"message": str(error)}, private_headers())
