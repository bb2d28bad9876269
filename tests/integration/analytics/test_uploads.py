"""From an upload to the list that reports use, and the snapshot that is asked for."""

import os
from typing import Any

import pytest

from signpost.analytics.export import wiring as export_wiring
from signpost.analytics.export.places import Upload
from signpost.analytics.uploads import wiring
from signpost.platform import aws, settings
from tests import exports
from tests.aws import empty_queue
from tests.aws_calls import failing
from tests.installs import new_account
from tests.integration.conftest import Handlers
from tests.logs import logged_by
from tests.queue_events import queue_event, taken

NOW = 1_795_244_400.0
DONE: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


class World:
    def __init__(self, handlers: Handlers, context: Any) -> None:
        module = handlers("export_intake")
        self._handler, self.logger, self._context = module.handler, module.observer.logger, context
        self.settings = settings.load(wiring.Settings, os.environ)
        self.feature = wiring.build(self.settings, clock=lambda: NOW)
        self.imports = export_wiring.build(self.settings.exports, clock=lambda: NOW)
        for queue in (self.settings.uploads_queue, self.settings.snapshot_queue):
            empty_queue(queue)

    def upload(self, name: str = "export.zip", content: bytes | None = None) -> Upload:
        begun, _ = self.imports.begin(new_account(), "nora")
        upload = Upload(begun.member, begun.id, name)
        body = exports.export() if content is None else content
        aws.s3().put_object(Bucket=self.settings.exports.export_files_bucket, Key=upload.key, Body=body)
        return upload

    def take(self, message: object) -> Any:
        return self._handler(queue_event(message), self._context, feature=self.feature)

    def announced(self) -> Any:
        """The one message in the queue of uploads."""
        (message,) = taken(self.settings.uploads_queue)
        return message

    def jobs(self) -> list[str]:
        """Whose snapshots were asked for."""
        return [each["member"] for each in taken(self.settings.snapshot_queue)]


@pytest.fixture
def world(handlers: Handlers, context: Any) -> World:
    return World(handlers, context)


@pytest.mark.parametrize("name", ["export.zip", "my export (1)+ä.zip"])
def test_s3_announces_an_upload_which_is_read_and_asks_for_a_snapshot(name: str, world: World) -> None:
    # Given an upload, announced by the bucket and passed on by the rule
    upload = world.upload(name)
    message = world.announced()
    assert (message["source"], message["detail-type"]) == ("aws.s3", "Object Created")

    # When the message is taken, and comes again
    assert world.take(message) == DONE
    assert world.take(message) == DONE

    # Then reports use the lists in it
    (found,) = world.imports.all(upload.member)
    assert [each.name for each in found.files] == [name]
    lists = world.imports.lists(upload.member)
    assert lists.followers
    assert set(lists.followers.accounts) == {"ada", "bob"}
    assert set(world.jobs()) == {upload.member}
    # And the bucket does not announce the lists that were read
    assert taken(world.settings.uploads_queue) == []


def test_what_is_refused_asks_for_no_snapshot(world: World) -> None:
    upload = world.upload(content=b"not a zip")

    assert world.take(world.announced()) == DONE

    (found,) = world.imports.all(upload.member)
    assert found.files[0].refusal
    assert world.jobs() == []


def test_a_snapshot_that_could_not_be_asked_for_is_asked_for_again(world: World) -> None:
    upload = world.upload()
    message = world.announced()
    with failing(aws.sqs(), "sqs.SendMessageBatch"):
        assert world.take(message) == FAILED

    assert world.take(message) == DONE

    assert world.jobs() == [upload.member]


@pytest.mark.parametrize("message", ["x", {}, {"detail": {"object": {"key": "lists/7/x"}}}])
def test_what_is_not_an_upload_is_passed_over(message: object, world: World) -> None:
    with logged_by(world.logger) as output:
        assert world.take(message) == DONE

    assert "upload passed over" in output.getvalue()
    assert world.jobs() == []
