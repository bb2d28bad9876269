"""All places that hold something about an install, for erasing it there.

    MediaFiles           pictures/<install>/…
    Media                <install>#account, <install>#<media id> (measurements), <install> (posts), legacy#<username>
    Imports              <install>
    InstagramApps        the links to it; apps themselves stay
    InstagramHashtags    asked#<account id>, and the polls of the tags in it; a poll without install ends by itself
    InstagramInstalls    the install, and its entries in account#… and person#…

What is counted is deleted in one transaction with its number on `deletion#<code>`: a repetition counts nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.deletion.request import Erased
from signpost.instagram.deletion.store import deletion_key
from signpost.instagram.install_store import InstallStore, account_key, person_key
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform.aws import cancellation_reasons, error_code, named_errors
from signpost.platform.dynamodb import Attr, Change
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_SERVICE: Final = "The data store"
_IN_TRANSACTION: Final = 99  # DynamoDB takes 100, and one is the number
_IN_BATCH: Final = 25  # DynamoDB's limit of one BatchWriteItem
_TRIES: Final = 5
LEASE_SECONDS: Final = 360.0  # the function's time-out and then some

Item = Mapping[str, Any]
GoOn = Callable[[], None]  # raises when the time is over: called between calls that may be many


class Busy(Exception):
    """Somebody else works on the install until that moment (seconds since 1970)."""

    def __init__(self, until: float) -> None:
        super().__init__(until)
        self.until = until


class Tables(NamedTuple):
    """Names of the other tables, and of the bucket."""

    apps: str
    hashtags: str
    media: str
    imports: str
    bucket: str


class ErasureStore:
    """Every method raises `Unavailable` when AWS does not answer; all may be done again."""

    def __init__(self, installs: InstallStore, client: "DynamoDBClient", s3: "S3Client", tables: Tables) -> None:
        self._installs, self._client, self._s3, self._tables = installs, client, s3, tables

    def seize(self, install: Install, code: str, now: float) -> bool:
        """Have nobody else work on it, and nobody connect it, until it is gone; its token is gone at once.

        False when it is gone, or was connected again meanwhile.

        Raises:
            Busy: a fetch works on it.
        """
        # Without a token and a place in the indexes, no fetch begins any more; with `erasing`, no connection either.
        change = Change(
            set={
                "erasing": True,
                "lease_by": code,
                "lease_until": now + LEASE_SECONDS,
                "state": ConnectionState.REVOKED.value,
                "token": b"",
            },
            remove=("sync", "sync_at", "check_day"),
        )
        is_free = Attr("lease_until").not_exists() | Attr("lease_until").lte(now) | Attr("lease_by").eq(code)
        if self._installs.change(install, change, is_free):
            return True
        item = self._installs.table.get({"key": install.id}) or {}
        if item.get("connection") != install.connection:
            return False
        raise Busy(item.get("lease_until", now))

    def erase_pictures(self, install: Install, go_on: GoOn) -> None:
        """By the folder, for a fetch that was cut off leaves pictures of which no post tells."""
        more = True
        while more:
            go_on()
            with named_errors(_SERVICE):
                listed = self._s3.list_objects_v2(Bucket=self._tables.bucket, Prefix=f"pictures/{install.id}/")
                keys = [each["Key"] for each in listed.get("Contents", [])]
                if not keys:
                    return
                reply = self._s3.delete_objects(
                    Bucket=self._tables.bucket, Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True}
                )
            if reply.get("Errors"):
                raise Unavailable("Not all pictures could be erased; try again.")
            more = listed["IsTruncated"]

    def erase_posts(self, install: Install, code: str, go_on: GoOn) -> None:
        """The posts, each after its measurements, and the measurements of the account."""
        self._erase_measurements(f"{install.id}#account", go_on)
        while True:
            items = self._some(self._tables.media, ("owner", install.id), "#item, pictures")
            for each in items:
                self._erase_measurements(f"{install.id}#{each['item'].rpartition('#')[2]}", go_on)
            pictures = sum(len(each.get("pictures", ())) for each in items)
            keys = [{"owner": each["owner"], "item": each["item"]} for each in items]
            if self._erase_counted(self._tables.media, keys, code, Erased(posts=len(items), pictures=pictures)):
                break
            go_on()
        # What the old source showed of the account before it was connected.
        self._erase(self._tables.media, {"owner": f"legacy#{install.instagram_account}", "item": "copy"})

    def erase_imports(self, install: Install, code: str, go_on: GoOn) -> None:
        while True:
            items = self._some(self._tables.imports, ("install", install.id), "media_id")
            keys = [{"install": each["install"], "media_id": each["media_id"]} for each in items]
            if self._erase_counted(self._tables.imports, keys, code, Erased(imports=len(keys))):
                return
            go_on()

    def erase_links(self, install: Install) -> None:
        """The index lags by moments, but nobody has been able to make a link since the install was seized."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._tables.apps,
            IndexName="by_install",
            KeyConditionExpression="#install = :install",
            ExpressionAttributeNames={"#install": "install"},
            ExpressionAttributeValues={":install": install.id},
        )
        with named_errors(_SERVICE):
            links = [(str(each["app_id"]), str(each["part"])) for page in pages for each in page["Items"]]
        for app_id, part in links:
            self._erase(self._tables.apps, {"app_id": app_id, "part": part})

    def erase_hashtags(self, install: Install) -> None:
        if install.provider is not Provider.FACEBOOK:
            return  # only Facebook Login has hashtags: what there is under this account's id is another install's
        asked = {"key": f"asked#{install.instagram_business_account_id}"}
        with named_errors(_SERVICE):
            item = self._client.get_item(TableName=self._tables.hashtags, Key=asked, ConsistentRead=True).get("Item")
        if item:
            tags: Any = item.get("tags", {})
            for tag in tags:
                self._erase(self._tables.hashtags, {"key": f"poll#{tag}#{install.id}"})
            self._erase(self._tables.hashtags, asked)

    def erase_install(self, install: Install, code: str) -> None:
        """The install itself and what it is found by, at once: a repetition finds all of it or nothing."""
        named = [account_key(each) for each in (install.instagram_business_account_id, install.app_scoped_id) if each]
        named += [person_key(install.person_id)] if install.person_id else []
        for _ in range(_TRIES):
            entries = list(self._installs.items(named))
            parts = [self._without(each, install.id) for each in entries if install.id in each.get("installs", ())]
            install_gone = {
                "TableName": self._installs.table.name,
                "Key": {"key": install.id},
                "ConditionExpression": "erasing = :yes AND #connection = :connection",
                "ExpressionAttributeNames": {"#connection": "connection"},
                "ExpressionAttributeValues": {":yes": True, ":connection": install.connection},
            }
            reasons = self._transact([{"Delete": install_gone}, *parts, self._count(code, Erased(accounts=1))])
            if not reasons or reasons[0] == "ConditionalCheckFailed":
                return  # erased, by this worker or by another one
        raise Unavailable("The account is being changed; try again.")

    def _without(self, entry: Item, install_id: str) -> dict[str, Any]:
        """A part of a transaction that takes the install out of an entry as it was read; an empty entry goes."""
        condition = {
            "TableName": self._installs.table.name,
            "Key": {"key": entry["key"]},
            "ConditionExpression": "installs = :installs",
        }
        if set(entry["installs"]) == {install_id}:
            return {"Delete": {**condition, "ExpressionAttributeValues": {":installs": entry["installs"]}}}
        values = {":installs": entry["installs"], ":gone": {install_id}}
        update = {"UpdateExpression": "DELETE installs :gone", "ExpressionAttributeValues": values}
        return {"Update": {**condition, **update}}

    def _erase_measurements(self, owner: str, go_on: GoOn) -> None:
        go_on()
        table = self._tables.media
        while items := self._some(table, ("owner", owner), "#item", _IN_BATCH):
            left: dict[str, Any] = {
                table: [{"DeleteRequest": {"Key": {"owner": owner, "item": each["item"]}}} for each in items]
            }
            for _ in range(_TRIES):
                with named_errors(_SERVICE):
                    left = dict(self._client.batch_write_item(RequestItems=left).get("UnprocessedItems", {}))
                if not left:
                    break
            else:
                raise Unavailable(f"{_SERVICE} is not answering; try again.")
            if len(items) < _IN_BATCH:
                return
            go_on()

    def _some(self, table: str, key: tuple[str, str], attributes: str, limit: int = _IN_TRANSACTION) -> list[Item]:
        """The first items under a hash key (its name and value): those before are erased."""
        names = {"#key": key[0]} | ({"#item": "item"} if "#item" in attributes else {})
        with named_errors(_SERVICE):
            reply = self._client.query(
                TableName=table,
                KeyConditionExpression="#key = :value",
                ProjectionExpression=f"#key, {attributes}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues={":value": key[1]},
                Limit=limit,
                ConsistentRead=True,
            )
        return list(reply["Items"])

    def _erase(self, table: str, key: Mapping[str, str]) -> None:
        with named_errors(_SERVICE):
            self._client.delete_item(TableName=table, Key=key)

    def _erase_counted(self, table: str, keys: Sequence[Mapping[str, str]], code: str, erased: Erased) -> bool:
        """Whether these were the last; not when another worker was faster with one of them: then none is erased."""
        if not keys:
            return True
        deletes = [
            {
                "Delete": {
                    "TableName": table,
                    "Key": key,
                    "ConditionExpression": "attribute_exists(#key)",
                    "ExpressionAttributeNames": {"#key": next(iter(key))},
                }
            }
            for key in keys
        ]
        return not self._transact([*deletes, self._count(code, erased)]) and len(keys) < _IN_TRANSACTION

    def _count(self, code: str, erased: Erased) -> dict[str, Any]:
        numbers = {name: number for name, number in erased._asdict().items() if number}
        return {
            "Update": {
                "TableName": self._installs.table.name,
                "Key": deletion_key(code),
                "UpdateExpression": "ADD " + ", ".join(f"{name} :{name}" for name in numbers),
                "ExpressionAttributeValues": {f":{name}": number for name, number in numbers.items()},
            }
        }

    def _transact(self, parts: list[Any]) -> list[str]:
        """Empty when it is done; the reason of each part when a condition of one failed and nothing is done."""
        try:
            with named_errors(_SERVICE):
                self._client.transact_write_items(TransactItems=parts)
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            return [str(reason.get("Code")) for reason in cancellation_reasons(error)]
        return []
