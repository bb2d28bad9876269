"""Erases an install from everywhere.

    MediaFiles           pictures/<install>/…
    Media                <install>#account, …#demographics, …#stories, …#comments, …#<media id> (measurements),
                         <install> (posts), legacy#<username>, and where else its posts were seen: hashtag#<tag>, with
                         their pictures (`sightings.py`)
    Imports              <account>, unless it is connected through the other product, too
    InstagramApps        the links to it; the apps stay, but forget their owner's address if they show nobody else
    InstagramHashtags    asked#<account id>, and the polls of the tags in it; a poll without an install ends by itself
    InstagramInstalls    the install, and its entries in account#… and person#…

Items that are counted are deleted in one transaction with their number in `deletion#<code>`, so a repetition counts
nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram import posts, sightings
from signpost.instagram.apps.app import link_from_item
from signpost.instagram.apps.store import APP
from signpost.instagram.comments import comments_owner
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.deletion.request import Erased
from signpost.instagram.deletion.store import deletion_key
from signpost.instagram.erasure.errors import Busy
from signpost.instagram.install_store import InstallStore, account_key, person_key
from signpost.instagram.installs import Install
from signpost.instagram.posts import name_in_address
from signpost.instagram.products import Provider
from signpost.platform import buckets
from signpost.platform.aws import named_errors
from signpost.platform.dynamodb import CONDITION_FAILED, Action, Attr, Change, ConditionBase, Item, Key, Table
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_SERVICE: Final = "The data store"
_IN_TRANSACTION: Final = 99  # DynamoDB takes 100, and one of them is the count
_TRIES: Final = 5
_LEASE_SECONDS: Final = 360.0  # longer than the function's timeout
_TOLD: Final = "to_announce"  # an attribute of a deletion's item: the installs whose erasure is to be announced

CheckTime = Callable[[], None]  # raises when time is up; called between calls that may be many


class Places(NamedTuple):
    """Names of the other tables, and of the bucket."""

    apps_table: str
    hashtags_table: str
    media_table: str
    imports_table: str
    media_bucket: str


class ErasureStore:
    """Every method raises `Unavailable` when AWS does not answer, and may be called again.

    `s3` is called for the first picture; ending connections needs none.
    """

    def __init__(
        self, installs: InstallStore, client: "DynamoDBClient", s3: "Callable[[], S3Client]", places: Places
    ) -> None:
        self._installs, self._s3, self._bucket = installs, s3, places.media_bucket
        self._apps = Table(client, places.apps_table, _SERVICE)
        self._hashtags = Table(client, places.hashtags_table, _SERVICE)
        self._media = Table(client, places.media_table, _SERVICE)
        self._imports = Table(client, places.imports_table, _SERVICE)

    def seize(self, install: Install, code: str, now: float) -> bool:
        """Keep others from working on it, and from connecting it, until it is gone. Its token goes immediately.

        False when it is gone, or was connected again meanwhile.

        Raises:
            Busy: a fetch or a backfill is working on it.
        """
        # Without a token and index entries, no fetch begins; with `erasing`, no connection does.
        seized = Change(
            set={
                "erasing": True,
                "lease_by": code,
                "lease_until": now + _LEASE_SECONDS,
                "state": ConnectionState.REVOKED.value,
                "token": b"",
            },
            remove=("sync", "sync_at", "check_day"),
        )
        is_free = Attr("lease_until").not_exists() | Attr("lease_until").lte(now) | Attr("lease_by").eq(code)
        no_backfill = Attr("backfill_until").not_exists() | Attr("backfill_until").lte(now)
        if self._installs.change(install, seized, is_free & no_backfill):
            return True
        item = self._installs.table.get({"key": install.id}) or {}
        if item.get("connection") != install.connection:
            return False
        raise Busy(max(item.get("lease_until", now), item.get("backfill_until", now)) - now)

    def erase_pictures(self, install: Install, check_time: CheckTime) -> None:
        """All in the folder, because an interrupted fetch leaves pictures that no post names."""
        more = True
        while more:
            check_time()
            with named_errors(_SERVICE):
                listed = self._s3().list_objects_v2(Bucket=self._bucket, Prefix=f"pictures/{install.id}/")
                keys = [each["Key"] for each in listed.get("Contents", [])]
                if not keys:
                    return
            self._delete_pictures(keys)
            more = listed["IsTruncated"]

    def erase_posts(self, install: Install, code: str, now: float, check_time: CheckTime) -> None:
        """The posts, each after its measurements and its copies in hashtag feeds, and what else the account has."""
        for owner in (posts.account_owner, posts.demographics_owner, posts.stories_owner, comments_owner):
            self._erase_all_of(owner(install.id), check_time)
        wanted = ("owner", "item", "pictures", "shortcode", "permalink")
        while found := self._first(self._media, Key("owner").eq(install.id), wanted):
            self._erase_seen(sorted({_shortcode(each) for each in found}), now, check_time)
            for each in found:
                self._erase_all_of(posts.metrics_owner(install.id, _media_id(each)), check_time)
            pictures = sum(len(each.get("pictures", ())) for each in found)
            keys = [{"owner": each["owner"], "item": each["item"]} for each in found]
            if self._erase_counted(self._media, keys, code, Erased(posts=len(found), pictures=pictures)):
                break
            check_time()
        # What the legacy source showed of the account before it was connected.
        self._media.delete({"owner": f"legacy#{install.instagram_account}", "item": "copy"})

    def erase_imports(self, install: Install, code: str, check_time: CheckTime) -> None:
        if self._is_connected_otherwise(install):
            return
        account = Key("account").eq(install.instagram_business_account_id)
        while keys := self._first(self._imports, account, ("account", "post")):
            if self._erase_counted(self._imports, keys, code, Erased(imports=len(keys))):
                return
            check_time()

    def _is_connected_otherwise(self, install: Install) -> bool:
        """Whether another install of the account stays: not one that is being erased at the same time."""
        account = install.instagram_business_account_id
        others = {*self._installs.of_accounts([account]).get(account, ())} - {install.id}
        of_account = (each for each in self._installs.items(others) if "erasing" not in each)
        return any(each.get("instagram_business_account_id") == account for each in of_account)

    def erase_links(self, install: Install) -> None:
        """The index lags by moments, but no link can have been made since the install was seized."""
        for link in list(self._apps.items(Key("install").eq(install.id), index="by_install")):
            self._forget_in_app(link["app_id"], install)
            self._apps.delete({"app_id": link["app_id"], "part": link["part"]})

    def _forget_in_app(self, app_id: str, install: Install) -> None:
        """Have an app forget its default account, and its owner's address, if it is this account that it shows.

        An app that shows other accounts keeps the address. So does one where this account only asked to be shown: its
        owner is somebody else.
        """
        parts = {each["part"]: each for each in self._apps.items(Key("app_id").eq(app_id))}
        links = (link_from_item(each) for each in parts.values() if "install" in each)
        shown = {link.install for link in links if link.is_accepted}
        app, forgotten = parts.get(APP, {}), []
        if app.get("default_account") == install.id:
            forgotten.append("default_account")
        if "owner_email" in app and install.id in shown and not self._is_any_left(shown - {install.id}):
            forgotten.append("owner_email")
        for name in forgotten:
            change = Change(remove=[name], add={"version": 1})
            # Unless its owner has changed it just now.
            self._apps.update_if({"app_id": app_id, "part": APP}, change, Attr(name).eq(app[name]))

    def _is_any_left(self, installs: set[str]) -> bool:
        """Whether one of these stays: it is stored, and not being erased at the same time."""
        return any("erasing" not in each for each in self._installs.items(installs))

    def erase_hashtags(self, install: Install) -> None:
        if install.provider is not Provider.FACEBOOK:
            return  # only Facebook Login has hashtags: what this account's id has belongs to another install
        asked = {"key": f"asked#{install.instagram_business_account_id}"}
        item = self._hashtags.get(asked)
        if item:
            for tag in item.get("tags", {}):
                self._hashtags.delete({"key": f"poll#{tag}#{install.id}"})
            self._hashtags.delete(asked)

    def erase_install(self, install: Install, code: str) -> None:
        """The install and the entries that lead to it, together: a repetition finds all or nothing.

        From then on `to_announce` lists it, until `announced`.
        """
        named = [account_key(each) for each in (install.instagram_business_account_id, install.app_scoped_id) if each]
        named += [person_key(install.person_id)] if install.person_id else []
        is_seized = Attr("erasing").eq(True) & Attr("connection").eq(install.connection)
        for _ in range(_TRIES):
            entries = [each for each in self._installs.items(named) if install.id in each.get("installs", ())]
            codes = self._installs.table.transact(
                [
                    self._installs.table.deleting({"key": install.id}, is_seized),
                    *(self._without(each, install.id) for each in entries),
                    self._installs.table.updating(deletion_key(code), Change(add={"accounts": 1, _TOLD: {install.id}})),
                ]
            )
            if not codes or codes[0] == CONDITION_FAILED:
                return  # erased, by this worker or by another one
        raise Unavailable("The account is being changed; try again.")

    def to_announce(self, code: str) -> list[str]:
        """The installs that this request has erased, and whose erasure has not been announced yet."""
        item = self._installs.table.get(deletion_key(code)) or {}
        return sorted(item.get(_TOLD, ()))

    def announced(self, code: str, install_id: str) -> None:
        """Forget whose data it was."""
        change = Change(delete={_TOLD: {install_id}})
        self._installs.table.update_if(deletion_key(code), change, Attr("key").exists())

    def _without(self, entry: Item, install_id: str) -> Action:
        """A part of a transaction that takes the install out of an entry as it was read; an empty entry goes."""
        key, is_same = {"key": entry["key"]}, Attr("installs").eq(entry["installs"])
        if entry["installs"] == {install_id}:
            return self._installs.table.deleting(key, is_same)
        return self._installs.table.updating(key, Change(delete={"installs": {install_id}}), is_same)

    def _erase_seen(self, codes: Sequence[str], now: float, check_time: CheckTime) -> None:
        """Erase the posts with these shortcodes from hashtag feeds, and keep fetches from taking them up again."""
        # Before it looks for them: whatever is added from here on is refused.
        self._media.batch_write(put=[sightings.erased(code, now) for code in codes])
        for seen in list(self._media.batch_get(sightings.seen_key(code) for code in codes)):
            check_time()
            for key in sightings.post_keys(seen):
                for post in self._media.items(Key("owner").eq(key["owner"]) & Key("item").eq(key["item"])):
                    self._delete_pictures(post.get("pictures", ()))
                self._media.delete(key)
            self._media.delete({"owner": seen["owner"], "item": seen["item"]})

    def _delete_pictures(self, keys: Sequence[str]) -> None:
        if keys:  # otherwise, no client is needed
            buckets.delete(self._s3(), self._bucket, keys, _SERVICE)

    def _erase_all_of(self, owner: str, check_time: CheckTime) -> None:
        check_time()
        for page in self._media.pages(Key("owner").eq(owner), attributes=("owner", "item"), limit=_IN_TRANSACTION):
            self._media.batch_write(delete=page.items)
            if page.last:
                check_time()

    def _first(self, table: Table, condition: ConditionBase, attributes: Sequence[str]) -> list[Item]:
        """As many items as one transaction may delete: those before them are erased."""
        return next(table.pages(condition, attributes=attributes, limit=_IN_TRANSACTION)).items

    def _erase_counted(self, table: Table, keys: Sequence[Mapping[str, Any]], code: str, erased: Erased) -> bool:
        """Returns whether these were the last. If another worker was faster with one of them, none is erased."""
        deletes = (table.deleting(key, Attr(next(iter(key))).exists()) for key in keys)
        codes = table.transact([*deletes, self._counting(code, erased)])
        return not codes and len(keys) < _IN_TRANSACTION

    def _counting(self, code: str, erased: Erased) -> Action:
        numbers = {name: number for name, number in erased._asdict().items() if number}
        return self._installs.table.updating(deletion_key(code), Change(add=numbers))


def _media_id(post: Item) -> str:
    return str(post["item"].rpartition("#")[2])


def _shortcode(post: Item) -> str:
    return name_in_address(post.get("shortcode"), post.get("permalink"), _media_id(post))
