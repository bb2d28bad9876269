"""What is due: accounts in InstagramInstalls, polls of hashtags in InstagramHashtags."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from signpost.instagram.fetch.hashtag_store import SERVICE as HASHTAGS
from signpost.instagram.fetch.hashtag_store import poll_key
from signpost.instagram.fetch.polls import Poll
from signpost.instagram.install_store import SERVICE as INSTALLS
from signpost.platform.dynamodb import Attr, Change, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAGE: Final = 500


class DueStore:
    """What is due, longest due first; and taking it, so that of two sweeps only one sends it.

    What is taken is due again at `until`, unless a fetch ends before. Taking it returns False when it is no longer
    due. Every method raises `Unavailable` when DynamoDB does not answer.
    """

    def __init__(self, client: "DynamoDBClient", installs: str, hashtags: str, page: int = _PAGE) -> None:
        self._installs, self._hashtags = Table(client, installs, INSTALLS), Table(client, hashtags, HASHTAGS)
        self._page = page

    def accounts(self, now: float) -> Iterator[str]:
        """The ids of installs."""
        due = Key("sync").eq("due") & Key("sync_at").lte(now)
        for item in self._installs.items(due, index="by_sync", limit=self._page):
            yield item["key"]

    def take_account(self, install_id: str, now: float, until: float) -> bool:
        due = Attr("sync").eq("due") & Attr("sync_at").lte(now)
        return self._installs.update_if({"key": install_id}, Change(set={"sync_at": until}), due)

    def polls(self, now: float) -> Iterator[Poll]:
        due = Key("poll").eq("due") & Key("poll_at").lte(now)
        for item in self._hashtags.items(due, index="by_poll", limit=self._page):
            yield Poll(item["tag"], item["install"], item["poll_at"], item["asked_at"])

    def take_poll(self, poll: Poll, now: float, until: float) -> bool:
        key = poll_key(poll.tag, poll.install)
        return self._hashtags.update_if(key, Change(set={"poll_at": until}), Attr("poll_at").lte(now))
