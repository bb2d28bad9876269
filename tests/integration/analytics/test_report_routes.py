"""GET /reports and GET /reports/{id}/{name}: who gets what, in which form."""

import base64
import csv
import gzip
import io
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from signpost.analytics.reports import wiring
from signpost.analytics.reports.registry import REPORTS
from signpost.instagram import app_tokens
from signpost.instagram.posts import Post
from signpost.platform import aws, settings
from tests.aws import empty
from tests.aws_calls import just_before, noted
from tests.http_events import ADMIN, basic, http_event
from tests.integration.analytics.account import HOSTILE, NOW, Connected
from tests.integration.conftest import Handlers
from tests.samples import EVENTS, sample

NAMES = [report.name for report in REPORTS]


class Api:
    """The function, in the account's time."""

    def __init__(self, handlers: Handlers, environment: Mapping[str, str], context: Any) -> None:
        self._handler, self._context, self.now = handlers("reports").handler, context, NOW
        self._settings = settings.load(wiring.Settings, environment)
        self.new_environment()

    def new_environment(self) -> None:
        self._api = wiring.build(self._settings, clock=lambda: self.now)

    def __call__(self, path: str, query: str = "", method: str = "GET", **headers: str) -> dict[str, Any]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        event = http_event(method, path, query=query, headers=given)
        reply: dict[str, Any] = self._handler(event, self._context, api=self._api)
        if reply["headers"].get("content-encoding") == "gzip":
            reply["body"] = gzip.decompress(base64.b64decode(reply["body"])).decode()
        return reply

    def json(self, account: Connected, name: str, query: str = "") -> Any:
        reply = self(f"/reports/{account.member}/{name}", query, authorization=f"Bearer {account.token}")
        assert reply["statusCode"] == 200, reply
        return json.loads(reply["body"])


@pytest.fixture
def api(handlers: Handlers, environment: Mapping[str, str], context: Any) -> Api:
    empty("RateLimits")
    return Api(handlers, environment, context)


@pytest.fixture
def account(environment: Mapping[str, str]) -> Connected:
    made = Connected(environment)
    made.live()
    assert made.take() == "taken"
    return made


@pytest.mark.parametrize("name", sorted(path.stem for path in (EVENTS / "reports").glob("*.json")))
def test_the_sample_events_are_answered(name: str, handlers: Handlers, context: Any) -> None:
    reply = handlers("reports").handler(sample("reports", name), context)

    # The sample's token is nobody's.
    expected = {"report": 401, "report_head": 401, "list_preflight": 204, "report_preflight": 204}
    assert reply["statusCode"] == expected.get(name, 200)


def test_everybody_may_see_which_reports_there_are(api: Api) -> None:
    reply = api("/reports", origin="https://elsewhere.example")

    listed = json.loads(reply["body"])["data"]["reports"]
    assert [each["report-name"] for each in listed] == NAMES
    assert listed[0] == {"row": 0, "type": "Posts", "report-name": "top-posts"}
    assert reply["headers"]["access-control-allow-origin"] == "*"
    assert api("/reports", if_none_match=reply["headers"]["etag"])["statusCode"] == 304
    head = api("/reports", method="HEAD")
    assert (head["statusCode"], head["body"]) == (200, "")


