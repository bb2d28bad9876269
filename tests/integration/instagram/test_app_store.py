"""The app store."""

import uuid
from unittest.mock import patch

import pytest

from signpost.instagram.apps.app import (
    AccountLink,
    App,
    AppWithLinks,
    LinkState,
    item_of_link,
    link_item,
    new_link,
)
from signpost.instagram.apps.install_apps_store import InstallAppsStore
from signpost.instagram.apps.store import AppStore
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from signpost.platform.errors import PreconditionFailed, Unavailable
from tests.faults import ALL_MODES, Fault, Mode, at_every_call
from tests.installs import connected, new_account

NOW = 1_795_244_400.5


@pytest.fixture
def store(signpost_application: object) -> AppStore:
    return AppStore(aws.dynamodb(), "InstagramApps")


def fresh() -> App:
    return App(
        uuid.uuid4().hex,
        "socialFeed",
        "ann",
        is_new=False,
        feeds=("#food", "@powr_io", "@natgeo", "@apple", "@trees"),
        origins=("https://www.example.com",),
        import_tags=("ed",),
        owner_email="ann@example.com",
    )


def link(store: AppStore, app: App, install: str, username: str, now: float) -> None:
    store.table.put(link_item(app.app_id, install, username, now))


def test_what_is_saved_is_found_again(store: AppStore) -> None:
    app = fresh()._replace(migrated_at=NOW, not_migrated=("@natgeo",))
    assert store.get(app.app_id) is None

    assert store.save(app, None) == app._replace(version=1)

    assert store.get(app.app_id) == app._replace(version=1)
    assert store.with_links(app.app_id) == AppWithLinks(app._replace(version=1))


def test_an_app_with_nothing_in_it_is_found_again(store: AppStore) -> None:
    app = App(uuid.uuid4().hex)

    assert store.get(store.save(app, None).app_id) == app._replace(version=1)


def test_a_save_needs_the_version_that_it_read(store: AppStore) -> None:
    app = store.save(fresh(), None)

    newer = store.save(app._replace(user="bob"), app.version)

    assert newer.version == 2
    for late in (None, 1, 3):
        with pytest.raises(PreconditionFailed):
            store.save(app._replace(user="late"), late)
    assert store.get(app.app_id) == newer


def test_an_app_is_read_with_its_accounts_in_the_order_of_connecting(store: AppStore) -> None:
    app = store.save(fresh(), None)
    link(store, app, "facebook-2", "powr_io", NOW)
    link(store, app, "facebook-1", "natgeo", NOW + 1)

    links = (
        AccountLink(app.app_id, "facebook-2", "powr_io", NOW, accepted_at=NOW),
        AccountLink(app.app_id, "facebook-1", "natgeo", NOW + 1, accepted_at=NOW + 1),
    )
    assert store.with_links(app.app_id) == AppWithLinks(app, links)


def test_an_app_that_was_connected_but_not_saved_counts_as_new(store: AppStore) -> None:
    app = fresh()
    link(store, app, "facebook-2", "powr_io", NOW)

    found = store.with_links(app.app_id)

    assert found is not None
    assert found.app == App(app.app_id)
    assert found.app.is_new
    assert store.with_links(uuid.uuid4().hex) is None


def test_many_accounts_are_read_page_by_page(store: AppStore) -> None:
    app = store.save(fresh(), None)
    for number in range(12):
        link(store, app, f"facebook-{number}", "x" * 100_000, NOW + number)

    found = store.with_links(app.app_id)
    assert found is not None
    assert len(found.links) == 12


