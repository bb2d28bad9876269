"""Writes a connection in one transaction: the install, its listings by account and person, and its app."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.apps.app import link_item
from signpost.instagram.connect.connections import KEPT, AppReference, BeingErased, app_after, with_app_token
from signpost.instagram.connect.login_state import LoginState, LoginUsed
from signpost.instagram.install_store import SERVICE, account_key, person_key
from signpost.instagram.installs import Install, item
from signpost.platform.dynamodb import Action, Attr, Change, Table
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from signpost.instagram.apps.migration import Rollout
    from signpost.instagram.apps.store import AppStore

_TRIES: Final = 8  # each of which lost to somebody else's write
_KEEP_CLAIMS: Final = 3600  # seconds after a state expires, so that TTL never deletes it too early


class ConnectStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str, apps: "AppStore", rollout: "Rollout") -> None:
        self._table, self._apps, self._rollout = Table(client, table, SERVICE), apps, rollout

    def claim(self, state: LoginState, claim: str) -> None:
        """Mark a login's state as used. `claim`: random for each request, so that the request's own retry passes.

        Raises:
            LoginUsed: another request was first.
        """
        used = {"key": f"login#{state.id}", "claim": claim, "ttl": ceil(state.expires_at) + _KEEP_CLAIMS}
        if not self._table.put_if(used, Attr("key").not_exists() | Attr("claim").eq(claim)):
            raise LoginUsed("This login was already used; start again.")

    def save(self, install: Install, app: AppReference | None = None, app_token_hash: str | None = None) -> None:
        """Store a connection, in place of the install's former one if there is one.

        With it go the app it is for, and the hash of a token for a mobile client.

        Raises:
            BeingErased: the account's data is being deleted.
        """
        for _ in range(_TRIES):
            stored = self._table.get({"key": install.id}) or {}
            if stored.get("connection") == install.connection:
                return  # an earlier try succeeded, and its reply was lost
            if "erasing" in stored:
                raise BeingErased("The data of this account is being erased; try again in a minute.")
            if not self._table.transact(self._writes(install, stored, app, app_token_hash), tell_conflicts=True):
                return
        raise Unavailable("Others are connecting the same account; try again.")

    def _writes(
        self, install: Install, stored: Mapping[str, Any], reference: AppReference | None, app_token_hash: str | None
    ) -> Iterator[Action]:
        """The writes that store the connection. They fail if somebody else has written since `stored` was read."""
        extras: dict[str, Any] = {"sync": "due"}
        if app_token_hash:
            given = stored.get("app_tokens", {})
            extras["app_tokens"] = with_app_token(given, app_token_hash, install.connected_at)
        if reference:
            app = self._apps.get(reference.app_id)
            version = app.version if app else None
            after = app_after(app, reference, install.instagram_account, install.connected_at, self._rollout)
            if after and after != app:
                yield self._apps.saving(after, version)
            else:  # its owner and tags are copied to the install, so they must not change meanwhile
                yield self._apps.checking(reference.app_id, version)
            link = link_item(reference.app_id, install.id, install.instagram_account, install.connected_at)
            yield self._apps.table.putting(link)
            if after and after.owner_email:
                extras["owner_email"] = after.owner_email
            if after and after.import_tags:
                extras["import_tags"] = after.import_tags
        yield self._update(install, stored, extras)
        yield from self._listings(install, stored)

    def _update(self, install: Install, stored: Mapping[str, Any], extras: Mapping[str, Any]) -> Action:
        """An update, not a put, which would drop what others keep in the item, such as leases, and what is `KEPT`."""
        fields = {name: value for name, value in item(install).items() if name != "key"} | dict(extras)
        gone = [name for name in Install._fields if name not in fields and name not in KEPT and name != "id"]
        is_as_read = (
            Attr("connection").eq(stored["connection"]) & Attr("erasing").not_exists()
            if stored
            else Attr("key").not_exists()
        )
        return self._table.updating({"key": install.id}, Change(set=fields, remove=gone), is_as_read)

    def _listings(self, install: Install, stored: Mapping[str, Any]) -> Iterator[Action]:
        """List the install under its account and its person, and no longer under the previous token's person."""
        member = {"installs": {install.id}}
        keys = [account_key(each) for each in (install.instagram_business_account_id, install.app_scoped_id) if each]
        if install.person_id:
            keys.append(person_key(install.person_id))
        for key in keys:
            yield self._table.updating({"key": key}, Change(add=member))
        former = stored.get("person_id")
        if former and former != install.person_id:
            yield self._table.updating({"key": person_key(former)}, Change(delete=member))
