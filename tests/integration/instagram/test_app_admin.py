"""The administration of apps, from the event to the reply and the stored app."""

import base64
import hashlib
import json
import os
import re
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from local.runner.application import Application
from signpost.instagram.apps import migration, wiring
from signpost.instagram.apps.app import App, LinkState, link_item
from signpost.instagram.apps.connect_key_store import ConnectKeyStore
from signpost.instagram.apps.connect_keys import OVERLAP, ConnectKeys
from signpost.instagram.apps.connect_links import (
    ConnectLinkExpired,
    ConnectLinkInvalid,
    ConnectLinks,
    platform_signature,
)
from signpost.instagram.apps.store import AppStore
from signpost.instagram.apps.views import AppChange, Decision
from signpost.instagram.cipher import ConnectKeyCipher
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, item
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Change
from signpost.platform.errors import NotFound, Unavailable
from tests import dynamodb
from tests.aws_calls import at_call, just_before
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.http_events import ADMIN, basic, http_event
from tests.installs import connected, new_account
from tests.integration.conftest import Handlers
from tests.samples import EVENTS, sample

NOW = 1_795_244_400.0
PUBLIC = "https://signpost.example"
SAVED = {
    "app_type": "socialFeed",
    "user": "ann",
    "is_new": False,
    "feeds": ["#food", "@powr_io", "@natgeo", "@apple", "@trees"],
    "origins": ["https://www.example.com"],
    "import_tags": ["ed", "eatdifferent"],
    "owner_email": "ann@example.com",
}


class Answer(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]


Call = Callable[..., Answer]


@pytest.fixture
def app_admin(handlers: Handlers, signpost_application: Application, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = handlers("app_admin")
    told = settings.load(wiring.Settings, signpost_application.functions["AppAdmin"].environment)
    told = told._replace(migrate_apps="ann", public_url=PUBLIC)
    admin, _ = wiring.build(told, clock=lambda: NOW)
    monkeypatch.setattr(module, "ADMIN", admin)
    return module


def apps() -> AppStore:
    return AppStore(aws.dynamodb(), "InstagramApps")


def installs() -> InstallStore:
    return InstallStore(aws.dynamodb(), "InstagramInstalls")


@pytest.fixture
def app_id() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def call(app_admin: ModuleType, context: object) -> Call:
    def send(method: str, path: str, body: object = None, user: tuple[str, str] = ADMIN, **headers: str) -> Answer:
        """`path`: below that of all apps."""
        named = {**basic(*user), **{name.replace("_", "-"): value for name, value in headers.items()}}
        path, _, query = path.partition("?")
        path = f"/admin/instagram/apps/{path}".removesuffix("/")
        event = http_event(method, path, query=query, body=body, headers=named)
        reply = app_admin.handler(event, context)
        names = {name.lower(): value for name, value in reply.get("headers", {}).items()}
        return Answer(reply["statusCode"], json.loads(reply["body"] or "null"), names)

    return send


def connect(
    app_id: str, username: str, link: LinkState = LinkState.ACCEPTED, *, at: float = NOW, **fields: Any
) -> Install:
    install = connected(Provider.FACEBOOK, new_account(), username, NOW, **fields)
    installs().table.put(item(install))
    apps().table.put(link_item(app_id, install.id, username, at, link))
    return install


def test_an_app_is_made_and_read(call: Call, app_id: str) -> None:
    made = call("PUT", app_id, SAVED)

    assert (made.status, made.headers["etag"]) == (201, '"1"')
    assert made.body == {
        "app_id": app_id,
        **SAVED,
        "default_account": None,
        "connect_url": made.body["connect_url"],
        "shows_banner": False,
        "instagram_graph_api_migrated_at": None,
        "instagramNotMigratedFeeds": [],
        "accounts": [],
        "pending_accounts": [],
    }
    read = call("GET", app_id)
    assert (read.status, read.headers["etag"], read.body) == (200, '"1"', made.body)


def test_the_samples_are_answered(app_admin: ModuleType, context: object, app_id: str) -> None:
    # Given the repository's sample requests, with this test's credentials and app, which somebody asks to be shown in
    install = connect(app_id, "powr_io", LinkState.PENDING)
    expected = {"save": 201, "read": 200, "list": 200, "new_key": 201, "new_link": 201}
    expected |= {"accounts": 200, "decide": 200, "remove": 204, "delete": 204}
    assert expected.keys() == {path.stem for path in (EVENTS / "app_admin").glob("*.json")}
    for name, status in expected.items():
        event = sample("app_admin", name)
        event["headers"] |= basic(*ADMIN)
        path = event["rawPath"].replace("demo-widget", app_id)
        event["rawPath"] = path.replace("facebook-17841400000000001", install.id)

        reply = app_admin.handler(event, context)

        assert reply["statusCode"] == status, (name, reply["body"])


def test_fields_that_are_not_sent_stay_and_a_reply_can_be_sent_back(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)

    changed = call("PUT", app_id, {"user": "bob", "owner_email": None, "feeds": []})

    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
    assert changed.body == {**call("GET", app_id).body, **SAVED, "user": "bob", "owner_email": None, "feeds": []}
    again = call("PUT", app_id, changed.body)
    assert (again.status, again.headers["etag"], again.body) == (200, '"2"', changed.body)


def test_lists_hold_each_entry_once_in_one_form(call: Call, app_id: str) -> None:
    lists = {
        "feeds": [" #Food", "#Food", "@natgeo", "@NatGeo"],
        "origins": ["HTTPS://WWW.Example.com/", "https://www.example.com:443", "http://localhost:3000"],
        "import_tags": ["#ED", "ed", "Ed"],
    }

    body = call("PUT", app_id, lists).body

    assert body["feeds"] == ["#Food", "@natgeo", "@NatGeo"]
    assert body["origins"] == ["https://www.example.com", "http://localhost:3000"]
    assert body["import_tags"] == ["ed"]


ORIGINS = (
    "* https://*.example.com http://www.example.com https://www.example.com/path https://user@example.com "
    "https://www.example.com?x https://www.example.com:x ftp://localhost https:// www.example.com https://[::1 "
    "https://münchen.example"
)
INVALID: dict[str, list[object]] = {
    "feeds": [["two words"], ["#"], ["#a-b"], ["@"], ["natgeo"], [""], ["#x"] * 101, "#x"],
    "default_account": ["facebook-1", 7],
    "origins": [[origin] for origin in ORIGINS.split()],
    "import_tags": [["a b"], ["#"]],
    "owner_email": ["ann", "ann@example.com\nBcc: x@example.com", "a" * 250 + "@e.com"],
    "is_new": ["false"],
    "graph_api": [1],
    "user": ["x" * 129],
    "token": ["x"],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in INVALID for value in INVALID[field]])
