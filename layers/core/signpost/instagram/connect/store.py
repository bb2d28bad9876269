"""Writes connections: an install, by whom and by which ids it is found, and the app it is for, all or nothing."""

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from signpost.instagram.apps.app import App, link_item
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.store import AppStore
from signpost.instagram.connect.connections import KEPT, AppReference, app_after, with_app_token
from signpost.instagram.connect.login_state import LoginState
from signpost.instagram.install_store import SERVICE, account_key, person_key
from signpost.instagram.installs import Install, item
from signpost.platform.aws import cancellation_reasons, conditionally, named_errors
from signpost.platform.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TRIES: Final = 8  # each of them lost to somebody else's write
_KEEP_CLAIMS: Final = 3600  # seconds after a state's end: TTL may not come first
_AGAIN: Final = {"ConditionalCheckFailed", "TransactionConflict"}


class LoginUsed(Conflict):
    code = "login_used"


class BeingErased(Conflict):
    code = "being_erased"


class Extras(NamedTuple):
    """What else a connection stores: the app it is for, and the hash of a token for a mobile client."""

    purpose: AppReference | None = None
    app_token_hash: str | None = None


class ConnectStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str, apps: AppStore, rollout: Rollout) -> None:
        self._client, self._table, self._apps, self._rollout = client, table, apps, rollout

    def claim(self, state: LoginState, claim: str) -> None:
        """Use a login's state up. `claim` is random and this request's own, so that its own second try passes.

        Raises:
            LoginUsed: another request was first.
        """
        claimed = conditionally(
            SERVICE,
            self._client.put_item,
            TableName=self._table,
            Item={"key": f"login#{state.id}", "claim": claim, "ttl": ceil(state.expires_at) + _KEEP_CLAIMS},
            ConditionExpression="attribute_not_exists(#key) OR claim = :claim",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":claim": claim},
        )
        if not claimed:
            raise LoginUsed("This login was used already; start again.")

    def save(self, install: Install, extras: Extras) -> None:
        """Store a connection in place of the install's former one, whatever that was.

        Raises:
            BeingErased: its data is being deleted at this moment.
        """
        for _ in range(_TRIES):
            stored = self._read(install.id)
            if stored.get("connection") == install.connection:
                return  # an earlier try of ours got through, and its reply was lost
            if "erasing" in stored:
                raise BeingErased("The data of this account is being erased; try again in a minute.")
            if self._write(install, stored, extras):
                return
        raise Unavailable("Others are connecting the same account; try again.")

    def _read(self, install_id: str) -> dict[str, Any]:
        with named_errors(SERVICE):
            reply = self._client.get_item(TableName=self._table, Key={"key": install_id}, ConsistentRead=True)
        return reply.get("Item", {})

    def _write(self, install: Install, stored: Mapping[str, Any], extras: Extras) -> bool:
        """False when somebody else wrote meanwhile: read again."""
        set_too: dict[str, Any] = {"sync": "due"}
        if extras.app_token_hash:
            given = stored.get("app_tokens", {})
            set_too["app_tokens"] = with_app_token(given, extras.app_token_hash, install.connected_at)
        actions: list[Any] = []
        if extras.purpose:
            app = self._apps.get(extras.purpose.app_id)
            after = app_after(app, extras.purpose, install.instagram_account, install.connected_at, self._rollout)
            actions.append(self._app_action(extras.purpose.app_id, app, after))
            link = link_item(extras.purpose.app_id, install.id, install.instagram_account, install.connected_at)
            actions.append({"Put": {"TableName": self._apps.table, "Item": link}})
            if after and after.owner_email:
                set_too["owner_email"] = after.owner_email
            if after and after.import_tags:
                set_too["import_tags"] = list(after.import_tags)
        actions += [self._update(install, stored, set_too), *self._listings(install, stored)]
        return self._transact(actions)

    def _app_action(self, app_id: str, app: App | None, after: App | None) -> dict[str, Any]:
        """Save the app, or see that nobody does meanwhile: its owner and tags go to the install."""
        version = app.version if app else None
        if after and after != app:
            return {"Put": self._apps.put(after, version)}
        unchanged: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(app_id)"}
        if version:
            unchanged = {"ConditionExpression": "version = :was", "ExpressionAttributeValues": {":was": version}}
        key = {"app_id": app_id, "part": "app"}
        return {"ConditionCheck": {"TableName": self._apps.table, "Key": key, **unchanged}}

    def _update(self, install: Install, stored: Mapping[str, Any], set_too: Mapping[str, Any]) -> dict[str, Any]:
        """An update and no put: what others keep in the item, leases for example, and what is `KEPT`, stays."""
        fields = {name: value for name, value in item(install).items() if name != "key"} | dict(set_too)
        gone = [name for name in Install._fields if name not in fields and name not in KEPT and name != "id"]
        condition, values = "attribute_not_exists(#key)", {f":{name}": value for name, value in fields.items()}
        names = {f"#{name}": name for name in (*fields, *gone)}
        if stored:
            condition = "#connection = :former AND attribute_not_exists(erasing)"
            values[":former"] = stored["connection"]
        else:
            names["#key"] = "key"
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"key": install.id},
                "UpdateExpression": f"SET {', '.join(f'#{name} = :{name}' for name in fields)} "
                f"REMOVE {', '.join(f'#{name}' for name in gone)}",
                "ConditionExpression": condition,
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": values,
            }
        }

    def _listings(self, install: Install, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Have it found by its account and its person, and no longer by the person whose token it had before."""
        keys = [account_key(each) for each in (install.instagram_business_account_id, install.app_scoped_id) if each]
        if install.person_id:
            keys.append(person_key(install.person_id))
        former = stored.get("person_id")
        left = [person_key(former)] if former and former != install.person_id else []
        return [self._list(key, "ADD", install) for key in keys] + [self._list(key, "DELETE", install) for key in left]

    def _list(self, key: str, verb: str, install: Install) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"key": key},
                "UpdateExpression": f"{verb} installs :install",
                "ExpressionAttributeValues": {":install": {install.id}},
            }
        }

    def _transact(self, actions: list[Any]) -> bool:
        with named_errors(SERVICE):
            try:
                self._client.transact_write_items(TransactItems=actions)
            except ClientError as error:
                if {reason.get("Code") for reason in cancellation_reasons(error)} & _AGAIN:
                    return False
                raise
        return True
