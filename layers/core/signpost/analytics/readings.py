"""What other contexts may read about analytics: members, and whether their reports can be made."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member, everybody

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from signpost.instagram.readings import Readings as InstagramReadings


class MemberCounts(NamedTuple):
    """Members who are not leaving, and those of them with a snapshot, whose reports are answered at once."""

    members: int
    with_reports: int


class Readings:
    """`client` is `aws.dynamodb()`. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", members_table: str, accounts: "InstagramReadings") -> None:
        self._members, self._accounts = MemberStore(client, members_table), accounts

    def member_counts(self) -> MemberCounts:
        members = list(self.members())
        return MemberCounts(len(members), sum(each.snapshot is not None for each in members))

    def members(self) -> Iterator[Member]:
        """Those who are not leaving, in the order of their ids; an account that is connected is one, too."""
        found = everybody(self._members.all(), self._accounts.installs())
        return (found[each] for each in sorted(found) if not found[each].leaving)
