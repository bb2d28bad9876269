"""An install with everything that there can be about it, in all tables and in the bucket; and what is left of it."""

import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Self

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.deletion.request import DeletionProgress, Kind, Request, message
from signpost.instagram.deletion.store import DeletionStore
from signpost.instagram.install_store import InstallStore, account_key, person_key
from signpost.instagram.installs import Install, install_id, item
from signpost.instagram.products import Provider
from signpost.platform import aws

NOW = 1_795_247_130.0
TABLES = ("InstagramInstalls", "InstagramApps", "InstagramHashtags", "Media", "Imports")
APPS, HASHTAGS, MEDIA, IMPORTS = TABLES[1:]


_numbers = itertools.count(1000)


class World:
    """`bucket` is the one of pictures. Every case takes ids of its own, so nothing has to be cleared between them."""

    def __init__(self, bucket: str) -> None:
        self.bucket, self.now = bucket, NOW
        self.client, self.s3 = aws.dynamodb(), aws.s3()
        self.installs = InstallStore(aws.dynamodb_json(), TABLES[0])
        self.requests = DeletionStore(self.client, TABLES[0])

    def fresh(self) -> str:
        """Digits that nobody has used."""
        return f"1784140000{next(_numbers)}"

    def connect(
        self,
        account: str,
        person: str,
        provider: Provider = Provider.FACEBOOK,
        connected_at: float = NOW - 1000,
        **changes: Any,
    ) -> Install:
        """As the connect function leaves it, with the entries that it is found by."""
        install = Install(
            install_id(provider, account),
            provider,
            f"user-{account}",
            account,
            f"connection-of-{connected_at}",
            connected_at,
            ConnectionState.ACTIVE,
            b"encrypted",
            connected_at,
            person_id=person,
            app_scoped_id=f"9{account}",
            owner_email="nora@example.com",
            check_day="2026-11-22",
            sync_at=NOW + 60,
        )
        stored: dict[str, Any] = {**item(install), "sync": "due", "app_tokens": {"ab": 1}, **changes}
        self.installs.table.put(stored)
        for key in (account_key(account), account_key(f"9{account}"), person_key(person)):
            self.client.update_item(
                TableName="InstagramInstalls",
                Key={"key": key},
                UpdateExpression="ADD installs :ids",
                ExpressionAttributeValues={":ids": {install.id}},
            )
        return install

    def fill(self, install: Install, posts: int = 2, *, measurements: int = 1, pictures: int = 2) -> None:
        """Posts and all else that an install gathers."""
        with self.batch() as batch:
            for number in range(posts):
                media_id = f"{number}"
                keys = [f"pictures/{install.id}/{media_id}-{each}.jpg" for each in range(pictures)]
                posted = f"media#2026-11-20T07:{number // 60 % 60:02}:{number % 60:02}Z#{media_id}"
                batch(MEDIA, {"owner": install.id, "item": posted, "pictures": keys, "caption": "Grüße"})
                for each in range(measurements):
                    batch(MEDIA, {"owner": f"{install.id}#{media_id}", "item": f"2026-11-21T{each:04}"})
                for key in keys:
                    self.s3.put_object(Bucket=self.bucket, Key=key, Body=b"picture")
            batch(MEDIA, {"owner": f"{install.id}#account", "item": "2026-11-21T00"})
            batch(MEDIA, {"owner": f"legacy#{install.instagram_account}", "item": "copy"})
            batch(IMPORTS, {"install": install.id, "media_id": "0"})
            batch(APPS, {"app_id": f"app-of-{install.id}", "part": "app", "feeds": []})
            batch(APPS, {"app_id": f"app-of-{install.id}", "part": f"install#{install.id}", "install": install.id})
            if install.provider is Provider.FACEBOOK:
                account = install.instagram_business_account_id
                batch(HASHTAGS, {"key": f"asked#{account}", "tags": {"food": Decimal(1)}, "version": 1})
                batch(HASHTAGS, {"key": f"poll#food#{install.id}", "install": install.id, "tag": "food"})
        # A fetch that was cut off left this one.
        self.s3.put_object(Bucket=self.bucket, Key=f"pictures/{install.id}/lost.jpg", Body=b"picture")

    def left(self, *names: str) -> list[str]:
        """Keys of all items and pictures in which one of these texts is, apart from the apps."""
        found = [
            key
            for table in TABLES
            for page in self.client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
            for each in page["Items"]
            if (key := f"{table} {json.dumps(each, default=repr)}") and str(each.get("part")) != "app"
        ]
        found += [each["Key"] for each in self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])]
        return sorted(key for key in found if any(name in key for name in names))

    def put(self, table: str, stored: dict[str, Any]) -> None:
        self.client.put_item(TableName=table, Item=stored)

    def stored(self, install: Install) -> dict[str, Any]:
        reply = self.client.get_item(TableName="InstagramInstalls", Key={"key": install.id}, ConsistentRead=True)
        return dict(reply.get("Item", {}))

    def progress(self, code: str) -> DeletionProgress:
        found = self.requests.get(code, self.now)
        assert found is not None
        return found

    def batch(self) -> Any:
        return Batch(self.client)


class Batch:
    """Puts items in as few calls as there can be."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._waiting: list[tuple[str, dict[str, Any]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for part in self._parts():
            requests: dict[str, list[Any]] = {}
            for table, stored in part:
                requests.setdefault(table, []).append({"PutRequest": {"Item": stored}})
            assert not self._client.batch_write_item(RequestItems=requests).get("UnprocessedItems")

    def __call__(self, table: str, stored: dict[str, Any]) -> None:
        self._waiting.append((table, stored))

    def _parts(self) -> Iterator[list[tuple[str, dict[str, Any]]]]:
        for start in range(0, len(self._waiting), 25):
            yield self._waiting[start : start + 25]


def erase(person: str, code: str, issued_at: float | None = NOW) -> Request:
    return Request(Kind.ERASE, person, issued_at, NOW + 1, code)


def deauthorize(person: str, issued_at: float | None = NOW) -> Request:
    return Request(Kind.DEAUTHORIZE, person, issued_at, NOW + 1)


def event(wanted: Request, received: int = 1) -> dict[str, Any]:
    record = {
        "messageId": "message-1",
        "receiptHandle": "handle-1",
        "body": json.dumps(message(wanted)),
        "attributes": {"ApproximateReceiveCount": str(received)},
    }
    return {"Records": [record]}
