"""The Media table, as fetches write it. What its items are: `posts.py`."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from signpost.instagram import posts
from signpost.instagram.posts import Post, from_item
from signpost.platform.aws import conditionally, error_code, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The media table"
_AT_ONCE: Final = 100  # DynamoDB's limit of keys in one BatchGetItem
_TRIES: Final = 5
# Never taken away by an update: another fetch may have written them since.
_KEPT: Final = ("pictures", "imported_at", "metrics_at", "no_insights", "metrics", "breakdowns")


class MediaStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def known(self, owner: str, posts: Iterable[Post]) -> dict[str, Post]:
        """Those of the posts that are stored, as they are stored, by their media ids."""
        keys = [{"owner": owner, "item": key} for key in dict.fromkeys(post.key for post in posts)]
        found: dict[str, Post] = {}
        for start in range(0, len(keys), _AT_ONCE):
            left: Any = {self._table: {"Keys": keys[start : start + _AT_ONCE], "ConsistentRead": True}}
            for _ in range(_TRIES):
                with named_errors(SERVICE):
                    reply = self._client.batch_get_item(RequestItems=left)
                found |= {str(each["media_id"]): from_item(each) for each in reply["Responses"].get(self._table, [])}
                left = dict(reply.get("UnprocessedKeys", {}))
                if not left:
                    break
            else:
                raise Unavailable(f"{SERVICE} is not answering; try again.")
        return found

    def add(self, owner: str, post: Post, ttl: int | None = None) -> bool:
        """Store a post; false, and nothing is changed, when it is there already."""
        stored = posts.item(owner, post) | ({"ttl": ttl} if ttl is not None else {})
        return conditionally(
            SERVICE,
            self._client.put_item,
            TableName=self._table,
            Item=stored,
            ConditionExpression="attribute_not_exists(#item)",
            ExpressionAttributeNames={"#item": "item"},
        )

    def update(self, owner: str, post: Post, snapshot: Mapping[str, Any] | None = None, ttl: int | None = None) -> None:
        """Write what changed of a post that is there and, in one transaction, how it did (`posts.snapshot`).

        One that is gone, because its owner had everything erased, stays gone.
        """
        update: Any = {"TableName": self._table, "Key": {"owner": owner, "item": post.key}, **_update(post, ttl)}
        try:
            with named_errors(SERVICE):
                if snapshot is None:
                    self._client.update_item(**update)
                else:
                    put: Any = {"TableName": self._table, "Item": dict(snapshot)}
                    self._client.transact_write_items(TransactItems=[{"Update": update}, {"Put": put}])
        except ClientError as error:
            if error_code(error) not in ("ConditionalCheckFailedException", "TransactionCanceledException"):
                raise

    def put(self, stored: Mapping[str, Any]) -> None:
        """A snapshot of an account; the same one twice is one."""
        with named_errors(SERVICE):
            self._client.put_item(TableName=self._table, Item=dict(stored))

    def latest(self, owner: str) -> dict[str, Any] | None:
        """The newest item of an owner."""
        with named_errors(SERVICE):
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues={":owner": owner},
                ScanIndexForward=False,
                Limit=1,
            )
        return dict(reply["Items"][0]) if reply["Items"] else None


def _update(post: Post, ttl: int | None) -> dict[str, Any]:
    """Sets what the post has, and removes what it has no more, such as a caption."""
    fields: dict[str, Any] = posts.attributes(post) | ({"ttl": ttl} if ttl is not None else {})
    gone = [name for name in Post._fields if name not in fields and name not in _KEPT]
    update = "SET " + ", ".join(f"#{name} = :{name}" for name in fields)
    if gone:
        update += " REMOVE " + ", ".join(f"#{name}" for name in gone)
    return {
        "UpdateExpression": update,
        "ConditionExpression": "attribute_exists(#item)",
        "ExpressionAttributeNames": {"#item": "item", **{f"#{name}": name for name in (*fields, *gone)}},
        "ExpressionAttributeValues": {f":{name}": value for name, value in fields.items()},
    }
