"""Both dialogs, as a browser without JavaScript uses them, and the codes that they give out."""

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from local.meta import Meta
from tests.integration.local.meta.conftest import KILN, Client, Time

BACK = "http://127.0.0.1:3000/authcallback?keep=1"
SCOPE = {
    "facebook": "instagram_basic,pages_show_list",
    "instagram": "instagram_business_basic,instagram_business_manage_insights",
}


class Form(HTMLParser):
    """The page's form: its target, its values and its buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.fields: list[tuple[str, str]] = []
        self.choices: list[str] = []
        self.chosen: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.method = found["action"], found["method"]
        if tag == "input" and found["type"] == "radio":
            self.choices.append(found["value"])
            self.chosen += [found["value"]] if "checked" in found else []
        if tag == "input" and "checked" in found and "disabled" not in found and found["type"] == "checkbox":
            self.fields.append((found["name"], found["value"]))


def dialog_address(meta: Meta, provider: str) -> str:
    if provider == "instagram":
        return meta.settings()["IG_AUTHORIZE_URL"]
    return f"{meta.settings()['FB_DIALOG_BASE']}/v26.0/dialog/oauth"


def parameters(meta: Meta, provider: str, **changes: str) -> dict[str, str]:
    found = {
        "client_id": meta.state.app(provider).id,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": SCOPE[provider],
        "state": "a b/c",
    }
    return {name: value for name, value in (found | changes).items() if value}


def open_dialog(meta: Meta, provider: str, **changes: str) -> requests.Response:
    return requests.get(dialog_address(meta, provider), params=parameters(meta, provider, **changes), timeout=20)


def submit(meta: Meta, page: requests.Response, **fields: str) -> requests.Response:
    form = Form(page.text)
    assert form.method == "post"
    data = [*form.fields, *fields.items()]
    return requests.post(meta.url + form.action, data=data, allow_redirects=False, timeout=20)


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


@pytest.mark.parametrize(("provider", "login", "suffix"), [("facebook", "nora", "#_=_"), ("instagram", KILN, "#_")])
def test_allow_leads_back_with_a_code(meta: Meta, provider: str, login: str, suffix: str) -> None:
    # Given the dialog, which names what is asked for and who may answer
    page = open_dialog(meta, provider)
    assert page.status_code == 200
    assert all(scope in page.text for scope in SCOPE[provider].split(","))
    assert login in Form(page.text).choices
    # When somebody allows it
    answer = submit(meta, page, login=login, decision="allow")
    # Then the browser goes back with a code, the state as it was, and the suffix that clients must strip
    assert answer.status_code == 302
    location = answer.headers["Location"]
    assert location.startswith("http://127.0.0.1:3000/authcallback?keep=1&code=")
    assert location.endswith(suffix)
    assert parse_qs(urlsplit(location).query)["state"] == ["a b/c"]


@pytest.mark.parametrize(
    ("provider", "login", "again"),
    [("facebook", "ruth", {"auth_type": "rerequest,reauthenticate"}), ("instagram", KILN, {"force_reauth": "true"})],
)
def test_a_browser_stays_logged_in_until_it_is_asked_again(
    meta: Meta, provider: str, login: str, again: dict[str, str]
) -> None:
    # Given a browser in which somebody logged in
    with requests.Session() as browser:
        asked = parameters(meta, provider)
        page = browser.get(dialog_address(meta, provider), params=asked, timeout=20)
        assert Form(page.text).chosen != [login]
        fields = {"login": login, "decision": "allow"}
        browser.post(meta.url + Form(page.text).action, data=fields, allow_redirects=False, timeout=20)

        # Then the dialog knows them
        known = browser.get(dialog_address(meta, provider), params=asked, timeout=20)
        assert Form(known.text).chosen == [login]
        assert "is logged in as" in known.text
        # Unless it has to ask: then nobody is chosen
        forced = browser.get(dialog_address(meta, provider), params={**asked, **again}, timeout=20)
        assert Form(forced.text).chosen == []
        assert "confirm who you are" in forced.text


@pytest.mark.parametrize(
    ("provider", "changes"), [("facebook", {"auth_type": "reauth"}), ("instagram", {"force_reauth": "1"})]
)
def test_what_asks_again_must_be_spelled_as_meta_does(meta: Meta, provider: str, changes: dict[str, str]) -> None:
    assert open_dialog(meta, provider, **changes).status_code == 400


@pytest.mark.parametrize("provider", SCOPE)
def test_cancel_leads_back_with_the_reason(meta: Meta, provider: str) -> None:
    # When somebody cancels
    answer = submit(meta, open_dialog(meta, provider), decision="cancel")
    # Then the application learns why, and gets no code
    query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert (query["error"], query["error_reason"]) == ("access_denied", "user_denied")
    assert query["error_description"] == "The user denied your request"
    assert query["state"] == "a b/c"
    assert "code" not in query


@pytest.mark.parametrize("provider", SCOPE)
@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"redirect_uri": "https://elsewhere.example/"},
        {"redirect_uri": ""},
        {"redirect_uri": "http://127.0.0.1:3000/#fragment"},
        {"redirect_uri": "javascript:alert(1)"},
        {"response_type": "token"},
        {"scope": "instagram_business_basic,business_basic"},
        {"scope": "instagram_basic,likes"},
        {"scpoe": "misspelt"},
    ],
)
def test_a_wrong_dialog_does_not_redirect(meta: Meta, provider: str, changes: dict[str, str]) -> None:
    answer = open_dialog(meta, provider, **changes)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_registered_redirect_addresses_are_compared_exactly(meta: Meta) -> None:
    meta.instagram.redirect_uris = (BACK,)
    assert open_dialog(meta, "instagram").status_code == 200
    assert open_dialog(meta, "instagram", redirect_uri=BACK + "/").status_code == 400


def test_instagram_needs_its_basic_permission(meta: Meta) -> None:
    assert open_dialog(meta, "instagram", scope="instagram_business_manage_insights").status_code == 400


def test_a_configuration_replaces_scopes(meta: Meta) -> None:
    page = open_dialog(meta, "facebook", scope="", config_id="7")
    assert "instagram_manage_insights" in page.text


@pytest.mark.parametrize(
    "path", ["/www.facebook.com/v26.0/login", "/www.instagram.com/oauth", "/www.facebook.com/v99.0/dialog/oauth"]
)
def test_other_pages_do_not_exist(meta: Meta, path: str) -> None:
    assert requests.get(meta.url + path, timeout=20).status_code == 400


def test_the_older_host_has_the_dialog_too(meta: Meta) -> None:
    address = f"{meta.settings()['IG_OAUTH_BASE']}/oauth/authorize"
    assert requests.get(address, params=parameters(meta, "instagram"), timeout=20).status_code == 200


def test_an_unknown_login_is_refused(meta: Meta) -> None:
    answer = submit(meta, open_dialog(meta, "facebook"), decision="allow", login="nobody")
    assert answer.status_code == 400
    assert "Choose who you are" in answer.text


def test_pages_are_escaped(meta: Meta) -> None:
    page = open_dialog(meta, "instagram", scope="<script>alert(1)</script>")
    assert "<script>" not in page.text


def exchange_instagram(meta: Meta, code: str, /, **changes: str) -> requests.Response:
    data = {
        "client_id": meta.instagram.id,
        "client_secret": meta.instagram.secret,
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": code,
    }
    return requests.post(f"{meta.settings()['IG_OAUTH_BASE']}/oauth/access_token", data=data | changes, timeout=20)


def exchange_facebook(meta: Meta, code: str, /, **changes: str) -> requests.Response:
    params = {
        "client_id": meta.facebook.id,
        "client_secret": meta.facebook.secret,
        "redirect_uri": BACK,
        "code": code,
    }
    address = f"{meta.settings()['GRAPH_FB_BASE']}/v26.0/oauth/access_token"
    return requests.get(address, params=params | changes, timeout=20)


def clicked_code(meta: Meta, provider: str, login: str) -> str:
    return code_of(submit(meta, open_dialog(meta, provider), login=login, decision="allow"))


def test_an_instagram_code_becomes_a_short_and_then_a_long_token(meta: Meta) -> None:
    # Given a code
    code = clicked_code(meta, "instagram", KILN)
    # When it is exchanged
    short = exchange_instagram(meta, code).json()
    # Then the account's app-scoped id comes as a number that JavaScript would round
    assert short["user_id"] == int(meta.account(KILN).app_scoped_id) > 2**53
    assert short["permissions"] == ["instagram_business_basic", "instagram_business_manage_insights"]
    # And the short token becomes one of 60 days, which works
    base = meta.settings()["GRAPH_IG_BASE"]
    params = {
        "grant_type": "ig_exchange_token",
        "client_secret": meta.instagram.secret,
        "access_token": short["access_token"],
    }
    long = requests.get(f"{base}/access_token", params=params, timeout=20).json()
    assert (long["token_type"], long["expires_in"]) == ("bearer", 5_184_000)
    me = requests.get(
        f"{base}/v26.0/me", params={"access_token": long["access_token"], "fields": "user_id"}, timeout=20
    )
    assert me.json() == {"user_id": meta.account(KILN).id, "id": meta.account(KILN).app_scoped_id}


def test_the_reply_can_have_its_documented_shape(meta: Meta) -> None:
    meta.switches.code_reply = "list"
    reply = exchange_instagram(meta, clicked_code(meta, "instagram", KILN)).json()
    assert reply["data"][0]["user_id"] == meta.account(KILN).app_scoped_id
    assert reply["data"][0]["permissions"] == "instagram_business_basic,instagram_business_manage_insights"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"client_secret": "wrong"},
        {"grant_type": "password"},
        {"redirect_uri": BACK + "/"},
        {"code": "wrong"},
    ],
)
def test_instagram_refuses_wrong_exchanges_in_its_own_shape(meta: Meta, changes: dict[str, str]) -> None:
    answer = exchange_instagram(meta, clicked_code(meta, "instagram", KILN), **changes)
    assert answer.status_code == 400
    body = answer.json()
    assert body.pop("error_message")
    assert body == {"error_type": "OAuthException", "code": 400}


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_codes_are_exchanged_by_post_only(meta: Meta, method: str) -> None:
    answer = requests.request(method, f"{meta.settings()['IG_OAUTH_BASE']}/oauth/access_token", timeout=20)
    assert answer.json()["error_type"] == "OAuthException"


def test_instagram_codes_work_once_and_for_an_hour(meta: Meta, clock: Time) -> None:
    # Given a used code, and one of more than an hour ago
    used, old = clicked_code(meta, "instagram", KILN), clicked_code(meta, "instagram", KILN)
    assert exchange_instagram(meta, used).status_code == 200
    again = exchange_instagram(meta, used).json()
    clock.pass_by(hours=1, seconds=1)
    late = exchange_instagram(meta, old).json()
    # Then both are refused with the same message
    assert again["error_message"] == late["error_message"] == "Matching code was not found or was already used"


def test_a_facebook_code_becomes_a_short_and_then_a_long_token(meta: Meta) -> None:
    # Given the short token of a code
    short = exchange_facebook(meta, clicked_code(meta, "facebook", "nora")).json()
    assert (short["token_type"], short["expires_in"]) == ("bearer", 3600)
    # When it is exchanged
    params = {"grant_type": "fb_exchange_token", "fb_exchange_token": short["access_token"]}
    long = exchange_facebook(meta, "", **params).json()
    # Then it is another one, of 60 days, and works
    assert long["access_token"] != short["access_token"]
    assert long["expires_in"] == 5_184_000
    client = Client(meta.settings()["GRAPH_FB_BASE"], meta.state.tokens.tokens[long["access_token"]])
    assert client.get("me")["name"] == "Nora Lindqvist"


@pytest.mark.parametrize(
    ("changes", "code", "subcode"),
    [
        ({"client_id": "1"}, 101, None),
        ({"client_secret": "wrong"}, 1, None),
        ({"redirect_uri": BACK + "/"}, 100, 36008),
        ({"code": "wrong"}, 100, None),
        ({"grant_type": "password"}, 100, None),
        ({"grant_type": "fb_exchange_token"}, 100, None),
        ({"grant_type": "fb_exchange_token", "fb_exchange_token": "EAAwrong"}, 190, None),
    ],
)
def test_facebook_refuses_wrong_exchanges(meta: Meta, changes: dict[str, str], code: int, subcode: int | None) -> None:
    error = exchange_facebook(meta, clicked_code(meta, "facebook", "nora"), **changes).json()["error"]
    assert (error["code"], error.get("error_subcode")) == (code, subcode)


def test_facebook_codes_work_once_and_for_an_hour(meta: Meta, clock: Time) -> None:
    used, old = clicked_code(meta, "facebook", "nora"), clicked_code(meta, "facebook", "nora")
    assert exchange_facebook(meta, used).status_code == 200
    assert exchange_facebook(meta, used).json()["error"]["error_subcode"] == 36009
    clock.pass_by(hours=1, seconds=1)
    assert exchange_facebook(meta, old).json()["error"]["error_subcode"] == 36007


def test_codes_belong_to_one_product(meta: Meta) -> None:
    code = clicked_code(meta, "instagram", KILN)
    assert exchange_facebook(meta, code).json()["error"]["code"] == 100


def test_a_permission_may_be_unticked_in_the_dialog(meta: Meta) -> None:
    # Given the dialog, with all but the required permission unticked
    page = open_dialog(meta, "facebook")
    form: dict[str, Any] = {"login": "nora", "decision": "allow"}
    answer = requests.post(meta.url + Form(page.text).action, data=form, allow_redirects=False, timeout=20)
    # When the code is exchanged
    token = exchange_facebook(meta, code_of(answer)).json()["access_token"]
    # Then the token has only the permission that cannot be refused
    assert meta.state.tokens.tokens[token].scopes == {"public_profile"}


def test_no_secret_is_in_the_list_of_calls(meta: Meta) -> None:
    code = clicked_code(meta, "facebook", "nora")
    token = exchange_facebook(meta, code).json()["access_token"]
    page = requests.get(f"{meta.url}/", timeout=20).text
    assert "/graph.facebook.com/v26.0/oauth/access_token" in page
    assert not any(secret in page + str(meta.calls) for secret in (code, token, meta.facebook.secret))
    assert re.search(r"EAA\w{3}…", page)
