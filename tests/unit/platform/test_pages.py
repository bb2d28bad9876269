"""Who gets a page, and what it may do in a browser."""

import base64
import hashlib

import pytest

from signpost.platform.pages import Button, Page, page_reply, prefers_html

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "html"),
    [
        (BROWSER, True),
        ("TEXT/HTML", True),
        ("application/json;q=0.5, text/html", True),
        ("", False),
        ("*/*", False),
        ("application/json, text/plain, */*", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html, application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=much", False),
        ("text/html;level=1;q=0.7", True),
    ],
)
def test_pages_are_for_browsers(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html


@pytest.mark.parametrize("accept", [None, "*/*", "text/html, application/json", "text/html;q=0"])
def test_without_a_preference_the_default_decides(accept: str | None) -> None:
    assert prefers_html(accept, otherwise=True)
    assert not prefers_html(accept)


def test_clients_that_only_accept_json_get_no_page() -> None:
    assert not prefers_html("application/json", otherwise=True)


def test_a_page_shows_text_and_actions() -> None:
    page = Page("Not <connected>", "Say 'yes' & allow it.", (Button("Try again", "/showlogin?a=1&b=2"),))

    text = page_reply(403, page)["body"]

    assert text.count("Not &lt;connected&gt;") == 2  # as the title, and as the heading
    assert "Say &#39;yes&#39; &amp; allow it." in text
    assert '<a class="action" href="/showlogin?a=1&amp;b=2">Try again</a>' in text


def test_a_page_may_load_its_own_style_and_nothing_else() -> None:
    reply = page_reply(200, Page("Connected", "You can close this page."), {"vary": "accept"})

    style = reply["body"].partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = reply["headers"].pop("content-security-policy").split("; ")
    assert policy[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert reply["headers"] == {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "vary": "accept",
    }
