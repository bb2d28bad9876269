"""The Imports table: which posts were imported for which apps, each once.

The range key `media_id` is `<media id>#<app id>`, or the media id alone for an install without an app.

{install, media_id, claimed_by, claimed_until}   a run is about to send the event
{install, media_id, imported_at}                 it was sent
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.fetch.imports import Import
from signpost.platform.dynamodb import Attr, Change, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CLAIM: Final = ("claimed_by", "claimed_until")
_CLAIM_SECONDS: Final = 60.0  # much longer than sending an event takes, much shorter than anybody would mind waiting


class ImportStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The import table")

    def claim(self, install_id: str, media_id: str, by: str, now: float, *, app_id: str = "") -> Import:
        """Reserve an import for this run, for a minute, unless it was done or another run has reserved it.

        `by` names one run, so that a retry by the SDK finds its own claim.
        """
        key = _key(install_id, media_id, app_id)
        change = Change(set={"claimed_by": by, "claimed_until": now + _CLAIM_SECONDS})
        ended = Attr("claimed_until").not_exists() | Attr("claimed_until").lt(now)
        free = Attr("imported_at").not_exists() & (ended | Attr("claimed_by").eq(by))
        if self._table.update_if(key, change, free):
            return Import()
        stored = self._table.get(key) or {}
        if "imported_at" in stored:
            return Import(imported_at=stored["imported_at"])
        return Import(busy_until=stored.get("claimed_until", now))

    def done(self, install_id: str, media_id: str, by: str, now: float, *, app_id: str = "") -> bool:
        """Note that its event was sent. False when another run has taken it over and sends it again."""
        change = Change(set={"imported_at": now}, remove=_CLAIM)
        return self._table.update_if(_key(install_id, media_id, app_id), change, Attr("claimed_by").eq(by))

    def release(self, install_id: str, media_id: str, by: str, *, app_id: str = "") -> bool:
        """Let another run have it: the event could not be sent."""
        return self._table.update_if(
            _key(install_id, media_id, app_id), Change(remove=_CLAIM), Attr("claimed_by").eq(by)
        )


def _key(install_id: str, media_id: str, app_id: str) -> dict[str, str]:
    return {"install": install_id, "media_id": f"{media_id}#{app_id}" if app_id else media_id}
