"""The Imports table: which posts were imported for which apps, each once, through whichever product is first.

{account, post, claimed_by, claimed_until}   a run is about to send the event
{account, post, imported_at}                 it was sent

`account` is the professional account's id; `post` is `<shortcode>#<app id>`, or the shortcode alone without an app.
Both products give the same ones.
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.fetch.imports import Import, ImportKey
from signpost.platform.dynamodb import Attr, Change, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CLAIM: Final = ("claimed_by", "claimed_until")
_CLAIM_SECONDS: Final = 60.0  # much longer than sending an event takes, but short enough that nobody minds waiting


class ImportStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The import table")

    def claim(self, key: ImportKey, by: str, now: float) -> Import:
        """Reserve an import for this run for a minute, unless it is done or another run has reserved it.

        `by` names one run, so that a retry by the SDK finds its own claim.
        """
        change = Change(set={"claimed_by": by, "claimed_until": now + _CLAIM_SECONDS})
        ended = Attr("claimed_until").not_exists() | Attr("claimed_until").lt(now)
        free = Attr("imported_at").not_exists() & (ended | Attr("claimed_by").eq(by))
        if self._table.update_if(key.item, change, free):
            return Import()
        stored = self._table.get(key.item) or {}
        if "imported_at" in stored:
            return Import(imported_at=stored["imported_at"])
        return Import(busy_until=stored.get("claimed_until", now), claimed_by=stored.get("claimed_by", ""))

    def done(self, key: ImportKey, by: str, now: float) -> bool:
        """Note that its event was sent. False when another run has taken it over and sends it again."""
        change = Change(set={"imported_at": now}, remove=_CLAIM)
        return self._table.update_if(key.item, change, Attr("claimed_by").eq(by))

    def release(self, key: ImportKey, by: str) -> bool:
        """Let another run have it: the event could not be sent."""
        return self._table.update_if(key.item, Change(remove=_CLAIM), Attr("claimed_by").eq(by))