def test_an_invalid_field_is_named_and_not_stored(call: Call, app_id: str, field: str, value: object) -> None:
    answer = call("PUT", app_id, {**SAVED, field: value})

    assert (answer.status, answer.body["error"]["code"]) == (422, "invalid_field")
    assert answer.body["error"]["message"].startswith(field)
    assert call("GET", app_id).status == 404


def test_what_is_not_json_is_refused(call: Call, app_id: str) -> None:
    assert call("PUT", app_id, "{").status == 400
    assert call("PUT", app_id, "[]").status == 422


@pytest.mark.parametrize("app_id", ["x" * 129, "%0A", "\n"])
def test_an_invalid_id_is_refused(call: Call, app_id: str) -> None:
    assert call("PUT", app_id, SAVED).status in (404, 422)


def test_only_the_administrator_may_ask(call: Call, app_id: str) -> None:
    for method in ("GET", "PUT"):
        answer = call(method, app_id, SAVED, user=("admin", "wrong"))
        assert (answer.status, answer.body["error"]["code"]) == (401, "not_authenticated")
        assert answer.headers["www-authenticate"] == 'Basic realm="Signpost"'
    assert call("GET", app_id).status == 404


def test_a_change_can_require_the_version_that_was_read(call: Call, app_id: str) -> None:
    assert call("PUT", app_id, SAVED, if_match="*").status == 412
    assert call("PUT", app_id, SAVED, if_match='"0"').status == 412
    call("PUT", app_id, SAVED)

    assert call("PUT", app_id, {"user": "bob"}, if_match='"1"').headers["etag"] == '"2"'
    late = call("PUT", app_id, {"user": "eve"}, if_match='"1"')
    assert (late.status, late.body["error"]["code"]) == (412, "precondition_failed")
    # And the request that succeeded can be repeated
    assert call("PUT", app_id, {"user": "bob"}, if_match='"1"').status == 200


def save_again(app_id: str, **change: Any) -> App:
    app = apps().get(app_id)
    assert app
    return apps().save(app._replace(**change), app.version)