def test_pages_of_other_origins_may_send_the_token(api: Api, account: Connected) -> None:
    for path in ("/reports", f"/reports/{account.member}/top-posts"):
        reply = api(path, method="OPTIONS", origin="https://elsewhere.example")

        assert reply["statusCode"] == 204
        assert reply["headers"]["access-control-allow-origin"] == "*"
        assert "authorization" in reply["headers"]["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in reply["headers"]


def test_a_report_has_its_rows_and_whole_addresses_of_pictures(api: Api, account: Connected) -> None:
    body = api.json(account, "top-posts", "limit=1")

    response = body["response"]
    assert (body["status"], response["report-status"], response["report-header"]["item-count"]) == (200, 200, 3)
    (row,) = response["report-body"]["rows"]
    assert (row["id"], row["likerscount"], row["title"]) == ("18", 1200, HOSTILE)
    assert row["pic"] == f"https://signpost.example/instagram/pictures/{account.install.id}/18.jpg"
    assert response["report-header"]["snapshot-at"] == "2026-11-21T07:00:00.000000Z"
    assert "progress" not in response["report-header"]


def test_every_report_is_answered_in_every_form(api: Api, account: Connected) -> None:
    token = f"Bearer {account.token}"
    for name in NAMES:
        path, response = f"/reports/{account.member}/{name}", api.json(account, name)["response"]
        sheet, page = (api(path, f"format={form}", authorization=token) for form in ("csv", "html"))

        assert (sheet["statusCode"], page["statusCode"]) == (200, 200)
        if response["report-status"] == 541:
            assert set(response["supply"]) == set(response["missing"])
            assert "This report cannot be made yet" in page["body"]
            assert "POST /membership" not in page["body"]  # people import on a page
        else:
            assert response["report-status"] == 200
            assert f'filename="{name}-{account.member}.csv"' in sheet["headers"]["content-disposition"]
            head, *rows = csv.reader(io.StringIO(sheet["body"]))
            assert head[0] in ("row", "weekday")
            assert len(rows) == (168 if head[0] == "weekday" else response["report-header"]["row-count"])
        # And nothing that people wrote is markup
        assert "<script>alert" not in page["body"]
        assert "onerror" not in re.sub(r">[^<]*<", "><", page["body"])
        assert not re.search(r'(href|src)="(?!https://www\.instagram\.com/|/|#main)', page["body"])
        assert "default-src 'self'" in page["headers"]["content-security-policy"]
        assert page["headers"]["referrer-policy"] == "no-referrer"


def test_a_formula_in_a_caption_is_text_in_a_spreadsheet(api: Api, environment: Mapping[str, str]) -> None:
    account = Connected(environment)
    account.publish(Post("1", NOW, '=HYPERLINK("https://evil.example")'))
    assert account.take() == "taken"

    sheet = api(f"/reports/{account.member}/top-posts", "format=csv", authorization=f"Bearer {account.token}")

    assert "'=HYPERLINK" in sheet["body"]


def test_a_browser_gets_a_page_and_its_links_keep_the_token(api: Api, account: Connected) -> None:
    page = api(f"/reports/{account.member}/best-time", f"access_token={account.token}", accept="text/html,*/*;q=0.8")

    assert page["headers"]["content-type"] == "text/html; charset=utf-8"
    assert f"access_token={account.token}&amp;format=csv" in page["body"]
    refused = api(f"/reports/{account.member}/best-time", accept="text/html,*/*;q=0.8")
    assert (refused["statusCode"], refused["headers"]["content-type"]) == (401, "text/html; charset=utf-8")
    assert "An app token is needed" in refused["body"]


def test_the_token_is_not_in_what_is_saved(api: Api, account: Connected) -> None:
    reply = api(f"/reports/{account.member}/top-posts", f"limit=2&access_token={account.token}")

    assert account.token not in reply["body"]
    assert json.loads(reply["body"])["request"]["url"].endswith("/top-posts?limit=2")


def test_people_who_are_members_have_their_ids(api: Api, account: Connected, environment: Mapping[str, str]) -> None:
    # Given a commenter who is a member, and one who has the same name as a member who is leaving
    ann = Connected(environment, "Ann")
    assert ann.take() == "taken"

    rows = api.json(account, "top-commenters")["response"]["report-body"]["rows"]

    assert {row["userid"]: row["smaxx-id"] for row in rows}["ann"] == ann.member
    ann.feature.snapshots.members.leave(ann.member, NOW + 1e9)
    api.new_environment()
    rows = api.json(account, "top-commenters")["response"]["report-body"]["rows"]
    assert {row["userid"]: row["smaxx-id"] for row in rows}["ann"] == ""


def test_a_report_is_not_sent_again_while_nothing_has_changed(api: Api, account: Connected) -> None:
    path, token = f"/reports/{account.member}/top-posts", f"Bearer {account.token}"
    first = api(path, "limit=2", authorization=token)
    tag = first["headers"]["etag"]

    again = api(path, "limit=2", authorization=token, if_none_match=tag)
    assert (again["statusCode"], again["body"]) == (304, "")
    assert api(path, "limit=1", authorization=token, if_none_match=tag)["statusCode"] == 200
    account.now = api.now = NOW + 60
    assert account.take() == "taken"
    assert api(path, "limit=2", authorization=token, if_none_match=tag)["statusCode"] == 200
    head = api(path, "limit=2", method="HEAD", authorization=token)
    assert (head["statusCode"], head["body"]) == (200, "")


def test_a_cached_report_reads_no_snapshot(api: Api, account: Connected) -> None:
    api.json(account, "top-posts")

    with noted(aws.s3(), "s3.GetObject") as reads:
        api.json(account, "top-posts")
        api.json(account, "growth")

    assert reads == []


def test_a_snapshot_that_was_replaced_meanwhile_is_read_anew(api: Api, account: Connected) -> None:
    # Given that a snapshot goes between the reading of the pointer and that of the object
    account.now = NOW + 60

    with just_before(aws.s3(), "s3.GetObject", account.take):
        header = api.json(account, "top-posts")["response"]["report-header"]

    assert header["snapshot-at"] == "2026-11-21T07:01:00.000000Z"


def test_a_first_sync_is_waited_for(api: Api, environment: Mapping[str, str]) -> None:
    timed: dict[str, Any] = {"backfill_stage_at": NOW - 60, "backfill_saved_at": NOW}
    account = Connected(environment, backfill_stage="posts", backfill_passed=100, media_count=500, **timed)
    path, token = f"/reports/{account.member}/top-posts", f"Bearer {account.token}"

    reply = api(path, authorization=token)

    assert (reply["statusCode"], reply["headers"]["retry-after"]) == (200, "10")
    response = json.loads(reply["body"])["response"]
    assert (response["report-status"], response["userid"]) == (542, account.member)
    assert response["progress"] == {"phase": "posts", "done": 100, "total": 500, "eta": 240}
    page = api(path, "format=html", authorization=token)
    assert "Fetching all posts: 100 of 500, about 4 minutes left" in page["body"]
    assert "data-refreshes" in page["body"]


def test_a_report_says_how_far_the_rest_of_the_first_sync_is(api: Api, environment: Mapping[str, str]) -> None:
    account = Connected(environment, backfill_stage="comments", backfill_passed=1)
    account.live()
    assert account.take() == "taken"

    header = api.json(account, "top-posts")["response"]["report-header"]

    assert header["progress"] == {"phase": "comments", "done": 1, "total": 3, "eta": None}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "skip=-1", "tz=Mars/Phobos", "from=soon", "format=pdf", "order=1"]
)
def test_parameters_that_make_no_sense_are_refused(query: str, api: Api, account: Connected) -> None:
    reply = api(f"/reports/{account.member}/top-posts", query, authorization=f"Bearer {account.token}")

    assert reply["statusCode"] == 422
    assert query.partition("=")[0] in json.loads(reply["body"])["description"]


