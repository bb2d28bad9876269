"""Members with everything that is stored about them, and the handlers that delete it."""

import os
from types import SimpleNamespace
from typing import Any

from signpost.analytics.deletion import wiring
from signpost.analytics.export import wiring as exports
from signpost.analytics.export.imports import ExportImports
from signpost.analytics.export.places import Upload
from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.analytics.snapshot_files import SnapshotFiles
from signpost.instagram.erasure import wiring as erasure
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from signpost.platform.ids import ulid
from tests import dynamodb
from tests import exports as made
from tests.installs import connected, new_account
from tests.integration.analytics.world import INSTALLS, NOW, store
from tests.integration.conftest import Handlers
from tests.queue_events import queue_event, taken

DONE: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
LEFT = NOW + 100  # when members ask to be deleted


class World:
    """member_deletion and data_deletion with a clock of their own, behind their queues."""

    def __init__(self, handlers: Handlers) -> None:
        self.now = NOW
        deletion, self._erasure = handlers("member_deletion"), handlers("data_deletion")
        self._handler, self.logger = deletion.handler, deletion.observer.logger
        handlers("member_deletion")
        self.settings = settings.load(wiring.Settings, os.environ)
        handlers("data_deletion")
        self._erasure_settings = settings.load(erasure.Settings, os.environ)
        self.members = MemberStore(aws.dynamodb(), self.settings.members_table)
        self.snapshots = SnapshotFiles(aws.s3, self.settings.snapshots_bucket)
        self.build()

    def build(self) -> None:
        self.feature = wiring.build(self.settings, clock=lambda: self.now)
        self._eraser = erasure.build(self._erasure_settings, clock=lambda: self.now)

    @property
    def imports(self) -> ExportImports:
        return exports.build(self.settings.exports, clock=lambda: self.now)

    # ----------------------------------------------------------------------------------------------------- given
    def member(self, account: str | None = None, products: tuple[Provider, ...] = (Provider.FACEBOOK,)) -> Member:
        """Somebody with connections, two snapshots, an import that was read, and an upload that was not."""
        member = Member(account or new_account(), NOW)
        for product in products:
            self.connect(member.id, product)
        self.members.create(member)
        self.fill(member.id)
        return member

    def connect(self, account: str, product: Provider = Provider.FACEBOOK) -> Install:
        name = f"nora.{account}"
        return store(connected(product, account, name, self.now, connection=ulid(self.now)), "token")

    def fill(self, member: str) -> None:
        for seconds in (0, 0.5):
            at = self.now + seconds
            version = ulid(at)
            self.snapshots.save(member, version, b"packed")
            self.members.point(member, version, at, f"facebook-{member}")
        begun, _ = self.imports.begin(member, "nora", None)
        for name in ("read.zip", "unread.zip"):
            key = Upload(member, begun.id, name).key
            aws.s3().put_object(Bucket=self.settings.exports.export_files_bucket, Key=key, Body=made.export())
        self.imports.take(Upload(member, begun.id, "read.zip").key)

    # ------------------------------------------------------------------------------------------------------ when
    def take(self, message: object) -> Any:
        """Have member_deletion take a message, as Lambda does."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
        return self._handler(queue_event(message), context, feature=self.feature)

    def erase_accounts(self) -> None:
        """Have data_deletion work on what is in its queue."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
        for message in taken(self.settings.account_deletion_queue):
            assert self._erasure.handler(queue_event(message), context, feature=self._eraser) == DONE

    def take_events(self) -> int:
        """Have member_deletion work on what its queue delivers now; returns how many messages there were."""
        messages = taken(self.settings.deletion_queue)
        assert [self.take(each) for each in messages] == [DONE] * len(messages)
        return len(messages)

    # ------------------------------------------------------------------------------------------------------ then
    def left(self, member: str) -> list[str]:
        """Everything that is stored about a member."""
        items = [
            f"{table} {key}"
            for table, names in (("Members", ("id",)), ("ExportImports", ("member",)), (INSTALLS, ("key",)))
            for each in dynamodb.items(table)
            for key in [str(each[names[0]])]
            if key in {member, f"account#{member}", f"facebook-{member}", f"instagram-{member}"}
        ]
        return sorted(items) + [f"file {key}" for key in self.files(member)]

    def files(self, member: str) -> list[str]:
        buckets = (self.settings.snapshots_bucket, self.settings.exports.export_files_bucket)
        return sorted(
            each["Key"]
            for bucket in buckets
            for each in aws.s3().list_objects_v2(Bucket=bucket).get("Contents", ())
            if each["Key"].split("/")[1] == member
        )
