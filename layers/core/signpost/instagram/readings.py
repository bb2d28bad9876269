"""What other contexts may read about Instagram.

Installs and how far their syncs have come, posts with their comments, stories, and numbers over time.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram import app_tokens, backfills, call_counts, comments, posts
from signpost.instagram.backfills import SyncProgress
from signpost.instagram.comments import PostComment
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, from_item
from signpost.instagram.posts import Post
from signpost.instagram.products import Provider
from signpost.platform.clock import from_rfc3339
from signpost.platform.dynamodb import Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = [
    "AccountNumbers",
    "Demographics",
    "Install",
    "Measurement",
    "Post",
    "PostComment",
    "Readings",
    "SyncProgress",
]


_AT_ONCE: Final = 100  # posts of one Query


class Measurement(NamedTuple):
    """How a post did at `at` (seconds since 1970). Each sync that finds a change adds one."""

    at: float
    metrics: Mapping[str, float]
    breakdowns: Mapping[str, Mapping[str, float]]


class AccountNumbers(NamedTuple):
    """An account's numbers at `at` (seconds since 1970), about one a day; None: Meta did not give the number.

    `insights` (such as reach, views, profile_views) and `breakdowns` (by metric, then by kind) are those of the whole
    UTC day `insights_day`, such as 2026-11-20.
    """

    at: float
    followers_count: int | None
    follows_count: int | None
    media_count: int | None
    insights_day: str | None = None
    insights: Mapping[str, float] = {}
    breakdowns: Mapping[str, Mapping[str, float]] = {}


class Demographics(NamedTuple):
    """Followers at `at` (seconds since 1970), by `country`, `city`, `age` and `gender`: how many have each value."""

    at: float
    followers: Mapping[str, Mapping[str, int]]


class Readings:
    """Lists are oldest first unless they say otherwise. `client` is `aws.dynamodb()`.

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

    def installs_of(self, account_id: str) -> list[Install]:
        """The installs of a professional account, by their ids: at most one for each of Meta's products."""
        return [from_item(each) for each in self._items_of(account_id)]

    def account_of_token(self, token: str, asked: str) -> str | None:
        """The account that an app token opens. A token that names none is looked for at `asked`. None: nobody's."""
        if not app_tokens.is_possible(token):
            return None
        account_id = app_tokens.account(token) or asked
        hashes = (each for item in self._items_of(account_id) for each in item.get("app_tokens", ()))
        return account_id if app_tokens.is_known(token, hashes) else None

    def _items_of(self, account_id: str) -> list[Item]:
        keys = self._installs.of_accounts([account_id]).get(account_id, ())  # also those with an id like it
        items = sorted(self._installs.items(keys), key=lambda each: str(each["key"]))
        return [each for each in items if each["instagram_business_account_id"] == account_id]

    def progress(self, install: Install) -> SyncProgress:
        """How far an install's first sync has come; reads nothing."""
        return backfills.sync_progress(install)

    def api_calls(self, at: float) -> Mapping[str, int]:
        """How many calls to Meta fetches and backfills made on the UTC day of that time, by product."""
        day = call_counts.day_of(at)
        keys = {call_counts.key(provider, day): provider.value for provider in Provider}
        found = {keys[item["key"]]: int(item["calls"]) for item in self._installs.items(keys)}
        return {provider.value: found.get(provider.value, 0) for provider in Provider}

    def posts(self, install_id: str) -> Iterator[Post]:
        """The posts of an account, with their latest metrics."""
        return map(posts.from_item, self._media.items(Key("owner").eq(install_id)))

    def newest_posts(self, install_id: str, most: int) -> list[Post]:
        """The newest posts of an account with their latest metrics, newest first."""
        pages = self._media.pages(Key("owner").eq(install_id), newest_first=True, limit=min(most, _AT_ONCE))
        return list(islice((posts.from_item(item) for page in pages for item in page.items), most))

    def comments(self, install_id: str) -> Iterator[PostComment]:
        """The comments and replies on all posts of an account, each once, in no particular order."""
        for item in self._media.items(Key("owner").eq(comments.comments_owner(install_id))):
            yield from comments.comments_from(item)

    def stories(self, install_id: str) -> Iterator[Post]:
        """The stories that syncs have seen, with their latest numbers; these are empty if hardly anybody saw them."""
        return map(posts.from_item, self._media.items(Key("owner").eq(posts.stories_owner(install_id))))

    def measurements(self, install_id: str, media_id: str) -> Iterator[Measurement]:
        owner = posts.metrics_owner(install_id, media_id)
        for item in self._media.items(Key("owner").eq(owner)):
            yield Measurement(from_rfc3339(item["item"]), item.get("metrics", {}), item.get("breakdowns", {}))

    def account_numbers(self, install_id: str) -> Iterator[AccountNumbers]:
        for item in self._media.items(Key("owner").eq(posts.account_owner(install_id))):
            yield AccountNumbers(
                at=from_rfc3339(item["item"]),
                followers_count=item.get("followers_count"),
                follows_count=item.get("follows_count"),
                media_count=item.get("media_count"),
                insights_day=item.get("insights_day"),
                insights=item.get("insights", {}),
                breakdowns=item.get("breakdowns", {}),
            )

    def demographics(self, install_id: str) -> Demographics | None:
        """The latest. None: Meta gave none, for fewer than 100 followers for example."""
        owner = posts.demographics_owner(install_id)
        newest = self._media.pages(Key("owner").eq(owner), newest_first=True, limit=1)
        for item in next(newest).items:
            return Demographics(from_rfc3339(item["item"]), item["followers"])
        return None

    def synced_accounts(self) -> int:
        """How many installs are synced regularly."""
        return self._installs.table.count(Key("sync").eq("due"), index="by_sync")
