"""Writes a connection in one transaction: the install, its listings by account and person, and its app."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.apps.app import LinkState, new_link
from signpost.instagram.connect.connections import KEPT, AppReference, BeingErased, app_after, with_app_token
from signpost.instagram.connect.login_state import LoginState, LoginUsed
from signpost.instagram.install_store import SERVICE, account_key, person_key
from signpost.instagram.installs import Install, former_names, item
from signpost.platform.dynamodb import Action, Attr, Change, Table
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from signpost.instagram.apps.migration import Rollout
    from signpost.instagram.apps.store import AppStore

_TRIES: Final = 8  # each lost to somebody else's write
_KEEP_CLAIMS: Final = 3600  # seconds after a state expires, so that TTL never deletes it too early


class _Joining(NamedTuple):
    """The state of an account's link to an app, and the writes and checks that produce it."""

    state: LinkState | None
    app_id: str = ""
    actions: tuple[Action, ...] = ()


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

    def save(
        self, install: Install, app: AppReference | None = None, app_token_hash: str | None = None
    ) -> LinkState | None:
        """Store a connection, in place of the install's former one if there is one.

        The transaction includes the link to its app, whose state is returned, and the hash of a mobile client's token.

        Raises:
            BeingErased: the account's data is being deleted.
        """
        for _ in range(_TRIES):
            stored = self._table.get({"key": install.id}) or {}
            if stored.get("connection") == install.connection:  # an earlier try succeeded, and its reply was lost
                link = self._apps.link(app.app_id, install.id) if app else None
                return link.state if link else None
            if "erasing" in stored:
                raise BeingErased("The data of this account is being erased; try again in a minute.")
            joining = self._joining(install, app) if app else _Joining(None)
            writes = self._writes(install, stored, joining, app_token_hash)
            if not self._table.transact(writes, tell_conflicts=True):
                return joining.state
        raise Unavailable("Others are connecting the same account; try again.")

    def _joining(self, install: Install, reference: AppReference) -> "_Joining":
        """How the account is linked to the app: a reconnect keeps its link, its place and its name.

        Only its owner's login changes an app. Others leave one request, which only the owner sees.
        """
        link = self._apps.link(reference.app_id, install.id)
        app = self._apps.get(reference.app_id) if reference.is_owners else None
        state = LinkState.ACCEPTED if app else LinkState.PENDING
        if link is not None and (link.is_accepted or app is None):
            actions = [self._apps.checking_link(link)]
            state = link.state
        else:
            new = new_link(reference.app_id, install.id, install.instagram_account, install.connected_at, state)
            actions = [self._apps.linking(new, link)]
        if app is not None:
            after = app_after(app, reference, install.instagram_account, install.connected_at, self._rollout)
            is_same = after == app
            actions.append(
                self._apps.checking(app.app_id, app.version) if is_same else self._apps.saving(after, app.version)
            )
        return _Joining(state, reference.app_id, tuple(actions))

    def _writes(
        self, install: Install, stored: Mapping[str, Any], joining: "_Joining", app_token_hash: str | None
    ) -> Iterator[Action]:
        """The writes that store the connection. They fail if somebody else has written since `stored` was read."""
        extras: dict[str, Any] = {"sync": "due"}
        if app_token_hash:
            given = stored.get("app_tokens", {})
            extras["app_tokens"] = with_app_token(given, app_token_hash, install.connected_at)
        before = stored.get("instagram_account", install.instagram_account)
        extras["former_names"] = former_names(stored.get("former_names", ()), before, install.instagram_account)
        if joining.state is LinkState.ACCEPTED:
            extras["apps"] = sorted({*stored.get("apps", ()), joining.app_id})
        yield from joining.actions
        yield self._update(install, stored, extras)
        yield from self._listings(install, stored)

    def _update(self, install: Install, stored: Mapping[str, Any], extras: Mapping[str, Any]) -> Action:
        """An update, because a put would drop others' attributes of the item, such as leases, and what is `KEPT`."""
        fields = {name: value for name, value in item(install).items() if name != "key"} | dict(extras)
        gone = [name for name in Install._fields if name not in fields and name not in KEPT and name != "id"]
        gone.append("owner_email")  # which installs had before the owners of their apps were asked
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
