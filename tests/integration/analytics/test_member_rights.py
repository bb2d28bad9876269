"""Functions about members have the DynamoDB rights that their calls need, which only AWS enforces."""

import json
from typing import Any

import pytest

from signpost.analytics.deletion.messages import deletion, deletion_of_all
from signpost.analytics.export.places import Upload
from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.instagram.products import Provider
from signpost.platform import aws
from tests import exports
from tests.http_events import ADMIN, basic, http_event
from tests.installs import connected, new_account
from tests.integration.analytics.leavers import World
from tests.integration.analytics.world import NOW, store
from tests.integration.conftest import Handlers
from tests.integration.test_api_permissions import Right, granted, used
from tests.queue_events import queue_event

__all__ = ["used"]  # a fixture


def test_the_administration_of_members(handlers: Handlers, used: set[Right], context: Any) -> None:
    module, account = handlers("member_admin"), new_account()
    store(connected(Provider.FACEBOOK, account, "nora", NOW), "token")
    used.clear()

    def call(method: str, path: str, **named: Any) -> Any:
        reply = module.handler(http_event(method, path, headers=basic(*ADMIN), **named), context)
        assert reply["statusCode"] < 300, reply["body"]
        return json.loads(reply["body"])

    call("POST", "/membership", query=f"id={new_account()}")
    call("GET", "/membership")
    call("GET", f"/membership/{account}")
    module.handler(http_event("GET", "/membership", headers=basic("admin", "wrong")), context)
    for _ in range(10):
        begun = call("POST", f"/membership/{account}/import")["data"]["id"]
    imports = module.MEMBERS.imports._imports
    for _ in range(2):  # so that one is forgotten
        imports.begin(account, "nora")
    call("GET", f"/membership/{account}/imports")
    call("GET", f"/membership/{account}/imports/{begun}")
    call("POST", f"/workers/start/{account}")
    call("POST", f"/workers/stop/{account}")
    call("DELETE", f"/membership/{account}")

    # Files are deleted in batches, and these had none.
    assert used | {("dynamodb:BatchWriteItem", "ExportImports")} == granted("MemberAdmin")


@pytest.mark.parametrize("products", [(), (Provider.FACEBOOK,)])
def test_the_deletion_of_members(products: tuple[Provider, ...], handlers: Handlers, used: set[Right]) -> None:
    world = World(handlers)
    member, unknown = world.member(products=products), world.connect(new_account())
    used.clear()

    world.take(deletion_of_all(NOW))
    world.take(deletion(member.id, NOW))
    world.take(deletion(unknown.instagram_business_account_id, NOW))

    removed = {("dynamodb:DeleteItem", "Members")} if products else set()
    assert used | removed == granted("MemberDeletion")


def test_the_intake_of_exports(handlers: Handlers, used: set[Right], context: Any) -> None:
    module, account = handlers("export_intake"), new_account()
    MemberStore(aws.dynamodb(), "Members").create(Member(account, NOW))
    begun, _ = module.INTAKE.intake._imports.begin(account, "nora")
    upload = Upload(account, begun.id, "export.zip")
    aws.s3().put_object(Bucket="exportfiles", Key=upload.key, Body=exports.export())
    used.clear()

    reply = module.handler(queue_event({"detail": {"object": {"key": upload.key}}}), context)

    assert reply == {"batchItemFailures": []}
    assert used == granted("ExportIntake")
