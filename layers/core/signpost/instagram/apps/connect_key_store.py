"""Connect keys in the InstagramApps table.

{app_id, part: connect-key, keys: [{encrypted, made_at, until}], key_version}   the newest key first
"""

from typing import TYPE_CHECKING

from signpost.instagram.apps.connect_keys import StoredKey
from signpost.instagram.apps.store import APP, CONNECT_KEY, SERVICE
from signpost.platform.dynamodb import CONDITION_FAILED, Attr, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ConnectKeyStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, SERVICE)

    def get(self, app_id: str) -> tuple[tuple[StoredKey, ...], int]:
        """The keys, and the version that `put` replaces."""
        item = self._table.get({"app_id": app_id, "part": CONNECT_KEY})
        if item is None:
            return (), 0
        return tuple(StoredKey(**each) for each in item["keys"]), item["key_version"]

    def put(self, app_id: str, keys: tuple[StoredKey, ...], version: int) -> bool | None:
        """Replace the keys. False if their version has changed, None if there is no such app."""
        kept = [{name: value for name, value in each._asdict().items() if value is not None} for each in keys]
        item = {"app_id": app_id, "part": CONNECT_KEY, "keys": kept, "key_version": version + 1}
        is_same = Attr("key_version").eq(version) if version else Attr("key_version").not_exists()
        exists = self._table.checking({"app_id": app_id, "part": APP}, Attr("app_id").exists())
        codes = self._table.transact([exists, self._table.putting(item, is_same)], tell_conflicts=True)
        if not codes:
            return True
        return None if codes[0] == CONDITION_FAILED else False
