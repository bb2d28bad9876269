"""The administration of apps, from the event to the reply and the stored app."""

import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from local.runner.application import Application
from signpost.instagram.apps import migration, wiring
from signpost.instagram.apps.app import App, link_item
from signpost.instagram.apps.store import AppStore
from signpost.instagram.apps.views import AppChange
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, item
from signpost.instagram.products import Provider
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Change
from signpost.platform.errors import Unavailable
from tests.aws_calls import at_call, just_before
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.http_events import ADMIN, basic, http_event
from tests.installs import connected, new_account
from tests.integration.conftest import Handlers
from tests.samples import sample

NOW = 1_795_244_400.0
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
    admin, _ = wiring.build(told._replace(migrate_apps="ann"), clock=lambda: NOW)
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
    def send(method: str, app_id: str, body: object = None, user: tuple[str, str] = ADMIN, **headers: str) -> Answer:
        named = {**basic(*user), **{name.replace("_", "-"): value for name, value in headers.items()}}
        event = http_event(method, f"/admin/instagram/apps/{app_id}", body=body, headers=named)
        reply = app_admin.handler(event, context)
        names = {name.lower(): value for name, value in reply.get("headers", {}).items()}
        return Answer(reply["statusCode"], json.loads(reply["body"]), names)

    return send


def connect(app_id: str, username: str, **fields: Any) -> Install:
    install = connected(Provider.FACEBOOK, new_account(), username, NOW, **fields)
    installs().table.put(item(install))
    apps().table.put(link_item(app_id, install.id, username, NOW))
    return install


def stored(install: Install) -> Install:
    found = installs().get(install.id)
    assert found
    return found


def test_an_app_is_made_and_read(call: Call, app_id: str) -> None:
    made = call("PUT", app_id, SAVED)

    assert (made.status, made.headers["etag"]) == (201, '"1"')
    assert made.body == {
        "app_id": app_id,
        **SAVED,
        "shows_banner": False,
        "instagram_graph_api_migrated_at": None,
        "instagramNotMigratedFeeds": [],
        "accounts": [],
    }
    read = call("GET", app_id)
    assert (read.status, read.headers["etag"], read.body) == (200, '"1"', made.body)


def test_the_samples_are_answered(app_admin: ModuleType, context: object, app_id: str) -> None:
    # Given the repository's sample requests, with this test's credentials and app
    for name, status in (("save", 201), ("read", 200)):
        event = sample("app_admin", name)
        event["headers"] |= basic(*ADMIN)
        event["rawPath"] = event["rawPath"].replace("demo-widget", app_id)

        reply = app_admin.handler(event, context)

        assert reply["statusCode"] == status
        assert json.loads(reply["body"])["shows_banner"]


def test_fields_that_are_not_sent_stay_and_a_reply_can_be_sent_back(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)

    changed = call("PUT", app_id, {"user": "bob", "owner_email": None, "feeds": []})

    assert (changed.status, changed.headers["etag"]) == (200, '"2"')
    assert changed.body == {**call("GET", app_id).body, **SAVED, "user": "bob", "owner_email": None, "feeds": []}
    again = call("PUT", app_id, changed.body)
    assert (again.status, again.headers["etag"], again.body) == (200, '"2"', changed.body)


def test_lists_hold_each_entry_once_in_one_form(call: Call, app_id: str) -> None:
    lists = {
        "feeds": [" #Food", "#Food", "natgeo", "@natgeo"],
        "origins": ["HTTPS://WWW.Example.com/", "https://www.example.com:443", "http://localhost:3000"],
        "import_tags": ["#ED", "ed", "Ed"],
    }

    body = call("PUT", app_id, lists).body

    assert body["feeds"] == ["#Food", "natgeo", "@natgeo"]
    assert body["origins"] == ["https://www.example.com", "http://localhost:3000"]
    assert body["import_tags"] == ["ed"]