def saved_just_before(app_id: str, **change: Any) -> AbstractContextManager[None]:
    """Somebody else saves the app just before we do."""
    return just_before(aws.dynamodb(), "dynamodb.PutItem", lambda: save_again(app_id, **change))


def test_changes_made_at_the_same_time_are_merged(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)

    with saved_just_before(app_id, user="meanwhile", owner_email=None):
        shown = call("PUT", app_id, {"owner_email": "new@example.com"})

    assert (shown.body["user"], shown.body["owner_email"]) == ("meanwhile", "new@example.com")
    assert shown.headers["etag"] == '"3"'
    with saved_just_before(app_id, user="meanwhile again"):
        assert call("PUT", app_id, {"user": "late"}, if_match='"3"').status == 412


def test_an_app_that_others_keep_changing_is_a_conflict(call: Call, app_id: str) -> None:
    # Given others who change the app before each save
    def change(**_: object) -> None:
        table = apps().table
        table.transact([table.updating({"app_id": app_id, "part": "app"}, Change(add={"version": 1}))])

    with at_call(aws.dynamodb(), "before-call.dynamodb.PutItem", change):
        assert call("PUT", app_id, {"user": "ann"}).status == 409

    # And before each decision about an account
    asking = connect(app_id, "powr_io", LinkState.PENDING)

    def save(**_: object) -> None:
        save_again(app_id, user=uuid.uuid4().hex)

    with at_call(aws.dynamodb(), "before-call.dynamodb.TransactWriteItems", save):
        assert call("PUT", f"{app_id}/accounts/{asking.id}", {"link": "accepted"}).status == 409
        assert call("DELETE", f"{app_id}/accounts/{asking.id}").status == 409
        assert call("POST", f"{app_id}/connect-key", {}).status == 201, "it does not depend on what is saved"
        assert call("DELETE", app_id).status == 409


def shown(install: Install, link: str, *, is_default: bool = False) -> dict[str, object]:
    return {
        "install": install.id,
        "instagram_account": install.instagram_account,
        "provider": "facebook",
        "state": install.state.value,
        "connected_at": "2026-11-21T07:00:00.000000Z",
        "link": link,
        "is_default": is_default,
        "posts_stored": install.posts_stored,
        "media_count": install.media_count,
        "backfill": (
            {"done": True, "stage": "done", "done_at": "2026-11-21T07:00:00.000000Z"}
            if install.backfill_done_at
            else {"done": False, "stage": "waiting", "done_at": None}
        ),
    }


def test_the_accounts_of_an_app_are_shown(call: Call, app_id: str) -> None:
    # Given an app with two accounts, one of them expired, one that was erased, one that asks and one that was refused
    call("PUT", app_id, SAVED)
    done: dict[str, Any] = {"posts_stored": 7, "media_count": 8, "backfill_stage": "done", "backfill_done_at": NOW}
    expired = connect(app_id, "natgeo", state=ConnectionState.EXPIRED, **done)
    first, second = sorted([connect(app_id, "powr_io"), expired])
    apps().table.put(link_item(app_id, "facebook-0", "gone", NOW + 1))
    asks, refused = connect(app_id, "asks", LinkState.PENDING), connect(app_id, "no", LinkState.REFUSED)

    body = call("GET", app_id).body

    accounts, pending = [shown(first, "accepted", is_default=True), shown(second, "accepted")], [shown(asks, "pending")]
    assert (body["accounts"], body["pending_accounts"]) == (accounts, pending)
    listed = call("GET", f"{app_id}/accounts").body["data"]
    assert listed[:2] == accounts
    assert sorted(listed[2:], key=lambda each: str(each["link"])) == [*pending, shown(refused, "refused")]


def test_an_account_is_shown_from_when_it_is_accepted(call: Call, app_id: str) -> None:
    # Given an app with an account, and another one that asks
    call("PUT", app_id, SAVED)
    connect(app_id, "natgeo", at=NOW - 1)
    asks = connect(app_id, "powr_io", LinkState.PENDING)
    here = f"{app_id}/accounts/{asks.id}"

    # When its owner accepts it, twice, because a reply was lost
    for _ in range(2):
        answer = call("PUT", here, {"link": "accepted"})
        assert (answer.status, answer.body) == (200, shown(asks, "accepted"))
    found = apps().with_links(app_id)
    assert found
    assert [link.install for link in found.links][1:] == [asks.id]

    # And thinks better of it, then it does not come back by asking again, until its owner forgets about it
    assert call("PUT", here, {"link": "refused"}).body["link"] == "refused"
    assert call("GET", app_id).body["pending_accounts"] == []
    assert call("DELETE", here).status == 204
    assert call("DELETE", here).status == 404
    assert [each["link"] for each in call("GET", f"{app_id}/accounts").body["data"]] == ["accepted"]