# -------------------------------------------------------------------------------------------------------- whose data
@pytest.mark.parametrize("name", NAMES[::6])
def test_a_token_opens_only_its_own_members_reports(
    name: str, api: Api, account: Connected, environment: Mapping[str, str]
) -> None:
    other = Connected(environment)
    mine, theirs = f"/reports/{account.member}/{name}", f"/reports/{other.member}/{name}"
    token = f"Bearer {account.token}"

    assert api(mine, authorization=token)["statusCode"] == 200
    assert api(mine, f"access_token={account.token}")["statusCode"] == 200
    assert api(mine, authorization=f"bearer  {account.token} ")["statusCode"] == 200
    assert api(f"/reports/{account.install.id}/{name}", authorization=token)["statusCode"] == 200
    assert api(mine, **basic(*ADMIN))["statusCode"] == 200
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": f"Bearer {app_tokens.new(account.member)}"}):
        reply = api(mine, **headers)
        assert (reply["statusCode"], json.loads(reply["body"])["status"]) == (401, 545)
        assert reply["headers"]["www-authenticate"]
    assert api(mine, **basic("admin", account.token))["statusCode"] == 401
    assert api(mine, **basic(account.token, ""))["statusCode"] == 401
    # Another's, whether it exists or not
    for path in (theirs, f"/reports/17840000000000000/{name}", f"/reports/<b>/{name}"):
        reply = api(path, authorization=token)
        assert (reply["statusCode"], json.loads(reply["body"])["code"]) == (403, "not_yours")
        assert api(path)["statusCode"] == 401


def test_a_member_that_leaves_no_longer_has_reports(api: Api, account: Connected) -> None:
    path = f"/reports/{account.member}/top-posts"
    assert api(path, authorization=f"Bearer {account.token}")["statusCode"] == 200

    account.feature.snapshots.members.leave(account.member, NOW + 1e9)

    for headers in (basic(*ADMIN), {"authorization": f"Bearer {account.token}"}):
        reply = api(path, **headers)
        assert (reply["statusCode"], json.loads(reply["body"])["status"]) == (404, 533)


def test_an_unknown_report_is_refused_before_anything_is_read(api: Api, account: Connected) -> None:
    with noted(aws.dynamodb(), "dynamodb") as reads:
        reply = api(f"/reports/{account.member}/top-secrets", authorization=f"Bearer {account.token}")

    assert reply["statusCode"] == 404
    assert reads == []


def test_an_unknown_member_is_told_to_the_administrator(api: Api) -> None:
    reply = api("/reports/17840000000000001/top-posts", **basic(*ADMIN))

    assert (reply["statusCode"], json.loads(reply["body"])["status"]) == (404, 533)
    assert api("/reports/17840000000000001/top-posts", **basic("admin", "guess"))["statusCode"] == 401
