"""What other contexts may read about Instagram: installs, their posts, and how posts and accounts did over time."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram import posts
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider
from signpost.platform.clock import from_rfc3339
from signpost.platform.dynamodb import Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Measurement(NamedTuple):
    """How a post did at `at` (seconds since 1970). Each sync that finds a change adds one."""

    at: float
    metrics: Mapping[str, float]
    breakdowns: Mapping[str, Mapping[str, float]]


class AccountSnapshot(NamedTuple):
    """An account's numbers at `at` (seconds since 1970), about one a day; None: Meta did not give the number."""

    at: float
    followers_count: int | None
    follows_count: int | None
    media_count: int | None


class Readings:
    """What has a time comes oldest first. `client` is `aws.dynamodb()`.

    Every method raises `Unavailable` when DynamoDB does not answer.
    """

    def __init__(self, client: "DynamoDBClient", installs_table: str, media_table: str) -> None:
        self._installs = InstallStore(client, installs_table)
        self._media = Table(client, media_table, "The media table")

    def install(self, install_id: str) -> Install | None:
        return self._installs.get(install_id)

    def installs(self) -> list[Install]:
        """All installs, also those whose connection has ended, by username."""
        return sorted(self._installs.all(), key=lambda each: (each.instagram_account.lower(), each.id))

    def posts(self, install_id: str) -> Iterator[Post]:
        """The posts of an account, with their latest metrics."""
        return map(posts.from_item, self._media.items(Key("owner").eq(install_id)))

    def measurements(self, install_id: str, media_id: str) -> Iterator[Measurement]:
        owner = posts.metrics_owner(install_id, media_id)
        for item in self._media.items(Key("owner").eq(owner)):
            yield Measurement(from_rfc3339(item["item"]), item.get("metrics", {}), item.get("breakdowns", {}))

    def account_snapshots(self, install_id: str) -> Iterator[AccountSnapshot]:
        for item in self._media.items(Key("owner").eq(posts.account_owner(install_id))):
            yield AccountSnapshot(
                at=from_rfc3339(item["item"]),
                followers_count=item.get("followers_count"),
                follows_count=item.get("follows_count"),
                media_count=item.get("media_count"),
            )

    def synced_accounts(self) -> int:
        """How many installs are synced regularly."""
        return self._installs.table.count(Key("sync").eq("due"), index="by_sync")

    def calls(self, day: str) -> dict[Provider, int]:
        """How many calls of Meta's API were made on a UTC day, such as `2026-11-21`, by product."""
        items = self._installs.table.batch_get({"key": calls_key(each, day)} for each in Provider)
        found = {item["key"]: int(item.get("calls", 0)) for item in items}
        return {each: found.get(calls_key(each, day), 0) for each in Provider}


def calls_key(provider: Provider, day: str) -> str:
    return f"calls#{provider.value}#{day}"
