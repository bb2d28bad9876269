"""The InstagramInstalls table: finds installs, and ends connections. Other stores write the rest.

key                     what it holds
<install id>            the install (`installs.py`)
account#<account id>    `installs`: the ids of the installs with this professional or app-scoped id
person#<person id>      `installs`: the ids of the installs whose token is this person's
login#<state id>        marks a login state as used; `ttl`
pause#<provider>        `paused_until`, while Meta throttles or refuses the whole app; `ttl`
pause#<p>#backfill      `paused_until`, while half of the app's limit is used up; `ttl`
refused#<provider>#<v>  fields and metrics that Meta refuses in this version, each until when it is left out; `ttl`
calls#<provider>#<day>  `calls`: how many calls to Meta were made on that UTC day; `ttl`
health#…, changes#…     the health of Meta's products (`health_store.py`)
deletion#<code>         the progress of a deletion request; `ttl`
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from signpost.instagram.connection_states import SOON, ConnectionState
from signpost.instagram.installs import KIND, Install, from_item
from signpost.platform.dynamodb import Attr, Change, ConditionBase, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The install table"
_INDEX: Final = "by_kind"


def account_key(account_id: str) -> str:
    return f"account#{account_id}"


def person_key(person_id: str) -> str:
    return f"person#{person_id}"


class InstallStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.table = Table(client, table, SERVICE)

    def get(self, install_id: str) -> Install | None:
        item = self.table.get({"key": install_id})
        return from_item(item) if item else None

    def all(self) -> Iterator[Install]:
        """Every install, in no particular order. The index has their keys; the items come from the table."""
        for page in self.table.pages(Key("kind").eq(KIND), index=_INDEX):
            yield from map(from_item, self.items(item["key"] for item in page.items))

    def of_accounts(self, account_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The ids of the installs of each account that has any."""
        return self._listed({account_key(each): each for each in account_ids})

    def of_person(self, person_id: str) -> tuple[str, ...]:
        """The ids of the installs whose token is this person's."""
        return self._listed({person_key(person_id): person_id}).get(person_id, ())

    def end(self, install: Install, state: ConnectionState) -> bool:
        """Note that Meta no longer accepts this connection's token, or that a permission or the account is missing.

        The install is no longer synced, and the next token sweep e-mails its owner. Returns false, and changes
        nothing, when the account was connected again meanwhile or the install is gone.
        """
        change = Change(set={"state": state.value, "check_day": SOON}, remove=("sync", "sync_at"))
        return self.change(install, change)

    def revoke(self, install: Install) -> bool:
        """Forget the token of a person who removed the app. Returns what `end` does.

        A running fetch loses its lease; otherwise it would schedule the next sync when it ends.
        """
        gone = ("sync", "sync_at", "check_day", "lease_by", "lease_until")
        return self.change(install, Change(set={"state": ConnectionState.REVOKED.value, "token": b""}, remove=gone))

    def change(self, install: Install, change: Change, condition: ConditionBase | None = None) -> bool:
        """Change an install. False when it was connected again, or when `condition` does not hold."""
        is_same = Attr("connection").eq(install.connection)
        return self.table.update_if({"key": install.id}, change, is_same & condition if condition else is_same)

    def items(self, keys: Iterable[str]) -> Iterator[Item]:
        """The items that exist, in no particular order."""
        return self.table.batch_get({"key": key} for key in keys)

    def _listed(self, keys: dict[str, str]) -> dict[str, tuple[str, ...]]:
        return {keys[item["key"]]: tuple(sorted(item["installs"])) for item in self.items(keys) if item.get("installs")}
