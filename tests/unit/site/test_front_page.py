from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.console.frame import STATIC
from signpost.platform.errors import NotFound
from signpost.site.front_page.answers import FrontPage, refusal
from tests.http_events import http_event

FALLBACK = "https://example.org/"
PAGE = FrontPage(FALLBACK)
HERE = "https://links.example"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_tracking_link_without_a_name_leads_to_the_fallback(method: str) -> None:
    reply = PAGE.answer(http_event(method, "/track/"))

    assert (reply["statusCode"], reply["headers"]["location"]) == (307, FALLBACK)


def test_the_home_page_says_what_this_is() -> None:
    reply = PAGE.answer(http_event("GET", "/"))

    assert reply["statusCode"] == 200
    for address in ("/fp", "/docs", "/status", "/reports"):
        assert f'href="{address}"' in reply["body"]
    # Everything on it comes from here, and it looks like the console
    assert STATIC.address("console.css") in reply["body"]
    assert "default-src 'self'" in reply["headers"]["content-security-policy"]
    assert "<style" not in reply["body"]


@pytest.mark.parametrize(
    ("method", "path", "query", "location"),
    [
        ("GET", "/users/oauth/", "code=a%2Fb&state=c.d%23_", "/users/oauth?code=a%2Fb&state=c.d%23_"),
        ("POST", "/admin/campaigns/", "", "/admin/campaigns"),
        ("POST", "/track/", "", "/track"),
        ("GET", "/a b/ä%/", "x=ä", "/a%20b/%C3%A4%25?x=%C3%A4"),
        ("GET", "//", "", "/"),
        ("GET", "//evil.example/", "", "/evil.example"),
        ("GET", "/\\evil.example/", "", "/%5Cevil.example"),
        ("GET", "/\t/evil.example/", "", "/%09/evil.example"),
        ("GET", "/a/\r\nset-cookie: b/", "c=\r\nd", "/a/%0D%0Aset-cookie:%20b?c=%0D%0Ad"),
    ],
)
def test_an_address_that_ends_in_a_slash_is_the_one_without(method: str, path: str, query: str, location: str) -> None:
    reply = PAGE.answer(http_event(method, path, query=query))

    assert (reply["statusCode"], reply["headers"]["location"]) == (308, location)
    # A page of another origin may follow it, and the query is not revealed
    assert reply["headers"]["access-control-allow-origin"] == "*"
    assert (reply["headers"]["cache-control"], reply["headers"]["referrer-policy"]) == ("no-store", "no-referrer")


@given(st.text(max_size=20), st.text(max_size=20))
def test_it_never_leads_to_another_host(path: str, query: str) -> None:
    reply = PAGE.answer(http_event("GET", f"/{path}//", query=query))

    location = reply["headers"]["location"]
    assert location.isascii()
    assert location.isprintable()
    assert location[1:2] not in {"/", "\\"}
    assert urlsplit(urljoin(f"{HERE}/", location)).netloc == "links.example"
    sent_to = location.partition("?")[0]
    assert sent_to == "/" or not sent_to.endswith("/")


@pytest.mark.parametrize(("method", "path"), [("GET", "/wp-login.php"), ("POST", "/"), ("GET", "/track/a/b")])
def test_there_is_nothing_elsewhere(method: str, path: str) -> None:
    with pytest.raises(NotFound):
        PAGE.answer(http_event(method, path))


@pytest.mark.parametrize(
    ("accept", "kind", "text"),
    [
        ("text/html,*/*;q=0.8", "text/html", "<h1>Not found</h1>"),
        ("*/*", "application/json", '{"message": "Nothing."}'),
        ("", "application/json", '{"message": "Nothing."}'),
    ],
)
def test_that_is_said_as_a_page_or_as_json(accept: str, kind: str, text: str) -> None:
    reply = refusal(http_event("GET", "/x", headers={"accept": accept}), NotFound("Nothing."))

    assert reply["statusCode"] == 404
    assert reply["headers"]["content-type"].startswith(kind)
    assert text in reply["body"]
