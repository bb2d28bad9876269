"""How long tokens live, what refreshes and ends them, and what debug_token says."""

from typing import Any

import pytest
import requests

from local.meta import Meta
from tests.integration.local.meta.conftest import FACEBOOK, INSTAGRAM, KILN, NORA, Client, Time


def refresh(meta: Meta, token: str, **changes: str) -> requests.Response:
    params = {"grant_type": "ig_refresh_token", "access_token": token} | changes
    address = f"{meta.settings()['GRAPH_IG_BASE']}/refresh_access_token"
    return requests.get(address, params=params, timeout=20)


def debug(meta: Meta, token: str, caller: str | None = None, **more: str) -> Any:
    params = {"input_token": token, "access_token": caller or f"{meta.facebook.id}|{meta.facebook.secret}", **more}
    return requests.get(f"{meta.settings()['GRAPH_FB_BASE']}/v26.0/debug_token", params=params, timeout=20).json()


def test_a_day_old_token_is_refreshed_for_60_days(meta: Meta, instagram: Client, clock: Time) -> None:
    # Given a token of 24 hours
    assert instagram.token
    clock.pass_by(days=1)
    # When it is refreshed
    reply = refresh(meta, instagram.token.value).json()
    # Then the new one outlives it
    assert (reply["token_type"], reply["expires_in"]) == ("bearer", 5_184_000)
    assert set(reply["permissions"].split(",")) == set(INSTAGRAM)
    clock.pass_by(days=59.5)
    assert instagram.refused("me") == (190, 463)
    instagram.token = meta.state.tokens.tokens[reply["access_token"]]
    assert instagram.get("me", fields="username")["username"] == KILN


def test_refreshing_is_refused(meta: Meta, instagram: Client, clock: Time) -> None:
    assert instagram.token
    value = instagram.token.value
    # Given a token of less than 24 hours, a wrong grant, or a token that is short, unknown or of the other product
    clock.pass_by(hours=23)
    assert refresh(meta, value).json()["error"]["code"] == 100
    clock.pass_by(hours=2)
    assert refresh(meta, value, grant_type="refresh_token").json()["error"]["code"] == 100
    assert refresh(meta, "").json()["error"]["code"] == 100
    assert refresh(meta, "IGAAwrong").json()["error"]["code"] == 190
    short = meta.connect("instagram", KILN, INSTAGRAM, kind="short")
    assert refresh(meta, short.value).json()["error"]["code"] == 452
    facebook = meta.connect("facebook", "nora", FACEBOOK)
    assert refresh(meta, facebook.value).json()["error"]["code"] == 190
    # Or one without the basic permission
    meta.remove_permission(KILN, "instagram_business_basic")
    assert refresh(meta, value).json()["error"]["code"] == 10
    # Or an expired one
    clock.pass_by(days=60)
    assert refresh(meta, value).json()["error"]["error_subcode"] == 463


def test_the_exchange_for_a_long_token_is_refused(meta: Meta, instagram: Client, clock: Time) -> None:
    short = meta.connect("instagram", KILN, INSTAGRAM, kind="short")
    secret = meta.instagram.secret
    right = {"grant_type": "ig_exchange_token", "client_secret": secret, "access_token": short.value}

    def code(path: str = "/access_token", **changes: str) -> int:
        answer = requests.get(meta.settings()["GRAPH_IG_BASE"] + path, params=right | changes, timeout=20)
        found: int = answer.json()["error"]["code"]
        return found

    assert instagram.token
    assert code(grant_type="x") == 100
    assert code(client_secret="wrong") == 1
    assert code(access_token=instagram.token.value) == 452
    assert code("/v26.0/access_token") == 2500  # the path has no version
    clock.pass_by(hours=1)
    assert code() == 190


