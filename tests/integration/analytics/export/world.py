"""Members who import exports, with a table and a bucket of their own."""

import itertools
from typing import Any

from signpost.analytics.export import places, wiring
from signpost.analytics.export.imports import Begun, FileResult
from signpost.analytics.export.limits import LIMITS, Limits
from signpost.analytics.export.places import Upload
from signpost.platform import aws
from signpost.platform.ids import first_ulid
from tests import dynamodb, exports
from tests.aws import Aws, empty_everything

NOW = 1_795_247_130.0
TABLE, BUCKET = "export-imports", "export-files"
SETTINGS = wiring.Settings(TABLE, BUCKET)

_numbers = itertools.count(1000)


class World:
    """Every member is fresh, so nothing has to be cleared between cases."""

    def __init__(self) -> None:
        self.now = NOW
        self.member = f"facebook-1784140{next(_numbers)}"
        self.build()

    def build(self, limits: Limits = LIMITS) -> None:
        self.imports = wiring.build(SETTINGS, clock=lambda: self.now, limits=limits)

    @staticmethod
    def create_places(data: Aws) -> None:
        data.client("s3").create_bucket(Bucket=BUCKET)
        data.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("member", "item")],
            KeySchema=[{"AttributeName": "member", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        )

    @staticmethod
    def delete_places(data: Aws) -> None:
        empty_everything()
        data.client("s3").delete_bucket(Bucket=BUCKET)
        data.client("dynamodb").delete_table(TableName=TABLE)

    def begin(self, username: str = "nora", followers_count: int | None = None) -> Begun:
        self.now += 1
        return self.imports.begin(self.member, username, followers_count)[0]

    def upload(self, begun: Begun, name: str = "export.zip", content: bytes | None = None) -> str:
        """Returns its key, as S3 makes it from the form."""
        key = Upload(begun.member, begun.id, name).key
        body = exports.export() if content is None else content
        aws.s3().put_object(Bucket=BUCKET, Key=key, Body=body)
        return key

    def take(self, begun: Begun, name: str = "export.zip", content: bytes | None = None) -> FileResult:
        self.now += 1
        result = self.imports.take(self.upload(begun, name, content))
        assert result is not None
        return result

    def erase(self) -> None:
        """What there was of the member until now."""
        self.imports.erase(self.member, first_ulid(self.now + 1))

    def names(self) -> tuple[set[str] | None, set[str] | None]:
        """Who follows the member, and whom it follows, as reports see it."""
        found = self.imports.lists(self.member)
        return (
            set(found.followers.accounts) if found.followers else None,
            set(found.following.accounts) if found.following else None,
        )

    def objects(self) -> list[str]:
        return sorted(
            each["Key"]
            for prefix in places.prefixes(self.member)
            for each in aws.s3().list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())
        )

    def items(self) -> list[dict[str, Any]]:
        return [each for each in dynamodb.items(TABLE) if each["member"] == self.member]
