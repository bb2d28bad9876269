from typing import Any

import pytest

from signpost.instagram.graph import login as graph_login
from signpost.instagram.graph.calls import appsecret_proof
from signpost.instagram.graph.errors import CodeRefused, GraphBug, MetaUnavailable, TokenEnd
from signpost.instagram.graph.login import Token, TokenFacts
from signpost.instagram.products import Provider
from signpost.instagram.secret_text import SecretText
from tests.unit.instagram.meta import TOKEN, Meta, Reply, error

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
BACK = "https://signpost.example/authcallback"


def test_a_facebook_code_is_exchanged_at_the_graph_api() -> None:
    meta = Meta({"access_token": "short", "token_type": "bearer", "expires_in": 5000})

    answer = graph_login.exchange_code(meta.graph(FACEBOOK), "AQB", BACK)

    assert answer.value == Token(SecretText("short"), 5000)
    assert meta.asked[0].address == "https://graph.facebook.com/v26.0/oauth/access_token"
    assert meta.asked[0].query == {
        "client_id": "1001",
        "client_secret": "facebook-app-secret",
        "redirect_uri": BACK,
        "code": "AQB",
    }
    assert "Authorization" not in meta.asked[0].headers


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": "short", "user_id": 17841400000000001, "permissions": ["a", "b"]},
        {"data": [{"access_token": "short", "user_id": "17841400000000001", "permissions": "a,b"}]},
    ],
)
def test_an_instagram_code_is_posted_and_both_shapes_of_answer_are_read(body: Any) -> None:
    meta = Meta(body)

    answer = graph_login.exchange_code(meta.graph(INSTAGRAM), "AQB", BACK)

    assert answer.value == Token(SecretText("short"), None, "17841400000000001", ("a", "b"))
    asked = meta.asked[0]
    assert (asked.method, asked.address) == ("POST", "https://api.instagram.com/oauth/access_token")
    assert asked.query == {}
    assert asked.form == {
        "client_id": "2002",
        "client_secret": "instagram-app-secret",
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": "AQB",
    }


def test_a_used_code_is_refused() -> None:
    body = {"error_type": "OAuthException", "code": 400, "error_message": "Matching code was not found"}

    with pytest.raises(CodeRefused):
        graph_login.exchange_code(Meta(Reply(body, 400)).graph(INSTAGRAM), "AQB", BACK)


@pytest.mark.parametrize("message", ["Invalid verification code format.", "This authorization code has been used."])
def test_a_code_that_facebook_does_not_know_is_refused(message: str) -> None:
    with pytest.raises(CodeRefused, match="start again"):
        graph_login.exchange_code(Meta(error(100, message=message)).graph(FACEBOOK), "AQB", BACK)


def test_another_redirect_address_is_a_bug_of_ours() -> None:
    # Starting again would not help
    with pytest.raises(GraphBug):
        graph_login.exchange_code(Meta(error(100, 36008)).graph(FACEBOOK), "AQB", BACK)


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": 5}, {"data": []}])
def test_an_answer_without_a_token_is_not_a_token(body: Any) -> None:
    with pytest.raises(MetaUnavailable, match="access_token"):
        graph_login.exchange_code(Meta(body).graph(INSTAGRAM), "AQB", BACK)


def test_an_instagram_token_is_exchanged_for_a_longer_one_without_a_version() -> None:
    meta = Meta({"access_token": "long", "token_type": "bearer", "expires_in": 5183944})

    token = graph_login.lengthen(meta.graph(INSTAGRAM), "short").value

    assert token == Token(SecretText("long"), 5183944)
    assert token.expires_at(1000.0) == 5184944.0
    assert meta.asked[0].address == "https://graph.instagram.com/access_token"
    assert meta.asked[0].query == {
        "grant_type": "ig_exchange_token",
        "client_secret": "instagram-app-secret",
        "access_token": "short",
    }


@pytest.mark.parametrize("function", [graph_login.lengthen, graph_login.refresh])
def test_a_facebook_token_is_exchanged_for_a_longer_one(function: Any) -> None:
    meta = Meta({"access_token": "long", "token_type": "bearer"})

    token = function(meta.graph(FACEBOOK), "short").value

    assert token == Token(SecretText("long"), None)
    assert token.expires_at(1000.0) is None
    assert meta.asked[0].address == "https://graph.facebook.com/v26.0/oauth/access_token"
    assert meta.asked[0].query == {
        "grant_type": "fb_exchange_token",
        "client_id": "1001",
        "client_secret": "facebook-app-secret",
        "fb_exchange_token": "short",
    }


def test_an_instagram_token_is_refreshed_without_the_secret() -> None:
    meta = Meta({"access_token": "new", "token_type": "bearer", "expires_in": 5184000, "permissions": "a"})

    token = graph_login.refresh(meta.graph(INSTAGRAM), "old").value

    assert token == Token(SecretText("new"), 5184000, None, ("a",))
    assert meta.asked[0].address == "https://graph.instagram.com/refresh_access_token"
    assert meta.asked[0].query == {"grant_type": "ig_refresh_token", "access_token": "old"}


def test_a_token_is_hidden_in_its_representation() -> None:
    assert "hush" not in repr(Token(SecretText("hush")))


def test_debug_token_is_asked_as_the_app() -> None:
    told: dict[str, Any] = {
        "app_id": "1001",
        "is_valid": True,
        "scopes": ("instagram_basic", "pages_show_list"),
        "user_id": "99",
        "issued_at": 1794816000,
        "expires_at": 1800000000,
        "data_access_expires_at": 1802000000,
    }
    meta = Meta({"data": {**told, "type": "USER", "application": "Signpost"}})

    assert graph_login.debug_token(meta.graph(FACEBOOK), TOKEN).value == TokenFacts(**told, kind="USER")
    assert meta.asked[0].address == "https://graph.facebook.com/v26.0/debug_token"
    assert meta.asked[0].query == {
        "input_token": TOKEN,
        "access_token": "1001|facebook-app-secret",
        "appsecret_proof": appsecret_proof("facebook-app-secret", "1001|facebook-app-secret"),
    }


def test_zero_means_never() -> None:
    meta = Meta({"data": {"app_id": 1001, "is_valid": True, "expires_at": 0, "data_access_expires_at": 0}})

    facts = graph_login.debug_token(meta.graph(FACEBOOK), TOKEN).value

    assert (facts.app_id, facts.expires_at, facts.data_access_expires_at, facts.ended) == ("1001", None, None, None)


def test_debug_token_says_why_a_token_is_dead() -> None:
    meta = Meta({"data": {"error": {"code": 190, "subcode": 458, "message": "x"}, "is_valid": False, "scopes": []}})

    facts = graph_login.debug_token(meta.graph(FACEBOOK), TOKEN).value

    assert (facts.is_valid, facts.ended) == (False, TokenEnd.REVOKED)
