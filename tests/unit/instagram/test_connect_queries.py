import pytest

from signpost.instagram.connect.login_state import COOKIE
from signpost.instagram.connect.queries import callback_of, cookie_of
from signpost.platform.errors import InvalidField


@pytest.mark.parametrize(
    ("cookies", "value"),
    [
        ([f"{COOKIE}=abc"], "abc"),
        (["a=b", f" {COOKIE}=a=b "], "a=b"),
        ([f"x{COOKIE}=abc", "signpost-login=abc", ""], None),
        ([], None),
    ],
)
def test_the_cookie_of_the_login_is_found_among_others(cookies: list[str], value: str | None) -> None:
    assert cookie_of(cookies, COOKIE) == value


def test_each_way_to_start_has_its_own_callback() -> None:
    assert callback_of("/showlogin", {}) == "/authcallback"
    assert callback_of("/authorize-instagram", {}) == "/handle-instagram-authorization"
    assert callback_of("/showlogin", {"callback": "/users/oauth/"}) == "/users/oauth/"
    with pytest.raises(InvalidField):
        callback_of("/showlogin", {"callback": "//evil.example"})