def test_long_facebook_tokens_exchange_with_and_without_a_new_clock(meta: Meta, facebook: Client, clock: Time) -> None:
    assert facebook.token
    params = {
        "grant_type": "fb_exchange_token",
        "client_id": meta.facebook.id,
        "client_secret": meta.facebook.secret,
        "fb_exchange_token": facebook.token.value,
    }
    address = f"{meta.settings()['GRAPH_FB_BASE']}/v26.0/oauth/access_token"
    clock.pass_by(days=50)
    # When Meta extends the token, as some report, and when it does not, as others do
    assert requests.get(address, params=params, timeout=20).json()["expires_in"] == 60 * 86_400
    meta.switches.extend_long_tokens = False
    assert requests.get(address, params=params, timeout=20).json()["expires_in"] == 10 * 86_400
    # And when it does not say
    meta.switches.omit_expires_in = True
    reply = requests.get(address, params=params, timeout=20).json()
    assert "expires_in" not in reply
    # Then debug_token knows, and the access to data ends when it would have
    data = debug(meta, reply["access_token"])["data"]
    assert data["expires_at"] == int(clock()) + 10 * 86_400
    assert data["data_access_expires_at"] == int(clock()) + 40 * 86_400


def test_debug_token_describes_a_token(meta: Meta, facebook: Client, clock: Time) -> None:
    assert facebook.token
    data = debug(meta, facebook.token.value)["data"]
    assert (data["app_id"], data["type"], data["is_valid"]) == (meta.facebook.id, "USER", True)
    assert data["expires_at"] == int(clock()) + 60 * 86_400
    assert data["data_access_expires_at"] == int(clock()) + 90 * 86_400
    assert data["scopes"] == sorted(FACEBOOK)
    granted = {each["scope"]: each.get("target_ids") for each in data["granular_scopes"]}
    assert granted["instagram_basic"] == [meta.account(NORA).id]


def test_debug_token_describes_dead_and_unknown_tokens(meta: Meta, facebook: Client) -> None:
    assert facebook.token
    meta.kill_tokens("nora", 460)
    dead = debug(meta, facebook.token.value)["data"]
    assert (dead["is_valid"], dead["error"]["subcode"]) == (False, 460)
    assert debug(meta, "EAAwrong")["data"]["is_valid"] is False


def test_debug_token_requires_the_app_token(meta: Meta, facebook: Client) -> None:
    assert facebook.token
    assert debug(meta, facebook.token.value, caller=f"{meta.facebook.id}|wrong")["error"]["code"] == 190
    assert debug(meta, facebook.token.value, caller=facebook.token.value)["error"]["code"] == 190
    address = f"{meta.settings()['GRAPH_FB_BASE']}/v26.0/debug_token"
    assert requests.get(address, timeout=20).json()["error"]["code"] == 2500
    caller = {"access_token": f"{meta.facebook.id}|{meta.facebook.secret}"}
    assert requests.get(address, params=caller, timeout=20).json()["error"]["code"] == 100


def test_page_tokens_of_long_user_tokens_never_expire(meta: Meta, facebook: Client, clock: Time) -> None:
    value = facebook.get("me/accounts")["data"][0]["access_token"]
    assert facebook.get("me/accounts")["data"][0]["access_token"] == value  # the same one each time
    assert debug(meta, value)["data"]["expires_at"] == 0
    clock.pass_by(days=61)
    assert facebook.refused("me") == (190, 463)
    page = Client(facebook.base, meta.state.tokens.tokens[value])
    assert page.get("me", fields="name")["name"] == "Nora Bakes"


def test_access_to_data_ends_after_90_days(meta: Meta, facebook: Client, clock: Time) -> None:
    value = facebook.get("me/accounts")["data"][0]["access_token"]
    clock.pass_by(days=90)
    assert Client(facebook.base, meta.state.tokens.tokens[value]).refused("me") == (10, None)


@pytest.mark.parametrize("subcode", [458, 459, 460, 464, 467, 492])
def test_tokens_end_in_every_way(meta: Meta, facebook: Client, subcode: int) -> None:
    assert meta.kill_tokens(NORA, subcode) == 1
    assert facebook.refused("me") == (190, subcode)


def test_a_token_may_end_without_the_others(meta: Meta, facebook: Client, instagram: Client) -> None:
    assert meta.expire_tokens("nora") == 1
    assert facebook.refused("me") == (190, 463)
    instagram.get("me")


def test_a_permission_can_be_taken_away(meta: Meta, facebook: Client) -> None:
    meta.remove_permission("nora", "instagram_basic")
    assert facebook.refused(meta.account(NORA).id) == (10, None)


def test_unknown_subcodes_are_refused(meta: Meta) -> None:
    with pytest.raises(ValueError, match="no subcode 1"):
        meta.kill_tokens("nora", 1)
