"""Pages for people, and their headers: plain ones, which load nothing but their style, and those of a site with files.

A template is next to the code that uses it, and its name is its path in this package, such as
`instagram/deletion/progress.html`. Pages extend `platform/templates/layout.html`.
"""

import base64
import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.platform.http import Reply, reply

if TYPE_CHECKING:
    from jinja2 import Environment

_TYPE: Final = "text/html; charset=utf-8"
_PACKAGE: Final = Path(__file__).parent.parent
_SITE_POLICY: Final = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
)
_STYLE: Final = Path(__file__).parent / "templates" / "style.css"


class Button(NamedTuple):
    """A link that looks like a button. `address` is our own, or has been checked."""

    text: str
    address: str


class Page(NamedTuple):
    """Says what happened, and what to do next."""

    title: str
    message: str
    buttons: tuple[Button, ...] = ()


def page_reply(status: int, page: Page, headers: Mapping[str, str] | None = None) -> Reply:
    return html_reply(status, "platform/templates/page.html", page._asdict(), headers)


def html_reply(
    status: int, template: str, values: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Reply:
    """A page with `private_headers` and other headers. `values` must hold its `title`."""
    return reply(status, render(template, values), _TYPE, {**private_headers(), **(headers or {})})


@cache
def private_headers() -> Mapping[str, str]:
    """For a reply that nobody may store, frame or learn the address of: the address may hold a code."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.read_bytes()).digest()).decode()
    return {
        "cache-control": "no-store",
        "content-security-policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
            "frame-ancestors 'none'"
        ),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


def site_headers() -> Mapping[str, str]:
    """For a page that loads styles, scripts and pictures from here only, and sends its forms here only.

    `same-origin` rather than `no-referrer`: with that, a browser hides where a form comes from, also from us.
    """
    return {
        "cache-control": "no-store",
        "content-security-policy": _SITE_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "same-origin",
        "strict-transport-security": "max-age=31536000",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
    }


def uploading_to(origin: str) -> Mapping[str, str]:
    """For a page of the site whose form, and whose script, send files to another origin."""
    policy = _SITE_POLICY.replace("form-action 'self'", f"form-action 'self' {origin}")
    return {"content-security-policy": f"{policy}; connect-src 'self' {origin}"}


def site_reply(
    status: int, template: str, values: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Reply:
    """A page with `site_headers` and other headers."""
    return reply(status, render(template, values), _TYPE, {**site_headers(), **(headers or {})})


def render(template: str, values: Mapping[str, Any]) -> str:
    """Fill in a template. In HTML, values are escaped; in other formats, such as `.txt`, they are not."""
    return _environment().get_template(template).render(values)


def prefers_html(accept: str | None, *, otherwise: bool = False) -> bool:
    """Whether a client prefers a page to JSON; `otherwise` when its Accept header does not say."""
    ranks = {"text/html": 0.0, "application/json": 0.0}
    for part in (accept or "").lower().split(","):
        kind, *parameters = (each.strip() for each in part.split(";"))
        if kind in ranks:
            ranks[kind] = max(ranks[kind], _quality(parameters))
    html, json = ranks.values()
    return otherwise if html == json else html > json


def _quality(parameters: Collection[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


@cache
def _environment() -> "Environment":
    # Imported with the first page: functions that have pages answer most requests without one.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # noqa: PLC0415
    from markupsafe import Markup  # noqa: PLC0415

    made = Environment(
        loader=FileSystemLoader(_PACKAGE),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["style"] = Markup(_STYLE.read_text(encoding="utf-8"))  # noqa: S704  (our own file)
    return made
