"""The page of an account's imports: its form, and what it says of what was uploaded."""

import base64
import html
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
import requests

from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.analytics.uploads import wiring as uploads
from signpost.platform import aws, settings
from tests import exports
from tests.aws import empty
from tests.integration.console.conftest import Visitor
from tests.integration.console.test_account_pages import NORA, install
from tests.integration.console.test_pages import text
from tests.integration.tracking.world import World

HOSTILE = '<img src=x onerror="alert(1)">.zip'


@pytest.fixture(autouse=True)
def clean(world: World) -> None:
    empty("Media", "InstagramApps", "ExportImports")


@pytest.fixture
def page(owner: Visitor, world: World) -> str:
    return f"/fp/accounts/{install(world.now, followers_count=641).id}/imports"


def begin(owner: Visitor, page: str) -> str:
    """The page with the form."""
    reply = owner.submit(page, page)
    assert (reply["statusCode"], reply["headers"]["location"]) == (303, f"{page}#upload")
    shown: str = owner.get(page)["body"]
    return shown


def form(shown: str) -> tuple[str, dict[str, str], dict[str, str]]:
    """The address that the form is sent to, its hidden fields, and those that the script sends."""
    (found,) = re.findall(r"<form[^>]*data-upload=.*?</form>", shown, re.DOTALL)
    fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', found))
    action, script = re.findall(r'action="([^"]*)".*data-upload="([^"]*)"', found)[0]
    return action, {name: html.unescape(each) for name, each in fields.items()}, json.loads(html.unescape(script))


def upload(page: str, owner: Visitor, world: World, name: str, content: bytes) -> str:
    """Returns where S3 leads; what was uploaded is read meanwhile."""
    action, fields, _ = form(owner.get(page)["body"])
    key = fields["key"].replace("${filename}", name)
    reply = requests.post(
        action, data={**fields, "key": key}, files={"file": ("x", content)}, timeout=5, allow_redirects=False
    )
    assert reply.status_code == 303
    return f"{reply.headers['location']}"


def read(world: World, environment: Any, where: str) -> None:
    feature = uploads.build(settings.load(uploads.Settings, environment), clock=lambda: world.now)
    assert feature.intake.take([where])


def test_a_form_leads_to_s3_and_back_and_no_other_page_may_send_there(owner: Visitor, page: str) -> None:
    before = owner.get(page)
    assert "Nothing imported yet" in text(before)
    assert "form-action 'self';" in before["headers"]["content-security-policy"]

    shown = begin(owner, page)

    action, fields, script = form(shown)
    policy = owner.get(page)["headers"]["content-security-policy"]
    origin = "/".join(action.split("/")[:3])
    assert f"form-action 'self' {origin};" in policy
    assert policy.endswith(f"connect-src 'self' {origin}")
    signed = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    assert {"success_action_redirect": fields["success_action_redirect"]} in signed
    assert fields["success_action_redirect"].endswith(page)
    assert "success_action_redirect" not in script
    # And whoever comes later begins again
    assert shown.count("Waits for a file") == 1
    assert "form-action 'self';" in owner.get("/fp/accounts")["headers"]["content-security-policy"]


def test_what_was_understood_and_what_not_is_shown_as_text(
    owner: Visitor, page: str, world: World, environment: Any
) -> None:
    begin(owner, page)
    content = exports.export(
        **{exports.PROFILE: exports.profile("nora.bakes"), f"{exports.FOLDER}/followers_2.json": "<b>no JSON</b>"}
    )

    back = upload(page, owner, world, HOSTILE, content)
    waiting = owner.get("/" + back.split("/", 3)[3])

    # Then it is said to be read, until it has been
    assert f"{HOSTILE} was uploaded and is being read" in text(waiting)
    (key,) = [
        each["Key"] for each in aws.s3().list_objects_v2(Bucket="exportfiles", Prefix=f"uploads/{NORA}")["Contents"]
    ]
    read(world, environment, key)
    reply = owner.get(f"{page}?key={quote(key)}")
    said = text(reply)
    assert "is being read" not in said
    assert "<img src=x" not in reply["body"]
    assert "followers_2.json is not JSON" in said
    assert "Following 2" in said
    assert "Reports use it" in said
    assert "It has no complete list of followers" in said
    # And reports are said to use it once they have been made
    assert "Reports are being made with them" in said
    MemberStore(aws.dynamodb(), "Members").point(NORA, "1", world.now + 60, "instagram-1")
    assert "Reports have them, as of" in text(owner.get(page))


def test_a_refusal_says_what_to_do(owner: Visitor, page: str, world: World, environment: Any) -> None:
    begin(owner, page)
    upload(page, owner, world, "a.zip", exports.export())
    (key,) = [
        each["Key"] for each in aws.s3().list_objects_v2(Bucket="exportfiles", Prefix=f"uploads/{NORA}")["Contents"]
    ]

    read(world, environment, key)

    said = text(owner.get(page))
    assert "Refused" in said
    assert "This export belongs to another account." in said
    assert "Nothing imported yet" in said


def test_a_form_is_good_for_an_hour(owner: Visitor, page: str, world: World) -> None:
    begin(owner, page)
    world.now += 3600

    shown = owner.get(page)

    assert "data-upload" not in shown["body"]
    assert "No file came" in text(shown)
    assert "data-upload" in begin(owner, page)


def test_too_many_imports_and_accounts_that_are_not_connected(owner: Visitor, page: str, world: World) -> None:
    token = owner.token(page)
    for _ in range(10):
        assert owner.post(page, {"form_token": token})["statusCode"] == 303
    refused = owner.post(page, {"form_token": token})
    assert refused["statusCode"] == 429
    assert int(refused["headers"]["retry-after"]) > 0
    assert "Too many imports were begun" in refused["body"]

    MemberStore(aws.dynamodb(), "Members").create(Member("123", world.now, "Otto"))
    shown = owner.get("/fp/accounts/123/imports")
    assert "Connect the account first" in text(shown)
    assert owner.post("/fp/accounts/123/imports", {"form_token": owner.token("/fp")})["statusCode"] == 409
    assert owner.get("/fp/accounts/nobody/imports")["statusCode"] == 404
    assert owner.post(page, {"form_token": "wrong"})["statusCode"] == 403
