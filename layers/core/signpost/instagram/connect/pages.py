"""Pages for people who log in: plain HTML without scripts, which says what happened and what to do next."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from jinja2 import Environment, FileSystemLoader, Template

from signpost.platform.http import Reply, reply

HTML: Final = "text/html; charset=utf-8"
_FOLDER: Final = Path(__file__).parent / "pages"


class Link(NamedTuple):
    """`address` is one of our own, or one that was checked."""

    text: str
    address: str


class Page(NamedTuple):
    title: str
    message: str
    links: tuple[Link, ...] = ()


def page_reply(status: int, page: Page) -> Reply:
    """The page as a reply that nobody stores, frames, or learns the address of: it may hold a code."""
    template, style, style_hash = _assets()
    html = template.render(page=page, style=style)
    policy = f"default-src 'none'; style-src 'sha256-{style_hash}'; base-uri 'none'; frame-ancestors 'none'"
    return reply(
        status,
        html,
        HTML,
        {
            "cache-control": "no-store",
            "content-security-policy": policy + "; form-action 'none'",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
        },
    )


@cache
def _assets() -> tuple[Template, str, str]:
    """The template, its style, and the style's hash, by which the policy lets it in."""
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True)
    return environment.get_template("page.html"), style, digest
