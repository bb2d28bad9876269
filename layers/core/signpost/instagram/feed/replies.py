"""Replies to requests for feeds: body, status, and headers for caches and for pages of other origins."""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.error_reply import error_body
from signpost.instagram.feed import cursors
from signpost.instagram.feed.graph_feeds import HashtagAccountMissing, NotConnected
from signpost.instagram.feed.request import FeedRequest, read
from signpost.instagram.feed.shapes import ReasonView
from signpost.instagram.feed.views import Feed, body
from signpost.platform import cors
from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import JSON, Reply, json_reply, reply
from signpost.platform.preconditions import is_known

if TYPE_CHECKING:
    from signpost.instagram.feed.apps import FeedApp, FeedApps
    from signpost.instagram.feed.files import Picture
    from signpost.instagram.feed.serving import FeedServing

_SHARED: Final = {"cache-control": "public, max-age=60"}
_PRIVATE: Final = {"cache-control": "no-store"}
_IMMUTABLE: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}


class UnknownApp(NotFound):
    code = "unknown_app"


class FeedReplies:
    """`return_hosts` may read every app's feeds: they are our own sites."""

    def __init__(self, apps: "FeedApps", serving: "FeedServing", return_hosts: Collection[str]) -> None:
        self._apps, self._serving = apps, serving
        self._own = cors.of_hosts(return_hosts)

    def feed(self, query: Mapping[str, str], public_url: str, origin: str | None, if_none_match: str | None) -> Reply:
        """`public_url`: where people reach the API; addresses in the feed begin with it."""
        headers, settings = cors.headers(origin, self._own), dict[str, Any]()
        try:
            request = read(query, public_url)
            app = self._app(request.app_id)
            headers = cors.headers(origin, {*self._own, *app.app.origins})
            settings = self._settings(request, app)
            try:
                feed = self._serving.feed(request, app)
            except (NotConnected, HashtagAccountMissing):
                app = self._apps.get_again(request.app_id) or app
                settings = self._settings(request, app)
                feed = self._serving.feed(request, app)
        except SignpostError as error:
            return refusal(error, headers, settings)
        shown = body(feed, _next_address(query, public_url, feed))
        text = json.dumps({**shown, **_with_reason(settings, shown.get("reason"))})
        if request.is_settings:
            return reply(200, text, JSON, {**headers, **_PRIVATE})
        etag = f'"{blake2s(text.encode(), digest_size=12).hexdigest()}"'
        headers = {**headers, **_SHARED, "etag": etag}
        if is_known(if_none_match, etag):
            return {"statusCode": 304, "headers": headers, "body": ""}
        return reply(200, text, JSON, headers)

    def preflight(self, query: Mapping[str, str], origin: str | None) -> Reply:
        """The reply to a CORS preflight request."""
        allowed = set(self._own)
        try:
            allowed.update(self._app(query.get("app_id", "")).app.origins)
        except NotFound:
            pass
        except SignpostError as error:
            return refusal(error, cors.headers(origin, self._own))
        return {"statusCode": 204, "headers": cors.headers(origin, allowed, preflight=True), "body": ""}

    def _settings(self, request: FeedRequest, app: "FeedApp") -> dict[str, Any]:
        return {"settings": self._serving.settings(request, app)} if request.is_settings else {}

    def _app(self, app_id: str) -> "FeedApp":
        app = self._apps.get(app_id) if app_id else None
        if app is None:
            raise UnknownApp("There is no app with this app_id.")
        return app


def _next_address(query: Mapping[str, str], public_url: str, feed: Feed) -> str | None:
    if feed.next_cursor is None:
        return None
    return f"{public_url}/instagram?{cursors.next_query(query, feed.next_cursor)}"


def refusal(
    error: SignpostError, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> Reply:
    reason: ReasonView = {"code": error.code, "message": str(error)}
    return json_reply(
        error.status, {**error_body(error), **_with_reason(more or {}, reason)}, {**(headers or {}), **_PRIVATE}
    )


def _with_reason(settings: Mapping[str, Any], reason: ReasonView | None) -> dict[str, Any]:
    """The settings, if requested, with the reason why the feed is empty."""
    return {name: {**values, "reason": reason} for name, values in settings.items()}


def picture_reply(picture: "Picture") -> Reply:
    return {
        "statusCode": 200,
        "headers": {"content-type": picture.content_type, **_IMMUTABLE},
        "body": b64encode(picture.content).decode(),
        "isBase64Encoded": True,
    }
