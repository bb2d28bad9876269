import pytest

from signpost.instagram.connect.login_state import COOKIE
from signpost.instagram.connect.queries import callback_of, login_cookie, prefers_html
from signpost.platform.errors import InvalidField

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


@pytest.mark.parametrize(
    ("cookies", "value"),
    [
        ([f"{COOKIE}=abc"], "abc"),
        (["a=b", f" {COOKIE}=a=b "], "a=b"),
        ([f"x{COOKIE}=abc", "signpost-login=abc", ""], None),
        ([], None),
    ],
)
def test_the_logins_cookie_is_found_among_others(cookies: list[str], value: str | None) -> None:
    assert login_cookie(cookies) == value


def test_each_start_has_its_own_way_back() -> None:
    assert callback_of("/showlogin", {}) == "/authcallback"
    assert callback_of("/authorize-instagram", {}) == "/handle-instagram-authorization"
    assert callback_of("/showlogin", {"callback": "/users/oauth/"}) == "/users/oauth/"
    with pytest.raises(InvalidField):
        callback_of("/showlogin", {"callback": "//evil.example"})
