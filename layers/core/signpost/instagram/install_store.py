"""The InstagramInstalls table: finding installs, and ending a connection. Other stores write the rest of it.

key                     what it holds
<install id>            the install (`installs.py`)
account#<account id>    `installs`: the ids of those with this professional or app-scoped id
person#<person id>      `installs`: the ids of those whose token is this person's
login#<state id>        a login that came back; `ttl`
pause#<provider>        `paused_until`: Meta throttles the whole app; `ttl`
deletion#<code>         how far a deletion request is; `ttl`
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.connection_states import SOON, ConnectionState
from signpost.instagram.installs import Install, from_item
from signpost.platform.aws import conditionally, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The install table"
_AT_ONCE: Final = 100  # DynamoDB's limit of keys in one BatchGetItem
_TRIES: Final = 5


def account_key(account_id: str) -> str:
    return f"account#{account_id}"


def person_key(person_id: str) -> str:
    return f"person#{person_id}"


class InstallStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.client, self.table = client, table

    def get(self, install_id: str) -> Install | None:
        with named_errors(SERVICE):
            reply = self.client.get_item(TableName=self.table, Key={"key": install_id}, ConsistentRead=True)
        return from_item(reply["Item"]) if "Item" in reply else None

    def of_accounts(self, account_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The ids of the installs of each account that has any."""
        return self._listed({account_key(each): each for each in account_ids})

    def of_person(self, person_id: str) -> tuple[str, ...]:
        """The ids of the installs whose token is this person's."""
        return self._listed({person_key(person_id): person_id}).get(person_id, ())

    def end(self, install: Install, state: ConnectionState) -> bool:
        """Note that Meta no longer takes this connection's token, or that a permission is missing.

        It is not synced any more, and the next token sweep tells the owner.
        False when the account was connected again meanwhile, or the install is gone: then nothing is changed.
        """
        update = "SET #state = :state, check_day = :soon REMOVE sync, sync_at"
        return self.change(install, update, {":state": state.value, ":soon": SOON})

    def change(
        self, install: Install, update: str, values: dict[str, Any], condition: str = "", names: Sequence[str] = ()
    ) -> bool:
        """An UpdateExpression on an install that is still of this connection; false when that, or `condition`, fails.

        `#state`, `#connection` and each of `names` (as `#name`) may be used in the expressions.
        """
        used = {f"#{name}": name for name in ("connection", *names)}
        if "#state" in update + condition:
            used["#state"] = "state"
        return conditionally(
            SERVICE,
            self.client.update_item,
            TableName=self.table,
            Key={"key": install.id},
            UpdateExpression=update,
            ConditionExpression="#connection = :connection" + (f" AND ({condition})" if condition else ""),
            ExpressionAttributeNames=used,
            ExpressionAttributeValues={":connection": install.connection, **values},
        )

    def _listed(self, keys: dict[str, str]) -> dict[str, tuple[str, ...]]:
        return {keys[item["key"]]: tuple(sorted(item["installs"])) for item in self.items(keys) if item.get("installs")}

    def items(self, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
        """The items of these keys that exist, in no order."""
        wanted = [{"key": key} for key in dict.fromkeys(keys)]
        for start in range(0, len(wanted), _AT_ONCE):
            left: dict[str, Any] = {self.table: {"Keys": wanted[start : start + _AT_ONCE], "ConsistentRead": True}}
            for _ in range(_TRIES):
                with named_errors(SERVICE):
                    reply = self.client.batch_get_item(RequestItems=left)
                yield from reply["Responses"].get(self.table, [])
                left = dict(reply.get("UnprocessedKeys", {}))
                if not left:
                    break
            else:
                raise Unavailable(f"{SERVICE} is not answering; try again.")
