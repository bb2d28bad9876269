"""The functions that work with apps have the rights in DynamoDB that their calls need, which only AWS enforces."""

import json
import uuid
from collections.abc import Set as AbstractSet
from typing import Any

from signpost.instagram.apps.app import LinkState, link_item
from signpost.instagram.installs import item
from signpost.instagram.products import Provider
from tests import dynamodb
from tests.http_events import ADMIN, basic, http_event
from tests.installs import connected, new_account
from tests.integration.conftest import Handlers
from tests.integration.test_api_permissions import Right, granted, used
from tests.samples import sample

__all__ = ["used"]  # a fixture
NOW = 1_795_244_400.0


def of_apps(rights: AbstractSet[Right]) -> set[Right]:
    """Those for apps and installs."""
    return {(action, table) for action, table in rights if table.startswith(("InstagramApps", "InstagramInstalls"))}


def test_the_administration_of_apps(handlers: Handlers, used: set[Right], context: Any) -> None:
    module, app_id = handlers("app_admin"), uuid.uuid4().hex
    install = connected(Provider.FACEBOOK, new_account(), "nora", NOW)
    used.clear()

    for name in ("save", "read", "list", "new_key", "new_link", "accounts", "decide", "remove", "delete"):
        if name == "accounts":
            link = link_item(app_id, install.id, "nora", NOW, LinkState.PENDING)
            dynamodb.put("InstagramInstalls", item(install))
            dynamodb.put("InstagramApps", link)
        event = sample("app_admin", name)
        path = event["rawPath"].replace("demo-widget", app_id).replace("facebook-17841400000000001", install.id)
        body = json.loads(event["body"]) if "body" in event else None
        reply = module.handler(
            http_event(event["requestContext"]["http"]["method"], path, body=body, headers=basic(*ADMIN)), context
        )
        assert reply["statusCode"] < 300, (name, reply["body"])
    # Links are deleted in batches.
    module.handler(http_event("PUT", f"/admin/instagram/apps/{app_id}", body={}, headers=basic(*ADMIN)), context)
    dynamodb.put("InstagramApps", link_item(app_id, install.id, "nora", NOW))
    module.handler(http_event("DELETE", f"/admin/instagram/apps/{app_id}", headers=basic(*ADMIN)), context)

    assert of_apps(used) == of_apps(granted("AppAdmin"))