def test_only_accounts_that_ask_can_be_decided_on(call: Call, app_id: str) -> None:
    asks = connect(app_id, "powr_io", LinkState.PENDING)
    here = f"{app_id}/accounts/{asks.id}"
    for method, body in (("PUT", {"link": "accepted"}), ("DELETE", None)):
        assert call(method, here, body).status == 404, "the app has not been saved"

    call("PUT", app_id, SAVED)
    for wrong in ({"link": "pending"}, {"link": None}, {}, {"link": "accepted", "more": 1}):
        assert call("PUT", here, wrong).status == 422
    assert call("PUT", f"{app_id}/accounts/facebook-0", {"link": "accepted"}).status == 404
    installs().table.delete({"key": asks.id})
    assert call("PUT", here, {"link": "accepted"}).status == 404


def test_the_owner_chooses_the_default_account(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)
    first, second = sorted([connect(app_id, "powr_io"), connect(app_id, "natgeo")])
    asks = connect(app_id, "asks", LinkState.PENDING)

    def default() -> list[str]:
        return [each["install"] for each in call("GET", app_id).body["accounts"] if each["is_default"]]

    assert default() == [first.id]
    assert call("PUT", app_id, {"default_account": asks.id}).status == 422
    chosen = call("PUT", app_id, {"default_account": second.id}, if_match='"1"')
    assert (chosen.body["default_account"], default()) == (second.id, [second.id])
    # When it is removed, then the other one is the default again, also if it comes back
    assert call("DELETE", f"{app_id}/accounts/{second.id}").status == 204
    assert (call("GET", app_id).body["default_account"], default()) == (None, [first.id])
    apps().table.put(link_item(app_id, second.id, "natgeo", NOW + 9))
    assert default() == [first.id]


def test_an_old_app_migrates_when_an_account_is_accepted_not_when_it_asks(call: Call, app_id: str) -> None:
    call("PUT", app_id, {**SAVED, "graph_api": True})
    asks = connect(app_id, "powr_io", LinkState.PENDING)
    assert call("GET", app_id).body["shows_banner"]

    call("PUT", f"{app_id}/accounts/{asks.id}", {"link": "accepted"})

    body = call("GET", app_id).body
    assert body["instagram_graph_api_migrated_at"] == "2026-11-21T07:00:00Z"
    assert body["instagramNotMigratedFeeds"] == ["@natgeo", "@apple", "@trees"]


def test_apps_are_listed(call: Call, app_id: str) -> None:
    for name in ("a", "b", "c"):
        call("PUT", f"{app_id}-{name}", SAVED)

    first = call("GET", f"?limit=2&after={app_id}").body
    second = call("GET", f"?limit=2&after={first['next_after']}").body

    assert [each["app_id"] for each in first["data"]] == [f"{app_id}-a", f"{app_id}-b"]
    assert second["data"][0] == {
        "app_id": f"{app_id}-c",
        **{name: SAVED[name] for name in ("app_type", "user", "is_new", "feeds", "owner_email")},
    }
    for wrong in ("limit=0", "limit=101", "limit=x", "after=", f"after={'x' * 129}"):
        assert call("GET", f"?{wrong}").status == 422


def test_accounts_that_were_saved_without_a_sign_are_shown_with_it(call: Call, app_id: str) -> None:
    apps().save(App(app_id, feeds=("natgeo", "#food")), None)

    body = call("GET", app_id).body

    assert body["feeds"] == ["@natgeo", "#food"]
    assert call("PUT", app_id, body).status == 200


def test_a_deleted_app_leaves_nothing_but_its_accounts(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)
    kept, asks = connect(app_id, "powr_io"), connect(app_id, "asks", LinkState.PENDING)
    assert call("DELETE", app_id, if_match='"7"').status == 412

    assert call("DELETE", app_id, if_match='"1"').status == 204

    assert [each for each in dynamodb.items("InstagramApps") if each["app_id"] == app_id] == []
    assert installs().get(kept.id) == kept
    assert installs().get(asks.id) == asks
    assert call("GET", app_id).status == call("DELETE", app_id).status == 404
    # And whoever makes it again has other keys
    assert call("PUT", app_id, SAVED).status == 201


