"""What a feed's request is answered: body, status, and the headers for caches and for pages of other origins."""

import json
from base64 import b64encode
from collections.abc import Collection, Mapping
from hashlib import blake2s
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.feed import request
from signpost.instagram.feed.serving import HashtagAccountMissing, NotConnected
from signpost.instagram.feed.views import Addresses, body
from signpost.platform import cors
from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import JSON, Reply, json_reply, reply
from signpost.platform.preconditions import is_known

if TYPE_CHECKING:
    from signpost.instagram.feed.apps import FeedApp, FeedApps
    from signpost.instagram.feed.files import Picture
    from signpost.instagram.feed.request import FeedRequest
    from signpost.instagram.feed.serving import FeedServing

_SHARED: Final = {"cache-control": "public, max-age=60"}
_PRIVATE: Final = {"cache-control": "no-store"}
_FOR_EVER: Final = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}


class UnknownApp(NotFound):
    code = "unknown_app"


class FeedReplies:
    """`return_hosts` may read every app's feeds: they are our own sites."""

    def __init__(
        self, apps: "FeedApps", serving: "FeedServing", addresses: Addresses, return_hosts: Collection[str]
    ) -> None:
        self._apps, self._serving, self._addresses = apps, serving, addresses
        self._own = cors.of_hosts(return_hosts)

    def feed(self, query: Mapping[str, str], origin: str | None, if_none_match: str | None) -> Reply:
        headers = cors.headers(origin, self._own)
        try:
            asked = request.read(query)
            app = self._app(asked.app_id)
            headers = cors.headers(origin, {*self._own, *app.app.origins})
            return self._feed(asked, app, query, headers, if_none_match)
        except SignpostError as error:
            return refusal(error, headers)

    def preflight(self, query: Mapping[str, str], origin: str | None) -> Reply:
        """The answer to a browser that asks whether a page may send a request that is not a plain one."""
        allowed = set(self._own)
        try:
            allowed.update(self._app(query.get("app_id", "")).app.origins)
        except NotFound:
            pass
        except SignpostError as error:
            return refusal(error, cors.headers(origin, self._own))
        return {"statusCode": 204, "headers": cors.headers(origin, allowed, preflight=True), "body": ""}

    def _feed(
        self,
        asked: "FeedRequest",
        app: "FeedApp",
        query: Mapping[str, str],
        headers: dict[str, str],
        if_none_match: str | None,
    ) -> Reply:
        try:
            try:
                feed = self._serving.feed(asked, app)
            except (NotConnected, HashtagAccountMissing):
                app = self._apps.get_again(asked.app_id) or app
                feed = self._serving.feed(asked, app)
        except SignpostError as error:
            return refusal(error, headers, self._settings(asked, app))
        settings = self._settings(asked, app)
        following = None
        if feed.next_cursor:
            following = f"{self._addresses.public_url}/instagram?{request.next_query(query, feed.next_cursor)}"
        text = json.dumps({**body(feed, following), **settings})
        if asked.is_settings:
            return reply(200, text, JSON, {**headers, **_PRIVATE})
        etag = f'"{blake2s(text.encode(), digest_size=12).hexdigest()}"'
        headers = {**headers, **_SHARED, "etag": etag}
        if is_known(if_none_match, etag):
            return {"statusCode": 304, "headers": headers, "body": ""}
        return reply(200, text, JSON, headers)

    def _settings(self, asked: "FeedRequest", app: "FeedApp") -> dict[str, Any]:
        return {"settings": self._serving.settings(asked, app)} if asked.is_settings else {}

    def _app(self, app_id: str) -> "FeedApp":
        app = self._apps.get(app_id) if app_id else None
        if app is None:
            raise UnknownApp("There is no app with this app_id.")
        return app


def refusal(
    error: SignpostError, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> Reply:
    fields = {"code": error.code, "message": str(error)}
    connect_url = getattr(error, "connect_url", None)
    if connect_url:
        fields["connect_url"] = connect_url
    return json_reply(error.status, {"error": fields, **(more or {})}, {**(headers or {}), **_PRIVATE})


def picture_reply(picture: "Picture") -> Reply:
    return {
        "statusCode": 200,
        "headers": {"content-type": picture.content_type, **_FOR_EVER},
        "body": b64encode(picture.content).decode(),
        "isBase64Encoded": True,
    }
