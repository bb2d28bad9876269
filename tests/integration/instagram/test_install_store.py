"""The install store."""

import uuid

import pytest

from signpost.instagram.connection_states import SOON, ConnectionState
from signpost.instagram.install_store import InstallStore, account_key, person_key
from signpost.instagram.installs import Install, item
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.dynamodb import Change
from tests.installs import connected, new_account


@pytest.fixture
def store(signpost_application: object) -> InstallStore:
    return InstallStore(aws.dynamodb(), "InstagramInstalls")


def stored(store: InstallStore) -> Install:
    install = connected(Provider.FACEBOOK, new_account(), "nora.bakes.demo", 1_795_000_000.0)
    store.table.put(item(install))
    return install


def test_an_install_is_found_by_its_id(store: InstallStore) -> None:
    install = stored(store)

    assert store.get(install.id) == install
    assert store.get("facebook-0") is None


def test_installs_of_many_accounts_are_found_together(store: InstallStore) -> None:
    # Given 250 accounts, two of them connected, one of these twice
    first, second = "first-" + uuid.uuid4().hex, "second-" + uuid.uuid4().hex
    store.table.put({"key": account_key(first), "installs": {"facebook-1", "instagram-1"}})
    store.table.put({"key": account_key(second), "installs": {"instagram-2"}})

    # When all are asked for, some twice
    found = store.of_accounts([first, *(f"none-{number}" for number in range(248)), second, first])

    # Then each account that has installs comes with them
    assert found == {first: ("facebook-1", "instagram-1"), second: ("instagram-2",)}


def test_installs_are_found_by_the_person_who_connected_them(store: InstallStore) -> None:
    person = uuid.uuid4().hex
    store.table.put({"key": person_key(person), "installs": {"facebook-1"}})

    assert store.of_person(person) == ("facebook-1",)
    assert store.of_person("nobody") == ()


def test_a_connection_ends(store: InstallStore) -> None:
    # Given an install that is to be synced
    install = stored(store)
    assert store.change(install, Change(set={"sync": "due", "sync_at": 1}))

    assert store.end(install, ConnectionState.EXPIRED)

    # Then it is not synced any more, and the next token sweep looks at it
    assert store.get(install.id) == install._replace(state=ConnectionState.EXPIRED, check_day=SOON)
    [left] = store.items([install.id])
    assert "sync" not in left


def test_late_news_about_an_old_token_does_not_end_the_new_connection(store: InstallStore) -> None:
    # Given an install that was connected again meanwhile
    old = stored(store)
    new = old._replace(connection="second")
    store.table.put(item(new))

    assert not store.end(old, ConnectionState.REVOKED)

    assert store.get(old.id) == new


def test_an_install_that_is_gone_is_not_made_again(store: InstallStore) -> None:
    install = stored(store)
    store.table.delete({"key": install.id})

    assert not store.end(install, ConnectionState.EXPIRED)

    assert store.get(install.id) is None
