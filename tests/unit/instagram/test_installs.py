"""How an install is stored and read back."""

import itertools

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install, former_names, from_item, install_id, item
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
            former_names=("nora.bakes", "nora"),
            apps=("bakery",),
            import_tags=("ed",),
            check_day="2026-11-22",
        ),
        INSTALL._replace(state=ConnectionState.REVOKED, token=b""),
    ],
    ids=["bare", "full", "revoked"],
)
def test_an_install_is_read_as_it_was_written(install: Install) -> None:
    assert from_item(item(install)) == install


def test_unknown_fields_are_not_stored() -> None:
    # A sparse index holds only items that have its key.
    assert {"check_day", "sync_at", "scopes", "import_tags", "expires_at"}.isdisjoint(item(INSTALL))


def test_other_attributes_of_the_item_are_ignored() -> None:
    assert from_item({**item(INSTALL), "lease_until": 1, "unknown": "more"}) == INSTALL


def test_the_product_and_the_account_make_the_id() -> None:
    assert [install_id(provider, "178") for provider in Provider] == ["facebook-178", "instagram-178"]


@pytest.mark.parametrize(
    ("state", "usable"),
    [
        (ConnectionState.ACTIVE, True),
        (ConnectionState.EXPIRING, True),
        (ConnectionState.EXPIRED, False),
        (ConnectionState.REVOKED, False),
    ],
)
def test_an_install_is_connected_until_its_token_ends(state: ConnectionState, usable: bool) -> None:
    assert INSTALL._replace(state=state).is_connected is usable


def test_an_encrypted_token_is_not_mistaken_for_text() -> None:
    assert item(INSTALL)["token"] == b"encrypted"


def test_former_names_are_the_newest_first_and_each_once() -> None:
    names = former_names((), "a", "a")
    assert names == ()
    for before, after in itertools.pairwise("abcab"):
        names = former_names(names, before, after)
    assert names == ("a", "c")

    for number in range(30):
        names = former_names(names, str(number), str(number + 1))
    assert len(names) == 20
    assert names[0] == "29"
