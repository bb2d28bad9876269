"""What the token sweep may write of an install, and what keeps it from writing."""

from collections.abc import Callable
from typing import Any

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.tokens.steps import Step
from signpost.instagram.tokens.store import TokenStore
from signpost.platform.dynamodb import Change
from tests.integration.instagram.tokens.world import World

EMAIL = "nora@example.com"


@pytest.fixture
def store(world: World) -> TokenStore:
    return TokenStore(world.installs)


def item_of(world: World, install: Install) -> dict[str, Any]:
    (found,) = world.installs.items([install.id])
    return dict(found)


def test_what_meta_no_longer_says_is_forgotten(world: World, store: TokenStore) -> None:
    # Given a token and an access to data that end
    install = world.connected(Provider.FACEBOOK)

    # When Meta gives a token that never ends
    new = install._replace(expires_at=None, data_access_expires_at=None, issued_at=world.clock() + 1)
    assert store.renew(install, new)

    # Then neither end is stored any more
    stored = world.stored(install)
    assert (stored.issued_at, stored.expires_at, stored.data_access_expires_at) == (new.issued_at, None, None)


@pytest.mark.parametrize("meanwhile", [{"issued_at": 7.0}, {"state": ConnectionState.EXPIRED}, {"connection": "new"}])
@pytest.mark.parametrize(
    "write",
    [
        lambda store, install: store.renew(install, install._replace(issued_at=8.0)),
        lambda store, install: store.move(install, ConnectionState.REVOKED),
        lambda store, install: store.check_next(install, "2027-01-01"),
        lambda store, install: store.check_next(install, None),
        lambda store, install: store.claim(install, Step.FIRST_EMAIL, EMAIL) is not None,
        lambda store, install: store.stamp(install, Step.FIRST_EMAIL, [], 9.0),
    ],
    ids=["renew", "move", "check_next", "check_never", "claim", "stamp"],
)
def test_nothing_is_written_once_somebody_else_knows_more(
    world: World, store: TokenStore, meanwhile: dict[str, Any], write: Callable[[TokenStore, Install], bool]
) -> None:
    install = world.connected()
    stored = world.store(install._replace(**meanwhile))
    before = item_of(world, install)

    assert not write(store, install)
    assert item_of(world, install) == before

    assert write(store, stored)


def test_an_install_whose_connection_has_ended_is_no_longer_synced(world: World, store: TokenStore) -> None:
    install = world.connected()

    assert item_of(world, install)["sync"] == "due"

    assert store.move(install, ConnectionState.EXPIRED)

    assert {"sync", "sync_at"}.isdisjoint(item_of(world, install))


def test_an_email_is_claimed_once_for_each_address_and_connection(world: World, store: TokenStore) -> None:
    install = world.connected()

    assert store.claim(install, Step.FIRST_EMAIL, EMAIL)
    assert store.claim(install, Step.FIRST_EMAIL, EMAIL.upper()) is None
    assert store.claim(install, Step.FIRST_EMAIL, "sam@example.com")
    assert store.claim(install, Step.SECOND_EMAIL, EMAIL)

    assert world.installs.change(install, Change(set={"connection": "second"}))
    assert store.claim(install._replace(connection="second"), Step.FIRST_EMAIL, EMAIL)


def test_a_claim_that_is_released_may_be_made_again(world: World, store: TokenStore) -> None:
    install = world.connected()
    claim = store.claim(install, Step.FIRST_EMAIL, EMAIL)
    assert claim
    assert store.stamp(install, Step.FIRST_EMAIL, [EMAIL], 9.0)

    assert store.release(install, Step.FIRST_EMAIL, claim)

    assert item_of(world, install).get("emailed") is None
    assert world.stored(install).first_verify_email_sent_at is None
    assert store.claim(install, Step.FIRST_EMAIL, EMAIL)


def test_an_email_counts_as_sent_once_every_address_has_claimed_it(world: World, store: TokenStore) -> None:
    install = world.connected()
    store.claim(install, Step.FIRST_EMAIL, EMAIL)

    assert not store.stamp(install, Step.FIRST_EMAIL, [EMAIL, "sam@example.com"], 9.0)
    assert world.stored(install).first_verify_email_sent_at is None

    store.claim(install, Step.FIRST_EMAIL, "sam@example.com")
    assert store.stamp(install, Step.FIRST_EMAIL, [EMAIL, "sam@example.com"], 9.0)
    assert world.stored(install).first_verify_email_sent_at == 9.0


def test_an_install_that_needs_nothing_more_leaves_the_index_of_what_is_due(world: World, store: TokenStore) -> None:
    install = world.connected(check_day="2099-12-31")
    assert list(store.due(["2099-12-31"])) == [install.id]

    assert store.check_next(install, None)

    assert list(store.due(["2099-12-31"])) == []
