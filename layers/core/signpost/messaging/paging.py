"""Lists that go on: pages of at most 100, and where the next one is, as `pagination` tells it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from signpost.messaging import envelope
from signpost.messaging.cursors import Cursors
from signpost.messaging.envelope import Pagination
from signpost.platform.http import Event, public_url

MOST: Final = 100  # entries of a page
_NOT_REPEATED: Final = ("access_token", "max_id", "page")  # in the address of the next page


class Listing(NamedTuple):
    """A page: what is in it, and where the next one begins; None if it is the last."""

    data: Any
    more: Mapping[str, Any] | None = None
    meta: Mapping[str, Any] = {}


class Paging:
    """`url`: where people reach the API, if it is not API Gateway's own address."""

    def __init__(self, cursors: Cursors, url: str = "") -> None:
        self._cursors, self._url = cursors, url

    def start(self, event: Event, user: int) -> dict[str, Any] | None:
        """Where the page that a request asks for begins; None for the first one. Raises `BadRequest`."""
        max_id = (event.get("queryStringParameters") or {}).get("max_id")
        return self._cursors.read(max_id, user=user, route=event["rawPath"]) if max_id else None

    def reply(self, event: Event, user: int, listing: Listing) -> dict[str, Any]:
        pagination = None if listing.more is None else self._next(event, user, listing.more)
        return envelope.enveloped(listing.data, pagination, **listing.meta)

    def _next(self, event: Event, user: int, more: Mapping[str, Any]) -> Pagination:
        cursor = self._cursors.next(more, user=user, route=event["rawPath"])
        given = event.get("queryStringParameters") or {}
        query = {name: value for name, value in given.items() if name not in _NOT_REPEATED}
        address = f"{public_url(event, self._url)}{event['rawPath']}"
        return Pagination(f"{address}?{urlencode({**query, 'max_id': cursor})}", cursor)