ORIGINS = (
    "* https://*.example.com http://www.example.com https://www.example.com/path https://user@example.com "
    "https://www.example.com?x https://www.example.com:x ftp://localhost https:// www.example.com https://[::1 "
    "https://münchen.example"
)
INVALID: dict[str, list[object]] = {
    "feeds": [["two words"], ["#"], ["#a-b"], ["@"], ["#x"] * 101, "#x"],
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

    # And before each change of an account
    connect(app_id, "powr_io")

    def save(**_: object) -> None:
        save_again(app_id)

    with at_call(aws.dynamodb(), "before-call.dynamodb.UpdateItem", save):
        assert call("PUT", app_id, {"owner_email": "ann@example.com"}).status == 409


def test_the_accounts_of_an_app_are_shown_and_get_its_owner_and_tags(call: Call, app_id: str) -> None:
    # Given an app with two accounts, one of them expired, and one that was erased
    first = connect(app_id, "powr_io", owner_email="before@example.com", import_tags=("old",))
    done: dict[str, Any] = {"posts_stored": 7, "media_count": 8, "backfill_stage": "done", "backfill_done_at": NOW}
    second = connect(app_id, "natgeo", state=ConnectionState.EXPIRED, **done)
    apps().table.put(link_item(app_id, "facebook-0", "gone", NOW))

    answer = call("PUT", app_id, SAVED)

    assert sorted(answer.body["accounts"], key=lambda each: str(each["instagram_account"])) == [
        {
            "install": install.id,
            "instagram_account": install.instagram_account,
            "provider": "facebook",
            "state": install.state.value,
            "connected_at": "2026-11-21T07:00:00.000000Z",
            "posts_stored": install.posts_stored,
            "media_count": install.media_count,
            "backfill": backfill,
        }
        for install, backfill in (
            (second, {"done": True, "stage": "done", "done_at": "2026-11-21T07:00:00.000000Z"}),
            (first, {"done": False, "stage": "waiting", "done_at": None}),
        )
    ]
    for install in (first, second):
        assert stored(install) == install._replace(owner_email="ann@example.com", import_tags=("ed", "eatdifferent"))
    assert installs().get("facebook-0") is None
    # And a field that is not sent stays, and one that is cleared goes
    call("PUT", app_id, {"user": "bob"})
    assert stored(first).owner_email == "ann@example.com"
    call("PUT", app_id, {"owner_email": None, "import_tags": []})
    assert stored(first) == first._replace(owner_email=None, import_tags=())


@COSTLY_MODES
def test_after_any_fault_the_same_request_again_completes_it(app_admin: ModuleType, modes: tuple[Mode, ...]) -> None:
    def scenario(fault: Fault) -> None:
        # Given an app with an account, read by a client
        app_id = uuid.uuid4().hex
        admin = app_admin.ADMIN
        admin.save(app_id, AppChange(user="bob"), None)
        install = connect(app_id, "powr_io")

        # When it saves, is struck, and sends the same again under the same condition
        change = AppChange.model_validate(SAVED)
        fault.until_done(lambda: admin.save(app_id, change, '"1"'), Unavailable)

        # Then app and accounts agree, and it was saved once
        assert admin.read(app_id).etag == '"2"'
        assert stored(install).owner_email == "ann@example.com"
        assert stored(install).import_tags == ("ed", "eatdifferent")

    at_every_call(scenario, *modes)


def test_a_slow_save_does_not_undo_a_later_one_in_the_accounts(call: Call, app_id: str) -> None:
    call("PUT", app_id, SAVED)
    install = connect(app_id, "powr_io")

    # When a save reaches the account only after another one has finished
    later = {"owner_email": "later@example.com"}
    with just_before(aws.dynamodb(), "dynamodb.UpdateItem", lambda: call("PUT", app_id, later)):
        call("PUT", app_id, {"owner_email": "earlier@example.com"})

    assert call("GET", app_id).body["owner_email"] == "later@example.com"
    assert stored(install).owner_email == "later@example.com"


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
