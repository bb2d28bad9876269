"""How an install is stored, and read back."""

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install, from_item, install_id, item
from signpost.instagram.products import Provider
from tests.installs import connected

INSTALL = connected(Provider.FACEBOOK, "17841400000000001", "nora.bakes.demo", 1_795_000_000.25)


@pytest.mark.parametrize(
    "install",
    [
        INSTALL,
        INSTALL._replace(
            expires_at=1_800_000_000.5,
            data_access_expires_at=1_802_000_000.0,
            scopes=("instagram_basic", "pages_show_list"),
            person_id="1234",
            followers_count=12,
            media_count=0,
            owner_email="owner@example.com",
            import_tags=("ed",),
            check_day="2026-11-22",
        ),
        INSTALL._replace(state=ConnectionState.REVOKED, token=b""),
    ],
    ids=["bare", "full", "revoked"],
)
def test_an_install_is_read_as_it_was_written(install: Install) -> None:
    assert from_item(item(install)) == install


def test_what_is_not_known_is_not_stored() -> None:
    # A sparse index holds only items that have its key.
    assert {"check_day", "sync_at", "scopes", "import_tags", "expires_at"}.isdisjoint(item(INSTALL))


def test_what_others_keep_in_the_item_is_passed_over() -> None:
    assert from_item({**item(INSTALL), "lease_until": 1, "unknown": "more"}) == INSTALL


def test_the_same_account_is_the_same_install() -> None:
    assert install_id(Provider.INSTAGRAM, "178") == "instagram-178"
    assert install_id(Provider.INSTAGRAM, "178") != install_id(Provider.FACEBOOK, "178")


@pytest.mark.parametrize(
    ("state", "usable"),
    [
        (ConnectionState.ACTIVE, True),
        (ConnectionState.EXPIRING, True),
        (ConnectionState.EXPIRED, False),
        (ConnectionState.REVOKED, False),
    ],
)
def test_a_token_is_used_only_while_it_is_connected(state: ConnectionState, usable: bool) -> None:
    assert INSTALL._replace(state=state).is_connected is usable


def test_an_encrypted_token_is_not_mistaken_for_text() -> None:
    assert item(INSTALL)["token"] == b"encrypted"
