import pytest

from signpost.instagram.apps.app import NEVER, App
from signpost.instagram.apps.migration import FeedSource, Rollout, connected, saved, source

NOW = 1_795_244_400.0
FEEDS = ("#food", "@powr_io", "@natgeo", "@apple", "@trees")
APP = App("widget", "socialFeed", "ann", is_new=False, feeds=FEEDS)
ROLLOUT = Rollout(users={"ann"}, app_types={"socialFeed", "social-feed"})


def migrated(app: App) -> tuple[str, ...]:
    """The feeds that come from the Graph API; all others come from the legacy source."""
    return tuple(feed for feed in app.feeds if source(app, feed) is FeedSource.GRAPH)


def test_the_example_of_the_rules() -> None:
    # Given an old app with a hashtag and four accounts, saved with the Graph API on
    app = saved(APP, ROLLOUT, graph_api=True)
    assert app.migrated_at == NEVER
    assert app.shows_banner

    # When one of its accounts is connected
    app = connected(app, "powr_io", NOW, ROLLOUT)

    # Then the hashtag and that account have migrated, and the others are listed and served as before
    assert migrated(app) == ("#food", "@powr_io")
    assert app.not_migrated == ("@natgeo", "@apple", "@trees")
    assert app.migrated_at == NOW
    assert not app.shows_banner
    assert source(app, "@natgeo") is FeedSource.LEGACY

    # When a listed one is connected later, then it leaves the list, and the date stays
    app = connected(app, "Apple", NOW + 9, ROLLOUT)
    assert app.not_migrated == ("@natgeo", "@trees")
    assert migrated(app) == ("#food", "@powr_io", "@apple")
    assert app.migrated_at == NOW


def test_an_app_may_be_connected_without_having_been_saved() -> None:
    assert connected(APP, "powr_io", NOW, ROLLOUT).migrated_at == NOW


@pytest.mark.parametrize(
    ("app", "graph_api"),
    [
        (APP, False),
        (APP._replace(is_new=True), True),
        (APP._replace(user="bob"), True),
        (APP._replace(app_type="countdown"), True),
        (APP._replace(migrated_at=NOW), True),
        (APP._replace(migrated_at=NEVER), True),
    ],
)
def test_saving_changes_nothing_else(app: App, graph_api: bool) -> None:
    assert saved(app, ROLLOUT, graph_api=graph_api) is app


def test_an_alias_of_the_social_feed_migrates_too() -> None:
    assert saved(APP._replace(app_type="social-feed"), ROLLOUT, graph_api=True).shows_banner


@pytest.mark.parametrize("app", [APP._replace(user="bob"), APP._replace(app_type="countdown")])
def test_an_app_outside_the_rollout_does_not_migrate(app: App) -> None:
    assert connected(app, "powr_io", NOW, ROLLOUT) is app


def test_names_ignore_case_and_need_no_sign() -> None:
    app = connected(APP._replace(feeds=("PowR_io", " #Food", "natgeo", "@natgeo", "natgeo")), "@powr_IO", NOW, ROLLOUT)

    assert app.not_migrated == ("natgeo", "@natgeo")
    assert migrated(app) == ("PowR_io", " #Food")
    assert source(app, "@NatGeo") is FeedSource.LEGACY


def test_connecting_an_account_that_the_app_does_not_show_lists_all_of_its_own() -> None:
    assert connected(APP, "someone", NOW, ROLLOUT).not_migrated == ("@powr_io", "@natgeo", "@apple", "@trees")


@pytest.mark.parametrize("migrated_at", [None, NEVER])
def test_until_it_migrates_an_old_app_is_served_as_before(migrated_at: None) -> None:
    assert migrated(APP._replace(migrated_at=migrated_at)) == ()


def test_a_new_app_never_had_another_source() -> None:
    assert source(APP._replace(is_new=True), "@natgeo") is FeedSource.GRAPH


def test_a_hashtag_is_not_mistaken_for_an_account() -> None:
    app = APP._replace(migrated_at=NOW, not_migrated=("food",))

    assert source(app, "#food") is FeedSource.GRAPH
    assert source(app, "@food") is FeedSource.LEGACY
