"""The app store."""

import uuid

import pytest

from signpost.instagram.apps.app import AccountLink, App, AppWithLinks, link_item
from signpost.instagram.apps.store import AppStore
from signpost.platform import aws
from signpost.platform.errors import PreconditionFailed, Unavailable
from tests.faults import ALL_MODES, Fault, Mode, at_every_call

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
        AccountLink(app.app_id, "facebook-2", "powr_io", NOW),
        AccountLink(app.app_id, "facebook-1", "natgeo", NOW + 1),
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


@ALL_MODES
def test_a_fault_saves_once_or_not_at_all(store: AppStore, mode: Mode) -> None:
    def scenario(fault: Fault) -> None:
        app = store.save(fresh(), None)
        wanted = app._replace(user="bob")
        fault.attempt(lambda: store.save(wanted, 1), Unavailable)
        assert store.get(app.app_id) in (app, wanted._replace(version=2))

    at_every_call(scenario, mode)
