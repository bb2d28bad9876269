"""Chooses the feed for a widget's request: from the Graph API's posts, or from the legacy source."""

from typing import TYPE_CHECKING, ClassVar

from signpost.instagram.apps.migration import FeedSource, source
from signpost.instagram.feed.views import Addresses, Feed, settings
from signpost.instagram.products import Provider
from signpost.platform.errors import NotFound

if TYPE_CHECKING:
    from signpost.instagram.feed.apps import FeedApp
    from signpost.instagram.feed.graph_feeds import GraphFeeds
    from signpost.instagram.feed.legacy_feeds import LegacyFeeds
    from signpost.instagram.feed.request import FeedRequest
    from signpost.instagram.feed.shapes import SettingsView
    from signpost.platform.clock import Clock


class NotShown(NotFound):
    code: ClassVar[str] = "feed_not_in_app"


class FeedServing:
    def __init__(self, graph: "GraphFeeds", legacy: "LegacyFeeds", clock: "Clock") -> None:
        self._graph, self._legacy, self._clock = graph, legacy, clock

    def feed(self, request: "FeedRequest", app: "FeedApp") -> Feed:
        """What the widget shows.

        Raises:
            InvalidInput: the cursor is not one of this feed.
            NotConnected: the account must be connected first.
            NotShown: the app has feeds, and this is not one of them; or it is a hashtag that the app does not have.
            HashtagAccountMissing, UnknownHashtag: the tag cannot be shown.
            Unavailable: a table does not answer.
        """
        request = _named(request, app)
        is_legacy = bool(request.name) and source(app.app, request.feed) is FeedSource.LEGACY
        _check_shown(request, app)
        if is_legacy:
            return self._legacy.feed(request)
        return self._graph.hashtag(request, app) if request.is_hashtag else self._graph.account(request, app)

    def settings(self, request: "FeedRequest", app: "FeedApp") -> "SettingsView":
        """What a settings page shows, even for an app without a connected account."""
        account = (
            app.hashtag_account(request.username, request.page_name)
            if request.is_hashtag
            else app.account(request.name or request.username, request.page_name)
        )
        install = account.install if account else None
        wanted = Provider.FACEBOOK if request.is_hashtag else None  # the only one with hashtags
        return settings(app.app, install, Addresses(request.public_url), self._clock(), wanted)


def _named(request: "FeedRequest", app: "FeedApp") -> "FeedRequest":
    """With the account that `@` alone stands for: the one named by other parameters, or the app's first one."""
    if request.is_hashtag or request.name:
        return request
    if request.username:
        return request._replace(name=request.username)
    account = app.first_shown(request.page_name)
    if account is not None:
        return request._replace(name=account.install.instagram_account.lower())
    shown = [each for each in app.listed if each.startswith("@")]
    return request._replace(name=shown[0][1:]) if shown and not request.page_name else request


def _check_shown(request: "FeedRequest", app: "FeedApp") -> None:
    if request.name and not app.shows(request.feed):
        raise NotShown(f"The app does not show {request.feed}: save it among the app's feeds first.")
    if not (request.name or request.page_name) and app.listed:
        raise NotShown("The app shows no account: save one among the app's feeds first.")
