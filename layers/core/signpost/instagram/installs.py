"""An install: one professional account connected through one of Meta's products. Connecting it again renews it.

Its id is `<provider>-<professional account id>`, so whoever connects the same account finds the same install. Each
connection has a ULID of its own, and what was learnt under an old connection (a dead token, a refresh) must not be
written over a newer one: every such write has the connection as its condition.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from signpost.instagram.connection_states import Connection, ConnectionState
from signpost.instagram.products import Provider

_COUNTS: Final = ("followers_count", "media_count")


class Install(NamedTuple):
    """All times are seconds since 1970. The fields are the attributes of the item in InstagramInstalls.

    `instagram_business_account_id` is the professional id: that of media paths and webhooks. `person_id` is the
    app-scoped id of who logged in, by which deauthorisations and deletion requests name them.
    """

    id: str
    provider: Provider
    instagram_account: str  # its username
    instagram_business_account_id: str
    connection: str
    connected_at: float
    state: ConnectionState
    token: bytes  # encrypted, see `encryption`
    issued_at: float  # of the token
    expires_at: float | None = None
    data_access_expires_at: float | None = None
    scopes: tuple[str, ...] = ()
    person_id: str | None = None
    app_scoped_id: str | None = None
    page_id: str | None = None
    page_name: str | None = None
    name: str | None = None
    profile_picture_url: str | None = None
    followers_count: int | None = None
    media_count: int | None = None
    owner_email: str | None = None
    import_tags: tuple[str, ...] = ()
    first_verify_email_sent_at: float | None = None
    second_verify_email_sent_at: float | None = None
    permission_email_sent_at: float | None = None
    check_day: str | None = None  # the UTC day on which the token sweep looks at it next, or SOON
    sync_at: float | None = None  # when the sync sweep enqueues it next
    synced_at: float | None = None  # when a fetch last came to its end
    fetched_from: float | None = None  # when that fetch began: hints from before it are served
    last_media_at: float | None = None  # the time of the newest post that was seen
    paused_until: float | None = None  # Meta's throttle of this account

    @property
    def is_connected(self) -> bool:
        """Whether its token may be used."""
        return self.state in (ConnectionState.ACTIVE, ConnectionState.EXPIRING)

    def as_connection(self) -> Connection:
        """What the rules of `tokens.lifecycle` look at."""
        return Connection(
            self.provider,
            self.state,
            self.issued_at,
            self.expires_at,
            self.data_access_expires_at,
            self.first_verify_email_sent_at,
            self.second_verify_email_sent_at,
            self.scopes,
            self.permission_email_sent_at,
        )


def install_id(provider: Provider, account_id: str) -> str:
    return f"{provider.value}-{account_id}"


def item(install: Install) -> dict[str, Any]:
    """The attributes that DynamoDB stores; None is left out, and so are empty lists."""
    fields: dict[str, Any] = {}
    for name, value in install._asdict().items():
        if value is None or value == ():
            continue
        fields[name] = Decimal(str(value)) if isinstance(value, float) else value
    fields |= {"provider": install.provider.value, "state": install.state.value}
    for name in ("scopes", "import_tags"):
        if name in fields:
            fields[name] = list(fields[name])
    return {"key": fields.pop("id"), **fields}


def from_item(stored: Mapping[str, Any]) -> Install:
    """The inverse of `item`, as boto3 gives it; attributes that are no fields are passed over."""
    values: dict[str, Any] = {name: stored[name] for name in Install._fields if name in stored}
    for name, value in values.items():
        if isinstance(value, Decimal):
            values[name] = int(value) if name in _COUNTS else float(value)
    values["id"] = stored["key"]
    values["provider"], values["state"] = Provider(stored["provider"]), ConnectionState(stored["state"])
    values["token"] = bytes(stored["token"])
    values["scopes"] = tuple(stored.get("scopes", ()))
    values["import_tags"] = tuple(stored.get("import_tags", ()))
    return Install(**values)
