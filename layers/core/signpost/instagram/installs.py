"""An install: one professional account connected through one of Meta's products. Connecting it again renews it.

Its id is `<provider>-<professional account id>`, so connecting the same account again finds the same install. Each
connection has a ULID. What was learnt about an old connection (a dead token, a refresh) must not overwrite a newer one,
so every such write is conditional on the connection.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from signpost.instagram.connection_states import WARN_BEFORE, ConnectionState
from signpost.instagram.products import Provider

KIND = "install"  # of the items in the index that lists them
_MOST_NAMES: Final = 20
_LISTS: Final = ("scopes", "former_names", "apps", "import_tags")


class Install(NamedTuple):
    """All times are seconds since 1970. The fields are the attributes of the item in InstagramInstalls.

    `instagram_business_account_id` is the professional id, the one in media paths and webhooks. `person_id` is the
    app-scoped id of the person who logged in, the one in deauthorisations and deletion requests.
    """

    id: str
    provider: Provider
    instagram_account: str  # its username
    instagram_business_account_id: str
    connection: str
    connected_at: float
    state: ConnectionState
    token: bytes  # encrypted, see `cipher`
    issued_at: float  # of the token
    expires_at: float | None = None  # None: never, or unknown
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
    former_names: tuple[str, ...] = ()  # usernames that it had, the newest first: widgets may still use them
    apps: tuple[str, ...] = ()  # ids of apps that it was connected for: some may have removed it
    import_tags: tuple[str, ...] = ()  # of an install without an app; apps have their own
    first_verify_email_sent_at: float | None = None
    second_verify_email_sent_at: float | None = None
    permission_email_sent_at: float | None = None
    missing_email_sent_at: float | None = None
    check_day: str | None = None  # the UTC day on which the token sweep checks it next, or SOON
    sync_at: float | None = None  # when the sync sweep enqueues it next
    synced_at: float | None = None  # when a fetch last ended
    fetched_from: float | None = None  # when that fetch began; it covers every hint up to then
    last_media_at: float | None = None  # when the newest known post was published
    paused_until: float | None = None  # until when Meta throttles this account
    posts_stored: int | None = None
    backfill_stage: str | None = None  # see `backfills`
    backfill_after: str | None = None  # where it continues: Meta's cursor, or a post's key
    backfill_before: float | None = None  # when the oldest post that it has passed was published
    backfill_at: float | None = None  # its last sign of life
    backfill_done_at: float | None = None
    backfill_passed: int | None = None  # how many posts are through the stage
    backfill_stage_at: float | None = None  # when the stage began
    backfill_saved_at: float | None = None  # when it last came further
    backfill_news: bool | None = None  # a backfill has stored something that it has not announced yet
    news: str | None = None  # the run of a fetch that has stored something which is neither counted nor announced yet
    account_at: float | None = None  # when the account's numbers were last read
    demographics_at: float | None = None
    wishes_at: float | None = None  # when posts were last compared with what apps import
    last_story_at: float | None = None  # when the newest known story was published
    start_asked_at: float | None = None  # when somebody requested a sync; None once it is done
    stopped_at: float | None = None  # since when its sync is stopped
    refused_since: float | None = None  # since when Meta has said that a permission is missing
    missing_since: float | None = None  # since when Meta has said that there is no such account

    @property
    def is_connected(self) -> bool:
        """Whether its token may be used."""
        return self.state in (ConnectionState.ACTIVE, ConnectionState.EXPIRING)

    @property
    def ends_at(self) -> float | None:
        """When the connection stops working unless it is renewed; None: never, or unknown."""
        ends = [end for end in (self.expires_at, self.data_access_expires_at) if end is not None]
        return min(ends, default=None)

    def state_at(self, now: float) -> ConnectionState:
        """The state to store and show. Time changes it only while the install is connected."""
        if not self.is_connected:
            return self.state
        end = self.ends_at
        if end is None or end - now > WARN_BEFORE:
            return ConnectionState.ACTIVE
        return ConnectionState.EXPIRING if end > now else ConnectionState.EXPIRED


def install_id(provider: Provider, account_id: str) -> str:
    return f"{provider.value}-{account_id}"


def former_names(known: Sequence[str], before: str, after: str) -> tuple[str, ...]:
    """The names that an account had, now that its username is `after` and was `before`; the oldest are dropped."""
    if after == before:
        return tuple(known)
    return (before, *(name for name in known if name not in (before, after)))[:_MOST_NAMES]


def item(install: Install) -> dict[str, Any]:
    """The attributes that DynamoDB stores, without None and empty lists."""
    fields = {name: value for name, value in install._asdict().items() if value is not None and value != ()}
    return {
        "key": fields.pop("id"),
        "kind": KIND,
        **fields,
        "provider": install.provider.value,
        "state": install.state.value,
    }


def from_item(stored: Mapping[str, Any]) -> Install:
    """The inverse of `item`; ignores attributes that are not fields."""
    values: dict[str, Any] = {name: stored[name] for name in Install._fields if name in stored}
    values |= {name: tuple(values[name]) for name in _LISTS if name in values}
    values["id"] = stored["key"]
    values["provider"], values["state"] = Provider(stored["provider"]), ConnectionState(stored["state"])
    return Install(**values)
