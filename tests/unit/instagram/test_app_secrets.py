"""What the secret of the apps at Meta holds, and what a gap in it means."""

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
    # Given the secret as a deployment makes it: its ids and secrets empty
    apps = meta_apps(
        {"facebook_app_id": "", "facebook_app_secret": "", "instagram_app_secret": "", "verify_token": "x"}
    )

    assert apps.signing_secrets == ()
    assert NO_APPS.signing_secrets == ()


def test_secrets_do_not_show_when_printed() -> None:
    assert not {"fb", "ig", "vt", "old"} & set(repr(meta_apps(WHOLE)).replace("'", " ").replace("=", " ").split())
    assert isinstance(meta_apps(WHOLE).facebook, MetaApp)


def test_the_newest_key_signs_and_the_one_before_is_still_known() -> None:
    assert login_keys({"key": "new", "old_key": "old"}) == (b"new", b"old")
    assert login_keys({"key": "new"}) == (b"new",)
    assert login_keys({}) == ()
