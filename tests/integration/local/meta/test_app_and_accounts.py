"""What Meta does to a whole app or account, and how it ends."""

import pytest

from local.meta import Meta
from tests.integration.local.meta.conftest import KILN, NORA, Client
from tests.integration.local.meta.test_control_page import page, press


def test_a_blocked_app_gets_nothing_for_that_product(meta: Meta, facebook: Client, instagram: Client) -> None:
    press(meta, "block_app", provider="facebook")

    assert facebook.refused("me") == (200, None)
    assert facebook.call("me").json()["error"]["message"] == "API access blocked."
    assert facebook.refused("debug_token") == (200, None)
    instagram.get("me")
    assert "blocked for facebook" in page(meta)

    press(meta, "unblock_app", provider="facebook")
    facebook.get("me")


def test_in_development_only_logins_with_a_role_are_read(meta: Meta, facebook: Client, instagram: Client) -> None:
    press(meta, "change_mode", mode="development")

    assert (facebook.refused("me"), instagram.refused("me")) == ((10, None), (100, None))
    assert "in development mode" in page(meta)
    meta.switches.roles.add("nora")
    facebook.get("me")

    press(meta, "change_mode", mode="live")
    instagram.get("me")


@pytest.mark.parametrize(("end", "heal"), [("make_personal", "make_professional"), ("unlink_page", "link_page")])
def test_an_account_is_missing_until_it_is_back(meta: Meta, facebook: Client, end: str, heal: str) -> None:
    nora = meta.account(NORA).id

    press(meta, end, login=NORA)

    assert facebook.refused(f"{nora}/media") == (100, 33)
    assert all(
        "instagram_business_account" not in each
        for each in facebook.get("me/accounts", fields="id,instagram_business_account")["data"]
    )
    press(meta, heal, login=NORA)
    facebook.get(f"{nora}/media")


def test_a_personal_account_is_missing_for_its_own_token_too(meta: Meta, instagram: Client) -> None:
    press(meta, "make_personal", login=KILN)

    assert (instagram.refused("me"), instagram.refused("me/media")) == ((100, 33), (100, 33))
    assert f"{KILN}, personal" in page(meta)