def test_an_account_that_is_connected_during_the_deletion_is_gone_too(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", lambda: connect(app_id, "late")):
        assert call("DELETE", app_id).status == 204

    assert apps().with_links(app_id) is None


@COSTLY_MODES
@pytest.mark.parametrize("what", ["accept", "remove", "delete"])
def test_after_any_fault_the_same_request_again_completes_it(
    app_admin: ModuleType, modes: tuple[Mode, ...], what: str
) -> None:
    def scenario(fault: Fault) -> None:
        # Given an old app with an account that asks and one that is its default
        app_id = uuid.uuid4().hex
        admin = app_admin.ADMIN
        admin.apps.save(app_id, AppChange.model_validate({**SAVED, "graph_api": True}), None, PUBLIC)
        default, asks = connect(app_id, "natgeo"), connect(app_id, "powr_io", LinkState.PENDING)
        admin.apps.save(app_id, AppChange(default_account=default.id), None, PUBLIC)
        requests = {
            "accept": lambda: admin.accounts.decide(app_id, asks.id, Decision(link="accepted")),
            "remove": lambda: admin.accounts.remove(app_id, default.id),
            "delete": lambda: admin.apps.delete(app_id, None),
        }

        def send() -> None:
            with suppress(NotFound):  # it was done, and its reply was lost
                requests[what]()

        # When its owner decides, is struck, and sends the same again
        fault.until_done(send, Unavailable)

        # Then all of it is done, once
        found = apps().with_links(app_id)
        if what == "delete":
            assert found is None
            assert [each for each in dynamodb.items("InstagramApps") if each["app_id"] == app_id] == []
            return
        assert found
        links = {each.install for each in found.links}
        if what == "accept":
            assert links == {default.id, asks.id}
            assert (found.app.migrated_at, found.app.version) == (NOW, 3)
        else:
            assert (links, found.app.default_account, found.app.version) == (set(), None, 3)

    at_every_call(scenario, *modes)


# -------------------------------------------------------------------------------------------------- keys and links
def connect_links(app_admin: ModuleType) -> ConnectLinks:
    """As the function that checks them has them: without a memory of what was before."""
    told: wiring.Settings = settings.load(wiring.Settings, os.environ)
    store = ConnectKeyStore(aws.dynamodb(), told.apps_table)
    keys = ConnectKeys(store, lambda: ConnectKeyCipher(aws.kms(), told.token_key), lambda: NOW)
    return ConnectLinks(keys, lambda: NOW)


def proof_in(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query))["connect"]


def test_an_app_has_a_link_for_its_owner(call: Call, app_admin: ModuleType, app_id: str) -> None:
    address = call("PUT", app_id, SAVED).body["connect_url"]

    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{PUBLIC}/showlogin"
    query = dict(parse_qsl(parts.query))
    assert (query["app_id"], query["return_to"]) == (app_id, f"{PUBLIC}/connected")
    connect_links(app_admin).check(app_id, query["connect"])
    with pytest.raises(ConnectLinkInvalid):
        connect_links(app_admin).check("another", query["connect"])
    assert call("GET", app_id).body["connect_url"] == address


def test_a_link_can_expire_and_come_back_elsewhere(call: Call, app_admin: ModuleType, app_id: str) -> None:
    call("PUT", app_id, SAVED)

    made = call("POST", f"{app_id}/connect-links", {"expires_in": 3600, "return_to": "https://bakery.example/x?y=1"})

    assert (made.status, made.body["expires_at"]) == (201, "2026-11-21T08:00:00.000000Z")
    assert dict(parse_qsl(urlsplit(made.body["connect_url"]).query))["return_to"] == "https://bakery.example/x?y=1"
    links = connect_links(app_admin)
    links.check(app_id, proof_in(made.body["connect_url"]))
    links._clock = lambda: NOW + 3600
    with pytest.raises(ConnectLinkExpired):
        links.check(app_id, proof_in(made.body["connect_url"]))
    for wrong in ({"expires_in": 59}, {"expires_in": 10**9}, {"expires_in": "60"}, {"more": 1}):
        assert call("POST", f"{app_id}/connect-links", wrong).status == 422
    assert call("POST", f"{app_id}/connect-links").body["expires_at"] is None
    assert call("POST", f"{uuid.uuid4().hex}/connect-links", {}).status == 404


