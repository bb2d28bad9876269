"""What a person is told who looks up how far their request is: a plain page without scripts, or JSON for programs."""

import base64
import hashlib
from datetime import UTC, datetime
from html import escape
from string import Template
from typing import Final

from signpost.instagram.deletion.request import DeletionProgress, Status
from signpost.platform.clock import rfc3339
from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, reply

_TYPE: Final = "text/html; charset=utf-8"
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:38rem;margin:0 auto;padding:2rem 1rem}"
    "h1{font-size:1.6rem;line-height:1.25}dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem}"
    "dt{opacity:.8}dd{margin:0;font-variant-numeric:tabular-nums}code{overflow-wrap:anywhere}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "vary": "accept",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_PAGE: Final = Template(
    "<!doctype html>\n"
    '<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    f"<title>$title</title><style>{_STYLE}</style></head>\n"
    "<body><main><h1>$title</h1>\n$content</main></body></html>\n"
)
_TITLES: Final = {
    Status.RECEIVED: "We received your request",
    Status.ERASING: "Your data is being erased",
    Status.DONE: "Your data is erased",
}
_NAMES: Final = ("Connected accounts", "Posts, with their figures", "Pictures", "Records of imported posts")


def answer(event: Event, progress: DeletionProgress) -> Reply:
    if _wants_json(event):
        return json_reply(200, _fields(progress), _HEADERS)
    return reply(200, _page(progress), _TYPE, _HEADERS)


def refusal(event: Event, error: SignpostError) -> Reply:
    if _wants_json(event):
        return json_reply(error.status, {"error": {"code": error.code, "message": str(error)}}, _HEADERS)
    title = "No such request" if isinstance(error, NotFound) else "Please try again"
    text = _PAGE.substitute(title=title, content=f"<p>{escape(str(error))}</p>\n")
    return reply(error.status, text, _TYPE, _HEADERS)


def _page(progress: DeletionProgress) -> str:
    asked = f"On {_day(progress.received_at)} you asked for everything that we keep about you to be erased."
    match progress.status:
        case Status.RECEIVED:
            told = "Erasing begins within minutes. Load this page again to see how far it is."
        case Status.ERASING:
            told = "Load this page again to see how far it is."
        case Status.DONE:
            told = f"It was done on {_day(progress.done_at or progress.received_at)}."
    numbers = _numbers(progress)
    code = f"<p>Confirmation code: <code>{escape(progress.code)}</code></p>\n"
    return _PAGE.substitute(title=_TITLES[progress.status], content=f"<p>{asked}</p>\n<p>{told}</p>\n{numbers}{code}")


def _fields(progress: DeletionProgress) -> dict[str, object]:
    return {
        "confirmation_code": progress.code,
        "status": progress.status.value,
        "received_at": rfc3339(progress.received_at),
        "done_at": None if progress.done_at is None else rfc3339(progress.done_at),
        "erased": progress.erased._asdict(),
    }


def _numbers(progress: DeletionProgress) -> str:
    if progress.status is Status.RECEIVED:
        return ""
    if progress.status is Status.DONE and not any(progress.erased):
        return "<p>There was nothing about you.</p>\n"
    heading = "What was erased" if progress.status is Status.DONE else "Erased so far"
    rows = "".join(f"<dt>{name}</dt><dd>{number:,}</dd>" for name, number in zip(_NAMES, progress.erased, strict=True))
    return f"<h2>{heading}</h2>\n<dl>{rows}</dl>\n"


def _day(moment: float) -> str:
    day = datetime.fromtimestamp(moment, UTC)
    return f'<time datetime="{day:%Y-%m-%d}">{day.day} {day:%B %Y}</time>'


def _wants_json(event: Event) -> bool:
    accepted = header(event, "accept") or ""
    return "application/json" in accepted and "text/html" not in accepted
