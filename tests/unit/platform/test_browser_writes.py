"""Who may write through a browser that remembers a password."""

import pytest

from signpost.platform.browser_writes import CrossSite, check, is_write
from signpost.platform.errors import WrongMediaType
from tests.http_events import http_event

HERE = "https://signpost.example"
JSON = {"content-type": "application/json"}


def posted(headers: dict[str, str], body: object = '{"a": 1}') -> None:
    check(http_event("POST", "/admin/campaigns", headers=headers, body=body))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        # curl's, which is no browser
        {"content-type": "application/x-www-form-urlencoded", "user-agent": "curl/8.5.0"},
        {"sec-fetch-site": "same-origin", **JSON},
        {"sec-fetch-site": "same-origin", "origin": HERE, **JSON},
        {"sec-fetch-site": "none", "content-type": "application/json; charset=utf-8"},
        {"sec-fetch-site": "same-origin", "content-type": "application/merge-patch+json"},
        {"origin": HERE, **JSON},
        {"origin": HERE.upper(), **JSON},
        # Behind a domain of its own, or on this machine
        {"origin": "https://links.example", "host": "links.example", **JSON},
        {"origin": "http://127.0.0.1:3000", "host": "127.0.0.1:3000", **JSON},
        {"sec-fetch-mode": "cors", **JSON},
    ],
)
def test_programs_and_our_own_pages_may(headers: dict[str, str]) -> None:
    posted(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        # Another subdomain may be somebody else's
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "cross-site", "origin": HERE},
        {"origin": "https://evil.example"},
        {"origin": "https://signpost.example.evil.example"},
        {"origin": "https://signpost.example:8443"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://["},
    ],
)
@pytest.mark.parametrize("media", ["application/json", "text/plain"])
def test_another_sites_page_may_not(headers: dict[str, str], media: str) -> None:
    with pytest.raises(CrossSite):
        posted({**headers, "content-type": media})
    with pytest.raises(CrossSite):
        posted(headers, body=None)


@pytest.mark.parametrize(
    "media", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json"]
)
def test_what_a_form_can_send_is_not_read(media: str) -> None:
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": HERE}, {"sec-fetch-mode": "navigate"}):
        with pytest.raises(WrongMediaType):
            posted({**headers, "content-type": media})
        posted(headers, body=None)


def test_names_of_headers_come_in_capitals_from_some_servers() -> None:
    with pytest.raises(CrossSite):
        posted({"Host": "signpost.example", "Sec-Fetch-Site": "cross-site"})


@pytest.mark.parametrize(
    ("method", "writes"), [("GET", False), ("HEAD", False), ("OPTIONS", False), ("POST", True), ("DELETE", True)]
)
def test_reading_is_no_write(method: str, writes: bool) -> None:
    assert is_write(http_event(method, "/")) is writes
