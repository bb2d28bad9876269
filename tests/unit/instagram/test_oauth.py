from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram.connect import oauth
from signpost.instagram.products import MetaApp, Provider
from signpost.instagram.scopes import REQUIRED_SCOPES, ScopeMissing, check_scopes
from signpost.instagram.secret_text import SecretText
from tests.unit.instagram.meta import SETTINGS

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
BACK = "https://signpost.example/authcallback?a=1&b=2"
HOSTS = ("app.example", "app.example:8443", "localhost:3000", "127.0.0.1:3000")


def query(address: str) -> dict[str, str]:
    return {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}


@pytest.mark.parametrize(
    ("provider", "dialog", "client_id"),
    [
        (FACEBOOK, "https://www.facebook.com/v26.0/dialog/oauth?", "1001"),
        (INSTAGRAM, "https://www.instagram.com/oauth/authorize?", "2002"),
    ],
)
def test_each_product_has_its_dialog(provider: Provider, dialog: str, client_id: str) -> None:
    address = oauth.dialog_address(oauth.Dialog(provider, BACK, "st.ate"), SETTINGS)

    assert address.startswith(dialog)
    given = query(address)
    assert set(REQUIRED_SCOPES[provider]) <= set(given.pop("scope").split(","))
    assert given == {"client_id": client_id, "redirect_uri": BACK, "response_type": "code", "state": "st.ate"}


def test_facebook_asks_again_for_a_refused_permission_only_on_request() -> None:
    dialog = oauth.Dialog(FACEBOOK, BACK, "s", rerequest=True)

    assert query(oauth.dialog_address(dialog, SETTINGS))["auth_type"] == "rerequest"
    assert "auth_type" not in oauth.dialog_address(dialog._replace(provider=INSTAGRAM), SETTINGS)


def test_login_for_business_names_its_configuration_instead_of_scopes() -> None:
    settings = SETTINGS._replace(facebook=MetaApp("1001", SecretText("x"), config_id="77"))

    given = query(oauth.dialog_address(oauth.Dialog(FACEBOOK, BACK, "s"), settings))

    assert (given["config_id"], "scope" in given) == ("77", False)


@pytest.mark.parametrize(
    "address",
    [
        "https://app.example",
        "https://app.example/",
        "https://APP.example/a/b?c=d#e",
        "https://app.example?x=@evil.example",
        "https://app.example:8443/x",
        "http://localhost:3000/x",
        "http://127.0.0.1:3000/",
        "https://app.example/%2F%5C",
    ],
)
def test_a_login_may_return_to_allowed_hosts(address: str) -> None:
    assert oauth.check_return_to(address, HOSTS) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/path",
        "//app.example/",
        "app.example",
        "http://app.example/",
        "https://evil.example/",
        "https://app.example.evil.example/",
        "https://evil.example/app.example",
        "https://xapp.example/",
        "https://sub.app.example/",
        "https://app.example./",
        "https://app.example:80/",
        "https://app.example:443/",
        "https://app.example:/",
        "https://app.example@evil.example/",
        "https://me@app.example/",
        "https://me:pw@app.example/",
        "https://@app.example/",
        "https://evil.example\\@app.example/",
        "https://app.example\\.evil.example/",
        "https:\\\\app.example/",
        "https:/app.example/",
        "https:///app.example/",
        "https:app.example",
        "javascript://app.example/%0aalert(1)",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://app.example/",
        " https://app.example/",
        "https://app.example/ x",
        "https://app.example/\r\nSet-Cookie: a=b",
        "ht\ttps://app.example/",
        "https://app.example\x00.evil.example/",
        "https://app。example/",
        "https://app.ex\u0430mple/",
        "https://[::1/",
        "https://app.example:x/",
        "https://app.example:99999/",
        "https://%61pp.example/",
        "https://app.example/" + "a" * 2048,
    ],
)
def test_a_login_may_not_return_to_any_other_address(address: str) -> None:
    with pytest.raises(oauth.ReturnNotAllowed):
        oauth.check_return_to(address, HOSTS)


def test_a_malformed_list_of_hosts_allows_nothing() -> None:
    for hosts, address in ((("",), "https:///x"), (("me@app.example",), "https://evil.example/"), ((), "https://a/")):
        with pytest.raises(oauth.ReturnNotAllowed):
            oauth.check_return_to(address, hosts)


@given(st.text(), st.sampled_from(["", "https://", "https://app.example", "https://app.example@", "https:"]))
def test_any_address_is_refused_or_leads_to_an_allowed_host(text: str, start: str) -> None:
    try:
        address = oauth.check_return_to(start + text, HOSTS)
    except oauth.ReturnNotAllowed:
        return
    assert urlsplit(address).netloc.lower() in HOSTS
    assert "\\" not in address


@pytest.mark.parametrize(
    ("address", "result"),
    [
        ("https://a.example/x", "https://a.example/x?after_instagram_auth=True"),
        ("https://a.example/x?b=%20c#d", "https://a.example/x?b=+c&after_instagram_auth=True#d"),
        ("https://a.example/?after_instagram_auth=False&b=", "https://a.example/?b=&after_instagram_auth=True"),
    ],
)
def test_the_page_learns_that_the_login_succeeded(address: str, result: str) -> None:
    assert oauth.returned(address) == result


@pytest.mark.parametrize("trailer", ["", "#_", "#_=_"])
def test_a_code_is_read_without_what_is_appended_to_it(trailer: str) -> None:
    assert oauth.read_callback({"code": f"AQB{trailer}", "state": "s"}) == "AQB"


def test_a_person_who_refuses_is_named_as_such() -> None:
    denied = {"error": "access_denied", "error_reason": "user_denied", "error_description": "The user denied it"}

    for parameters in (denied, denied | {"error": "x"}, denied | {"error_reason": ""}, denied | {"code": "AQB"}):
        with pytest.raises(oauth.UserDenied):
            oauth.read_callback(parameters)


def test_a_dialog_that_failed_says_why() -> None:
    for kind, text in (("error", "error_description"), ("error_code", "error_message")):
        with pytest.raises(oauth.LoginFailed, match="Try later"):
            oauth.read_callback({kind: "1349126", text: "Try later"})


@pytest.mark.parametrize("given", [{}, {"code": ""}, {"code": "#_", "state": "s"}])
def test_no_code_and_no_error_is_a_missing_code(given: dict[str, str]) -> None:
    with pytest.raises(oauth.MissingCode, match=r"^Missing code$"):
        oauth.read_callback(given)


def test_missing_scopes_are_named() -> None:
    with pytest.raises(ScopeMissing, match="pages_show_list, pages_read_engagement") as caught:
        check_scopes(FACEBOOK, ["instagram_basic", "email"])
    assert caught.value.scopes == ("pages_show_list", "pages_read_engagement")
    with pytest.raises(ScopeMissing, match="instagram_business_basic"):
        check_scopes(INSTAGRAM, ["business_basic"])


def test_the_required_scopes_are_enough() -> None:
    check_scopes(INSTAGRAM, ["instagram_business_basic"])
    check_scopes(FACEBOOK, {"instagram_basic", "pages_show_list", "pages_read_engagement", "email"})


def test_a_token_of_another_app_is_refused() -> None:
    oauth.check_app("1001", "1001")
    for other in ("1002", None):
        with pytest.raises(oauth.ForeignToken):
            oauth.check_app(other, "1001")
