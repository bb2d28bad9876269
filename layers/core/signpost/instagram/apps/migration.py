"""Moves old apps, which could show any account, to connected accounts and hashtags, as the Graph API requires.

Only apps of the social feed's type migrate, and only for users on the rollout list. `migrated_at` is None at first,
"never" once an old app was saved with the Graph API on (its owner sees a banner), and a time once an account was
connected. Accounts not connected yet are listed in `not_migrated`; the legacy source still serves them.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from typing_extensions import TypedDict

from signpost.instagram.apps.app import NEVER, App
from signpost.instagram.posts import moment
from signpost.platform.reference import described


class Rollout(NamedTuple):
    users: Collection[str]
    app_types: Collection[str] = ("socialFeed",)  # including aliases that older apps are stored under

    def includes(self, app: App) -> bool:
        return app.app_type in self.app_types and app.user in self.users


class FeedSource(StrEnum):
    GRAPH = "graph"
    LEGACY = "legacy"


@described(
    example={"shows_banner": True, "instagram_graph_api_migrated_at": "never", "instagramNotMigratedFeeds": ["@natgeo"]}
)
class MigrationView(TypedDict):
    """The progress of an app's migration, under the names that its users know."""

    shows_banner: bool
    """Whether its owner is asked to connect an account."""
    instagram_graph_api_migrated_at: str | None
    """When an old app's first account was connected; `never` until then. Null: it does not migrate."""
    instagramNotMigratedFeeds: list[str]
    """Feeds of an old app that no connected account serves yet."""


def saved(app: App, rollout: Rollout, *, graph_api: bool) -> App:
    """The app after its owner saved it."""
    if graph_api and rollout.includes(app) and not app.is_new and app.migrated_at is None:
        return app._replace(migrated_at=NEVER)
    return app


def connected(app: App, username: str, now: float, rollout: Rollout) -> App:
    """The app after the account `username` was connected for it.

    The first time, all hashtags and that account migrate, and the other accounts are listed. Later ones are unlisted.
    """
    if not rollout.includes(app):
        return app
    if app.migrated_at is None or app.migrated_at == NEVER:
        accounts = [feed for feed in app.feeds if not _is_hashtag(feed)]
        return app._replace(migrated_at=now, not_migrated=_without(accounts, username))
    return app._replace(not_migrated=_without(app.not_migrated, username))


def source(app: App, feed: str) -> FeedSource:
    """Where a feed's posts come from: legacy until an old app migrates, then only for the accounts still listed."""
    if app.migrated_at is None or app.migrated_at == NEVER:
        return FeedSource.GRAPH if app.is_new else FeedSource.LEGACY
    listed = {_account(name) for name in app.not_migrated}
    return FeedSource.LEGACY if not _is_hashtag(feed) and _account(feed) in listed else FeedSource.GRAPH


def fields(app: App) -> MigrationView:
    at = app.migrated_at
    return {
        "shows_banner": app.shows_banner,
        "instagram_graph_api_migrated_at": at if at is None or at == NEVER else moment(float(at)),
        "instagramNotMigratedFeeds": list(app.not_migrated),
    }


def _is_hashtag(feed: str) -> bool:
    return feed.strip().startswith("#")


def _account(feed: str) -> str:
    return feed.strip().removeprefix("@").lower()


def _without(feeds: Collection[str], username: str) -> tuple[str, ...]:
    gone = _account(username)
    return tuple(dict.fromkeys(feed for feed in feeds if _account(feed) != gone))