def test_accounts_that_ask_or_were_refused_are_kept_apart(store: AppStore) -> None:
    # Given an app without an account, which two ask to be shown in
    app = store.save(fresh(), None)
    asked = new_link(app.app_id, "facebook-1", "natgeo", NOW, LinkState.PENDING)
    refused = new_link(app.app_id, "facebook-2", "apple", NOW + 1, LinkState.REFUSED)
    store.table.batch_write(put=map(item_of_link, (refused, asked)))
    assert store.with_links(app.app_id) == AppWithLinks(app, (), (asked, refused))

    # When one of them is accepted after another account has been
    link(store, app, "facebook-3", "trees", NOW + 5)
    accepted = asked._replace(state=LinkState.ACCEPTED, accepted_at=NOW + 9)
    assert store.change_link(accepted, asked, app, app)

    # Then it comes after that, though it asked before
    found = store.with_links(app.app_id)
    assert found
    assert [each.install for each in found.links] == ["facebook-3", "facebook-1"]
    assert found.others == (refused,)
    # And what was decided meanwhile is not decided again
    assert not store.change_link(accepted, asked, app, app)
    assert not store.unlink(asked, app, app)


def test_an_id_for_which_somebody_only_asks_is_no_app(store: AppStore) -> None:
    app = fresh()
    store.table.put(link_item(app.app_id, "facebook-1", "natgeo", NOW, LinkState.PENDING))

    assert store.with_links(app.app_id) is None


def test_a_link_from_before_links_had_states_is_accepted(store: AppStore) -> None:
    app = store.save(fresh(), None)
    key = {"app_id": app.app_id, "part": "install#facebook-2"}
    store.table.put({**key, "install": "facebook-2", "instagram_account": "powr_io", "connected_at": NOW})

    found = store.with_links(app.app_id)

    old = AccountLink(app.app_id, "facebook-2", "powr_io", NOW)
    assert found == AppWithLinks(app, (old,))
    assert old.is_accepted
    refused = old._replace(state=LinkState.REFUSED)
    assert store.change_link(refused, old, app, app)
    assert not store.change_link(refused, old, app, app)


def test_the_apps_that_show_an_install(store: AppStore) -> None:
    # Given an install in two apps, one of which was never saved, and a request to a third one
    one, other, third = (store.save(fresh(), None) if saved else fresh() for saved in (True, False, True))
    install = connected(Provider.FACEBOOK, new_account(), "powr_io", NOW)
    link(store, one, install.id, "powr_io", NOW)
    link(store, other, install.id, "powr_io", NOW)
    store.table.put(link_item(third.app_id, install.id, "powr_io", NOW, LinkState.PENDING))

    of_install = InstallAppsStore(aws.dynamodb(), "InstagramApps").of(install)

    assert {each.app.app_id: each.app for each in of_install} == {
        one.app_id: one,
        other.app_id: App(other.app_id),
    }


def test_an_app_is_found_before_the_index_knows_it(store: AppStore) -> None:
    # Given an index that lags behind: the install itself names its app
    app = store.save(fresh(), None)
    install = connected(Provider.FACEBOOK, new_account(), "powr_io", NOW, apps=(app.app_id, "removed it"))
    link(store, app, install.id, "powr_io", NOW)

    with patch.object(Table, "items", return_value=iter(())):
        of_install = InstallAppsStore(aws.dynamodb(), "InstagramApps").of(install)

    assert [each.app for each in of_install] == [app]


def test_saved_apps_are_listed_page_by_page(store: AppStore) -> None:
    saved = {store.save(fresh(), None).app_id for _ in range(5)}
    link(store, fresh(), "facebook-2", "powr_io", NOW)

    seen, after = list[str](), None
    while True:
        apps, after = store.page(after, 2)
        seen += [app.app_id for app in apps]
        assert len(apps) <= 2
        if after is None:
            break

    assert seen == sorted(seen)
    assert saved <= set(seen)


@ALL_MODES
def test_a_fault_saves_once_or_not_at_all(store: AppStore, mode: Mode) -> None:
    def scenario(fault: Fault) -> None:
        app = store.save(fresh(), None)
        wanted = app._replace(user="bob")
        fault.attempt(lambda: store.save(wanted, 1), Unavailable)
        assert store.get(app.app_id) in (app, wanted._replace(version=2))

    at_every_call(scenario, mode)