def test_a_connect_key_is_shown_once_and_stored_nowhere(call: Call, app_admin: ModuleType, app_id: str) -> None:
    call("PUT", app_id, SAVED)

    made = call("POST", f"{app_id}/connect-key")

    assert made.status == 201
    key = made.body["connect_key"]
    assert re.fullmatch(r"spck_[A-Za-z0-9_-]{43}", key)
    stored = repr(dynamodb.items("InstagramApps"))
    secret = hashlib.sha256(key.encode()).digest()
    for each in (key, secret.hex(), repr(secret)[2:-1], base64.b64encode(secret).decode()):
        assert each not in stored
    # And it signs
    signature = platform_signature(secret, app_id, f"{NOW:.0f}")
    connect_links(app_admin).check(app_id, f"{NOW:.0f}.{signature}")
    assert call("POST", f"{uuid.uuid4().hex}/connect-key", {}).status == 404


def test_older_keys_end_a_week_after_a_new_one_or_at_once(call: Call, app_admin: ModuleType, app_id: str) -> None:
    # Given an app's own link, and two keys
    old = proof_in(call("PUT", app_id, SAVED).body["connect_url"])
    call("POST", f"{app_id}/connect-key", {})
    links = connect_links(app_admin)
    links.check(app_id, old)
    newest = call("POST", f"{app_id}/connect-key", {}).body["connect_key"]
    signature = platform_signature(hashlib.sha256(newest.encode()).digest(), app_id, f"{NOW:.0f}")
    links.check(app_id, f"{NOW:.0f}.{signature}")  # immediately, though it remembers the others

    # When a week has passed, then only the new key is good, and the app's own link is another one
    links._keys._clock = lambda: NOW + OVERLAP
    with pytest.raises(ConnectLinkInvalid):
        links.check(app_id, old)
    new = proof_in(call("GET", app_id).body["connect_url"])
    links.check(app_id, new)

    # And a leaked key can be ended with all its links
    call("POST", f"{app_id}/connect-key", {"keep_old": False})
    with pytest.raises(ConnectLinkInvalid):
        connect_links(app_admin).check(app_id, new)


def test_a_key_that_was_copied_to_another_app_is_good_for_nothing(
    call: Call, app_admin: ModuleType, app_id: str
) -> None:
    call("PUT", app_id, SAVED)
    item = dynamodb.get("InstagramApps", app_id=app_id, part="connect-key")
    other = uuid.uuid4().hex
    apps().save(App(other), None)
    dynamodb.put("InstagramApps", {**item, "app_id": other})

    links = connect_links(app_admin)
    stolen = platform_signature(links._keys.secrets(app_id)[0], other, f"{NOW:.0f}")
    with pytest.raises(ConnectLinkInvalid):
        links.check(other, f"{NOW:.0f}.{stolen}")
    # And that app gets a key of its own when it needs one
    connect_links(app_admin).check(other, proof_in(call("GET", other).body["connect_url"]))


def test_the_example_of_an_old_app_that_migrates(call: Call, app_id: str) -> None:
    # Given an old app that is saved with the Graph API on: its owner sees the banner
    saved = call("PUT", app_id, {**SAVED, "graph_api": True})
    assert saved.body["instagram_graph_api_migrated_at"] == "never"
    assert saved.body["shows_banner"]

    # When powr_io connects, as a login stores it
    for username, left in (("powr_io", ["@natgeo", "@apple", "@trees"]), ("natgeo", ["@apple", "@trees"])):
        app = apps().get(app_id)
        assert app
        apps().save(migration.connected(app, username, NOW, migration.Rollout({"ann"})), app.version)

        # Then the date is set, and the others are listed until they connect too; saving does not change that
        body = call("PUT", app_id, {"graph_api": True}).body
        assert body["instagram_graph_api_migrated_at"] == "2026-11-21T07:00:00Z"
        assert body["instagramNotMigratedFeeds"] == left
        assert not body["shows_banner"]


def test_an_app_of_a_user_who_is_not_on_the_rollout_list_does_not_migrate(call: Call, app_id: str) -> None:
    assert call("PUT", app_id, {**SAVED, "user": "bob", "graph_api": True}).body["shows_banner"] is False
