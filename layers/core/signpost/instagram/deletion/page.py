"""How far a request is, for the person who looks it up: a plain page without scripts, or JSON for programs."""

from datetime import UTC, datetime
from typing import Final

from signpost.instagram.deletion.request import DeletionProgress, Status
from signpost.instagram.deletion.views import view
from signpost.instagram.error_reply import error_body
from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply
from signpost.platform.pages import Page, html_reply, page_reply, prefers_html, private_headers

_HEADERS: Final = {"vary": "accept", "x-robots-tag": "noindex"}
_TITLES: Final = {
    Status.RECEIVED: "We received your request",
    Status.ERASING: "Your data is being erased",
    Status.DONE: "Your data is erased",
}


def answer(event: Event, progress: DeletionProgress) -> Reply:
    if not _wants_page(event):
        return _json_reply(200, view(progress))
    values = {
        "title": _TITLES[progress.status],
        "code": progress.code,
        "status": progress.status.value,
        "received": datetime.fromtimestamp(progress.received_at, UTC),
        "done": datetime.fromtimestamp(progress.done_at or progress.received_at, UTC),
        "numbers": progress.erased,
    }
    return html_reply(200, "instagram/deletion/progress.html", values, _HEADERS)


def refusal(event: Event, error: SignpostError) -> Reply:
    if not _wants_page(event):
        return _json_reply(error.status, error_body(error))
    title = "No such request" if isinstance(error, NotFound) else "Please try again"
    return page_reply(error.status, Page(title, str(error)), _HEADERS)


def _json_reply(status: int, body: object) -> Reply:
    return json_reply(status, body, {**private_headers(), **_HEADERS})


def _wants_page(event: Event) -> bool:
    return prefers_html(header(event, "accept"), otherwise=True)
