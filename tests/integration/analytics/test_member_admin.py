"""The routes about members: what they reply, and to whom."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import boto3
import pytest

from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.instagram import app_tokens
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform import aws
from tests import dynamodb
from tests.aws import empty, empty_queue
from tests.aws_calls import failing, just_before
from tests.http_events import ADMIN, basic, http_event
from tests.installs import connected, new_account
from tests.integration.analytics.world import INSTALLS, NOW, store
from tests.integration.conftest import Handlers

Call = Callable[..., tuple[int, Any]]
LOGIN = basic(*ADMIN)
QUEUES = ("MemberDeletions", "MediaFetchJobs", "DataDeletionJobs")
OF_ALL = (("GET", "/membership"), ("POST", "/membership"), ("DELETE", "/membership"))
IMPORT = "01KAJ6DR5VWY0R9S2QN9C0PZ3M"
OF_ONE = (
    ("GET", "/membership/{}"),
    ("DELETE", "/membership/{}"),
    ("POST", "/membership/{}/import"),
    ("GET", "/membership/{}/imports"),
    ("GET", f"/membership/{{}}/imports/{IMPORT}"),
    ("GET", "/workers/start/{}"),
    ("POST", "/workers/start/{}"),
    ("GET", "/workers/stop/{}"),
    ("POST", "/workers/stop/{}"),
)


@pytest.fixture(scope="module")
def module(handlers: Handlers) -> ModuleType:
    return handlers("member_admin")


@pytest.fixture(autouse=True)
def _empty(signpost_application: object) -> None:
    empty("RateLimits", "Members", "ExportImports", INSTALLS)
    for each in QUEUES:
        empty_queue(f"/{each}")


@pytest.fixture
def call(module: ModuleType, context: Any) -> Call:
    """The status and the JSON of a reply."""

    def called(
        method: str, path: str, headers: dict[str, str] = LOGIN, *, query: str = "", body: Any = None
    ) -> tuple[int, Any]:
        reply = module.handler(http_event(method, path, headers=headers, query=query, body=body), context)
        return reply["statusCode"], json.loads(reply["body"])

    return called


@pytest.fixture
def members(signpost_application: object) -> MemberStore:
    return MemberStore(aws.dynamodb(), "Members")


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def account(**fields: Any) -> tuple[Install, str]:
    """A connected account and its app token."""
    account_id = new_account()
    token = app_tokens.new(account_id)
    return store(connected(Provider.FACEBOOK, account_id, "nora", NOW, **fields), token), token


def sent(queue: str) -> list[Any]:
    client = boto3.client("sqs")
    url = client.get_queue_url(QueueName=queue)["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(each["Body"]) for each in found]


def kept() -> object:
    """What a refused request must not change."""
    tables = (INSTALLS, "Members", "ExportImports")
    return [sorted(map(repr, dynamodb.items(each))) for each in tables], [sent(each) for each in QUEUES]


# ---------------------------------------------------------------------------------------------------------- who may
@pytest.mark.parametrize(("method", "path"), [*OF_ONE, *OF_ALL])
def test_nobody_else_gets_in(method: str, path: str, call: Call, members: MemberStore) -> None:
    # Given two accounts, and somebody who was only added
    install, own = account()
    _, others = account()
    mine = install.instagram_business_account_id
    members.create(Member("5", NOW))
    before = kept()

    # When somebody else asks, about an account that is there or one that is not
    answers = [
        call(method, path.format(whose), headers, query=query)
        for whose in (mine, install.id, "5", "999")
        for headers, query in (
            ({}, ""),
            (basic("admin", "wrong"), ""),
            (bearer(app_tokens.new(mine)), ""),
            (bearer("made-up"), ""),
            ({}, "access_token=made-up"),
            (bearer(others), ""),
            ({}, f"access_token={others}"),
        )
    ]

    # Then the answer does not depend on whether there is such an account
    refused = [401, 401, 401, 401, 401, 403, 403]
    assert [status for status, _ in answers] == refused * 4
    assert {body["status"] for status, body in answers if status == 401} <= {401, 545}
    assert len({json.dumps(body) for status, body in answers if status == 403}) == 1
    # Nor may the account itself ask about others, or about all
    assert [call(method, path.format(whose), bearer(own))[0] for whose in ("5", "999")] == [403, 403]
    assert kept() == before


@pytest.mark.parametrize(("method", "path"), OF_ONE)
@pytest.mark.parametrize("way", ["administrator", "bearer", "parameter", "install"])
def test_the_administrator_and_the_account_itself_get_in(method: str, path: str, way: str, call: Call) -> None:
    install, token = account()
    mine = install.id if way == "install" else install.instagram_business_account_id
    headers = LOGIN if way == "administrator" else bearer(token)
    if way == "parameter":
        status, body = call(method, path.format(mine), {}, query=f"access_token={token}")
    else:
        status, body = call(method, path.format(mine), headers)

    if IMPORT in path:
        assert (status, body["code"]) == (404, "not_found")
    else:
        assert (status, body["status"]) == (201 if method == "POST" and "import" in path else 200, 200)


def test_a_challenge_says_how_to_log_in(module: ModuleType, context: Any) -> None:
    reply = module.handler(http_event("GET", "/membership/5"), context)

    assert reply["headers"]["www-authenticate"] == 'Basic realm="Signpost"'
    assert json.loads(reply["body"])["status"] == 545


@pytest.mark.parametrize("action", ["start", "stop"])
def test_another_sites_page_starts_and_stops_nothing(action: str, call: Call) -> None:
    install, _ = account()
    forged = {**LOGIN, "sec-fetch-site": "cross-site"}

    assert call("GET", f"/workers/{action}/{install.id}", forged)[0] == 403
    # A link on another page may lead to what only reads
    assert call("GET", f"/membership/{install.id}", forged)[0] == 200


def test_nothing_secret_is_shown(call: Call) -> None:
    install, token = account()

    shown = json.dumps([call("GET", "/membership"), call("GET", f"/membership/{install.id}")])

    assert app_tokens.hashed(token) not in shown
    assert token not in shown
    assert "encrypted" not in shown


# ---------------------------------------------------------------------------------------------------------- members
def test_a_member_is_added_by_query_or_body(call: Call) -> None:
    assert call("POST", "/membership", query="id=7&title=Nora&zone=Europe/Vienna") == (201, {"status": 200})
    assert call("POST", "/membership", body={"id": "facebook-8", "title": "Otto"}) == (201, {"status": 200})
    assert call("POST", "/membership", query="id=9", body={"title": "Pia"}) == (201, {"status": 200})

    status, page = call("GET", "/membership")
    assert (status, page["status"], page["limit"], page["skip"]) == (200, 200, 1000, 0)
    assert [(each["id"], each["title"], each["zone"]) for each in page["data"]] == [
        ("7", "Nora", "Europe/Vienna"),
        ("8", "Otto", None),
        ("9", "Pia", None),
    ]
    assert [each["connection"] for each in page["data"]] == [None] * 3


def test_there_is_one_member_with_an_id(call: Call) -> None:
    install, _ = account()
    call("POST", "/membership", query="id=7")

    for taken in ("7", "instagram-7", install.id, install.instagram_business_account_id):
        status, body = call("POST", "/membership", query=f"id={taken}")
        assert (status, body["status"]) == (409, 539)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", None),
        ("title=Nora", None),
        ("id=a/b", None),
        ("id=", None),
        ("id=7&zone=Mars/Base", None),
        ("id=7&zone=../../etc/passwd", None),
        (f"id=7&title={'x' * 201}", None),
        ("id=7&named=Nora", None),
        ("", {"id": 7}),
        ("", {"id": "7", "named": "Nora"}),
        ("", ["7"]),
    ],
)
def test_what_cannot_be_a_member_is_refused(query: str, body: Any, call: Call) -> None:
    status, said = call("POST", "/membership", query=query, body=body)

    assert (status, said["status"], said["code"]) == (422, 422, "invalid_field")
    assert dynamodb.items("Members") == []


def test_connected_accounts_are_members_before_anybody_looks_them_up(call: Call, members: MemberStore) -> None:
    # Given one who was added, one who is connected through both products, and one who is leaving
    members.create(Member("1", NOW))
    install, _ = account(profile_picture_url="https://e.com/nora.jpg", name="Nora")
    mine = install.instagram_business_account_id
    store(connected(Provider.INSTAGRAM, mine, "nora", NOW + 5, state=ConnectionState.EXPIRED))
    leaving, _ = account()
    members.create(Member(leaving.instagram_business_account_id, NOW, left_at=NOW))

    # When they are listed
    page = call("GET", "/membership")[1]["data"]

    # Then the account is one of them, as its best connection knows it, and the list has stored nothing
    assert [each["id"] for each in page] == ["1", mine]
    assert call("GET", "/membership", query="limit=1&skip=1")[1]["data"] == page[1:]
    assert call("GET", f"/membership/{mine}") == (200, {"status": 200, "data": page[1]})
    assert page[1] == {
        "id": mine,
        "title": "",
        "created": "2026-11-21T07:00:00.000000Z",
        "zone": None,
        "username": "nora",
        "name": "Nora",
        "pic": "https://e.com/nora.jpg",
        "connection": {
            "install": install.id,
            "provider": "facebook",
            "state": "active",
            "connected_at": "2026-11-21T07:00:00.000000Z",
        },
        "sync": {"phase": "waiting", "done": 0, "total": None, "eta": None, "stopped": False},
        "snapshot_at": None,
    }


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "skip=-1", "page=2"])
def test_pages_have_bounds(query: str, call: Call) -> None:
    assert call("GET", "/membership", query=query)[0] == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [each for each in OF_ONE if IMPORT not in each[1]],
    ids=[" ".join(each) for each in OF_ONE[:4] + OF_ONE[5:]],
)
def test_an_unknown_member_is_533(method: str, path: str, call: Call) -> None:
    status, body = call(method, path.format("999"))

    assert (status, body["status"]) == (404, 533)


# --------------------------------------------------------------------------------------------------------- deletion
def test_a_member_is_deleted_through_the_queue(call: Call) -> None:
    install, token = account()
    mine = install.instagram_business_account_id
    shown = call("GET", f"/membership/{mine}")

    assert call("DELETE", f"/membership/{mine}", bearer(token)) == shown

    (message,) = sent("MemberDeletions")
    assert message["member"] == mine
    # From now on it is no member
    assert call("GET", f"/membership/{mine}", bearer(token))[0] == 404
    assert call("DELETE", f"/membership/{mine}")[0] == 404
    assert call("POST", "/membership", query=f"id={mine}")[0] == 409
    assert call("GET", "/membership")[1]["data"] == []


def test_a_deletion_that_was_not_queued_may_be_asked_for_again(call: Call) -> None:
    install, _ = account()
    with failing(aws.sqs(), "sqs.SendMessageBatch"):
        status, body = call("DELETE", f"/membership/{install.id}")
    assert (status, body["status"]) == (503, 527)

    assert call("DELETE", f"/membership/{install.id}")[0] == 200


def test_all_are_deleted_only_when_it_is_confirmed(call: Call) -> None:
    for headers in ({}, {"x-confirm": ""}, {"x-confirm": "yes"}):
        status, body = call("DELETE", "/membership", {**LOGIN, **headers})
        assert (status, body["status"]) == (428, 428)
        assert "delete-all" in body["description"]
    assert sent("MemberDeletions") == []

    assert call("DELETE", "/membership", {**LOGIN, "x-confirm": "delete-all"}) == (200, {"status": 200, "data": {}})

    (message,) = sent("MemberDeletions")
    assert message["all"] is True


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_cannot_be_saved_is_527(method: str, call: Call) -> None:
    headers = {**LOGIN, "x-confirm": "delete-all"}
    with failing(aws.dynamodb(), "dynamodb.PutItem"), failing(aws.sqs(), "sqs.SendMessageBatch"):
        status, body = call(method, "/membership", headers, query="id=7" if method == "POST" else "")

    assert (status, body["status"]) == (503, 527)


# ---------------------------------------------------------------------------------------------------------- exports
def test_an_import_is_begun_and_shown(call: Call) -> None:
    install, token = account(followers_count=3)
    mine = install.instagram_business_account_id

    status, begun = call("POST", f"/membership/{mine}/import", bearer(token))

    assert (status, begun["status"]) == (201, 200)
    assert begun["data"]["upload"]["fields"]["key"] == f"uploads/{mine}/{begun['data']['id']}/${{filename}}"
    listed = call("GET", f"/membership/{mine}/imports", bearer(token))[1]["data"]
    assert [(each["id"], each["state"]) for each in listed] == [(begun["data"]["id"], "waiting")]
    assert call("GET", f"/membership/{mine}/imports/{begun['data']['id']}", bearer(token))[1]["data"] == listed[0]
    # Not even the administrator finds it at another member's address
    other, _ = account()
    assert call("GET", f"/membership/{other.id}/imports/{begun['data']['id']}")[0] == 404


def test_an_import_that_begins_while_its_member_is_deleted_is_forgotten(call: Call, members: MemberStore) -> None:
    install, _ = account()
    mine = install.instagram_business_account_id
    call("GET", f"/membership/{mine}")

    with just_before(aws.dynamodb(), "dynamodb.UpdateItem", lambda: members.leave(mine, NOW + 1)):
        assert call("POST", f"/membership/{mine}/import")[0] == 404

    assert dynamodb.items("ExportImports") == []


def test_an_import_needs_to_know_whose_it_is(call: Call, members: MemberStore) -> None:
    members.create(Member("7", NOW))

    status, body = call("POST", "/membership/7/import")

    assert (status, body["status"]) == (409, 545)
    assert dynamodb.items("ExportImports") == []


def test_a_member_begins_ten_imports_at_once(call: Call, module: ModuleType, context: Any) -> None:
    install, _ = account()
    path = f"/membership/{install.id}/import"
    assert [call("POST", path)[0] for _ in range(11)] == [201] * 10 + [429]

    reply = module.handler(http_event("POST", path, headers=LOGIN), context)

    assert 0 < int(reply["headers"]["retry-after"]) <= 360
    assert json.loads(reply["body"])["status"] == 429
    assert call("POST", f"/membership/{account()[0].id}/import")[0] == 201


def test_an_import_that_was_not_saved_is_527(call: Call) -> None:
    install, _ = account()
    call("GET", f"/membership/{install.id}")
    with failing(aws.dynamodb(), "dynamodb.PutItem"):
        status, body = call("POST", f"/membership/{install.id}/import")

    assert (status, body["status"]) == (503, 527)


# ---------------------------------------------------------------------------------------------------------- workers
def worker(call: Call, action: str, install: Install, method: str = "POST") -> tuple[int, Any]:
    status, body = call(method, f"/workers/{action}/{install.id}")
    return status, {name: value for name, value in body.items() if name in {"status", "workid", "workerid", "newstate"}}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_worker_is_started_and_stopped(method: str, call: Call) -> None:
    install, _ = account()
    mine = install.instagram_business_account_id
    started = (200, {"status": 200, "workid": mine, "workerid": "001", "newstate": "started"})
    idle = (200, {"status": 200, "workid": mine, "workerid": "001", "newstate": "idle"})

    assert worker(call, "start", install, method) == started
    assert [each["install"] for each in sent("MediaFetchJobs")] == [install.id]
    assert worker(call, "start", install, method) == (409, {"status": 533})
    assert worker(call, "stop", install, method) == idle
    assert worker(call, "stop", install, method) == (409, {"status": 538})
    assert call("GET", f"/membership/{mine}")[1]["data"]["sync"]["stopped"] is True
    assert worker(call, "start", install, method) == started


def test_both_connections_of_an_account_start_and_stop_together(call: Call) -> None:
    install, _ = account()
    other = store(connected(Provider.INSTAGRAM, install.instagram_business_account_id, "nora", NOW))

    worker(call, "start", install)
    assert {each["install"] for each in sent("MediaFetchJobs")} == {install.id, other.id}
    worker(call, "stop", install)
    assert [dynamodb.get(INSTALLS, key=each.id)["stopped_at"] > 0 for each in (install, other)] == [True, True]


def test_a_worker_needs_a_connection_that_works(call: Call, members: MemberStore) -> None:
    members.create(Member("7", NOW))
    ended, _ = account(state=ConnectionState.EXPIRED)

    for address in ("7", ended.id):
        status, body = call("POST", f"/workers/start/{address}")
        assert (status, body["status"]) == (409, 545)
        status, body = call("POST", f"/workers/stop/{address}")
        assert (status, body["status"]) == (409, 538)
