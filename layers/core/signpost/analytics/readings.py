"""What other contexts may read about analytics: members, and whether their reports can be made."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class MemberCounts(NamedTuple):
    """How many members are not leaving, and how many of these have a snapshot, from which reports are made."""

    members: int
    with_reports: int


class Readings:
    """`client` is `aws.dynamodb()`. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", members_table: str) -> None:
        self._members = MemberStore(client, members_table)

    def member_counts(self) -> MemberCounts:
        members = list(self.members())
        return MemberCounts(len(members), sum(each.snapshot is not None for each in members))

    def members(self) -> Iterator[Member]:
        """Those that are not leaving, in the order of their ids."""
        return (each for each in self._members.all() if not each.leaving)
