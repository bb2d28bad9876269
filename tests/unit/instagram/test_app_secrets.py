"""The secret of the apps at Meta, with and without gaps."""

import pytest

from signpost.instagram.app_secrets import NO_APPS, login_keys, meta_apps
from signpost.instagram.products import MetaApp

WHOLE = {
    "facebook_app_id": "1",
    "facebook_app_secret": "fb",
    "facebook_config_id": "9",
    "instagram_app_id": "2",
    "instagram_app_secret": "ig",
    "verify_token": "vt",
    "webhook_secrets": ["old", ""],
}


def test_both_apps_are_read() -> None:
    apps = meta_apps(WHOLE)

    assert (apps.facebook.app_id, str(apps.facebook.secret), apps.facebook.config_id) == ("1", "fb", "9")
    assert (apps.instagram.app_id, str(apps.instagram.secret)) == ("2", "ig")
    assert apps.verify_token == "vt"


def test_a_delivery_may_be_signed_with_any_secret_that_is_set() -> None:
    assert meta_apps(WHOLE).signing_secrets == ("fb", "ig", "old")


def test_an_empty_secret_signs_nothing() -> None:
    # Given the secret as a deployment creates it, with empty ids and secrets
    empty = dict.fromkeys(("facebook_app_id", "facebook_app_secret", "instagram_app_secret"), "")

    assert meta_apps({**empty, "verify_token": "x"}).signing_secrets == NO_APPS.signing_secrets == ()


@pytest.mark.parametrize("value", [None, {}, [], False, True, 0, 7, "", ["s"], {"s": 1}])
def test_what_is_not_text_is_no_secret(value: object) -> None:
    names = ("facebook_app_secret", "instagram_app_secret", "verify_token", "webhook_secrets", "key", "old_key")
    stored = dict.fromkeys(names, value) | {"webhook_secrets": [value]}

    apps = meta_apps(stored)

    assert (apps.signing_secrets, apps.verify_token) == ((), "")
    assert login_keys(stored) == ()


def test_the_letters_of_a_secret_are_not_secrets() -> None:
    assert meta_apps({"webhook_secrets": "a secret outside a list"}).signing_secrets == ()


def test_ids_may_be_written_as_numbers() -> None:
    apps = meta_apps({"facebook_app_id": 123456789012345, "facebook_config_id": 9, "instagram_app_id": None})

    assert (apps.facebook.app_id, apps.facebook.config_id, apps.instagram.app_id) == ("123456789012345", "9", "")


def test_secrets_do_not_show_when_printed() -> None:
    assert not {"fb", "ig", "vt", "old"} & set(repr(meta_apps(WHOLE)).replace("'", " ").replace("=", " ").split())
    assert isinstance(meta_apps(WHOLE).facebook, MetaApp)


def test_the_new_key_comes_first_and_the_old_one_is_kept() -> None:
    assert login_keys({"key": "new", "old_key": "old"}) == (b"new", b"old")
    assert login_keys({"key": "new"}) == (b"new",)
    assert login_keys({}) == ()
