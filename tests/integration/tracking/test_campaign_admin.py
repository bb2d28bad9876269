"""The campaign administration's handler, from event to reply and stored campaign."""

import json
import re
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError

from signpost.platform import aws, settings
from signpost.platform.clock import Clock, from_rfc3339, system_clock
from signpost.platform.guards import password as guarded
from signpost.platform.json_api import JsonApi
from signpost.platform.rate_limit import RateLimit
from signpost.platform.secrets import MAX_AGE, CredentialsSecret
from signpost.tracking.campaigns import wiring
from signpost.tracking.campaigns.admin import CampaignAdmin
from signpost.tracking.campaigns.campaign import MAX_ALIASES, Campaign, Change, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.campaigns.views import SECONDS_TO_TAKE_EFFECT
from signpost.tracking.counting.store import CountStore
from signpost.tracking.error_reply import error_body
from signpost.tracking.hours import hour_of, quarter_of
from signpost.tracking.limits import FRESH
from signpost.tracking.redirect import wiring as redirect
from signpost.tracking.redirect.dynamodb_client import Client
from tests.aws_calls import at_call, just_before, noted
from tests.http_events import ADMIN, basic, http_event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

PATH = "/admin/campaigns"
GOOD = {"redirect_url": "https://e.com/"}


class Answer(NamedTuple):
    status: int
    body: Any
    headers: dict[str, str]


Call = Callable[..., Answer]
Stored = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def call(campaign_admin: ModuleType, context: object) -> Call:
    def send(
        method: str, path: str, body: object = None, query: str = "", user: tuple[str, str] = ADMIN, **headers: str
    ) -> Answer:
        named = {**basic(*user), **{name.replace("_", "-"): value for name, value in headers.items()}}
        reply = campaign_admin.handler(http_event(method, path, body=body, query=query, headers=named), context)
        text = reply.get("body")
        names = {name.lower(): value for name, value in reply.get("headers", {}).items()}
        return Answer(reply["statusCode"], json.loads(text) if text else None, names)

    return send


def same(shown: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether they differ at most in when they were shown."""
    return {**shown, "as_of": ""} == {**other, "as_of": ""}


@pytest.fixture
def stored(tables: "DynamoDBServiceResource") -> Stored:
    return lambda: tables.Table("Campaigns").scan()["Items"]


def test_a_campaign_is_created_with_all_its_fields(call: Call) -> None:
    wanted = {
        "redirect_url": "https://e.com/a?b=1",
        "slug": "summer_26",
        "platforms": ["WindowsPhone", "Android", "Android"],
        "platform_urls": {"IPhone": "https://apple.example/"},
        "forward_query": True,
        "expires_at": "2027-01-01T00:00:00+01:00",
        "max_clicks": 50,
        "account": "instagram-17841405822304914",
    }

    made = call("POST", PATH, wanted)

    assert made.status == 201
    assert made.headers["location"] == f"{PATH}/{made.body['id']}"
    assert made.headers["etag"] == '"1"'
    assert (
        made.body | wanted | {"platforms": ["Android", "WindowsPhone"], "expires_at": "2026-12-31T23:00:00.000000Z"}
        == made.body
    )
    assert made.body["created_at"] == made.body["updated_at"]
    assert [
        made.body[f"{name}click_count"] for name in ("", "android_", "iphone_", "windowsphone_", "other_", "bot_")
    ] == [0] * 6
    assert same(call("GET", f"{PATH}/{made.body['id']}").body, made.body)


def test_what_we_set_ourselves_is_ignored_in_a_body(call: Call) -> None:
    made = call(
        "POST",
        PATH,
        {
            **GOOD,
            "id": 7,
            "limit_from": "x",
            "created_at": "x",
            "updated_at": 1,
            "click_count": 9,
            "bot_click_count": 9,
        },
    )

    assert made.status == 201
    assert made.body["id"] != 7
    assert made.body["click_count"] == 0


@pytest.mark.parametrize("path", [PATH, "/admin/campains"])
def test_the_old_spelling_answers_the_same(call: Call, path: str) -> None:
    made = call("POST", path, GOOD)
    assert made.status == 201
    one = f"{path}/{made.body['id']}"

    assert same(call("GET", one).body, made.body)
    assert call("PUT", one, {"platforms": ["IPhone"]}).status == 200
    assert len(call("GET", path).body) == 1
    assert call("DELETE", one) == Answer(204, None, {})
    assert call("GET", one).status == 404


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("{bad", 400, "not valid JSON"),
        ("", 422, "Send a JSON object as the body"),
        ("[" * 100_000, 400, "not valid JSON"),
        (None, 422, "Send a JSON object as the body"),
        ([], 422, "Send a JSON object as the body"),
        ([GOOD, GOOD], 422, "Send a JSON object as the body"),
        ("3", 422, "Send a JSON object as the body"),
        ('{"redirect_url": "https://e.com/", "max_clicks": ' + "9" * 5000 + "}", 422, "too many digits"),
        ("null", 422, "Send a JSON object as the body"),
        ({}, 422, "redirect_url: Field required"),
        ({"redirect_url": "javascript:alert(1)"}, 422, "redirect_url: must be an absolute http or https address"),
        ({"redirect_url": "https://e.com/" + "a" * 10_240}, 422, "longer than 2048"),
        ({"redirect_url": 5}, 422, "redirect_url: Input should be a valid string"),
        ({"redirect_url": None}, 422, "redirect_url"),
        ({"redirect_url": "https://e.com/\ud800"}, 422, "halves of characters"),
        ({**GOOD, "platforms": ["Nokia"]}, 422, "platforms.0: is not supported; use Android, IPhone, WindowsPhone"),
        ({**GOOD, "platforms": "Android"}, 422, "platforms: Input should be a valid list"),
        ({**GOOD, "platforms": [1]}, 422, "platforms.0"),
        ({**GOOD, "platform_urls": {"Nokia": "https://e.com/"}}, 422, "platform_urls.Nokia"),
        ({**GOOD, "platform_urls": {"IPhone": "itms://x"}}, 422, "platform_urls.IPhone: must be an absolute"),
        ({**GOOD, "forward_query": "yes"}, 422, "forward_query"),
        ({**GOOD, "forward_query": 1}, 422, "forward_query"),
        ({**GOOD, "slug": "a b"}, 422, "slug: must be 1 to 64"),
        ({**GOOD, "slug": ""}, 422, "slug: must be 1 to 64"),
        ({**GOOD, "slug": "a" * 65}, 422, "slug: must be 1 to 64"),
        ({**GOOD, "slug": "2026"}, 422, "slug: must not be all digits"),
        ({**GOOD, "expires_at": "tomorrow"}, 422, "expires_at: must be a date and time with its zone"),
        ({**GOOD, "expires_at": "2026-12-31T00:00:00"}, 422, "expires_at: must be a date and time with its zone"),
        ({**GOOD, "expires_at": "0001-01-01T00:00:00+14:00"}, 422, "expires_at"),
        ({**GOOD, "expires_at": 5}, 422, "expires_at"),
        ({**GOOD, "max_clicks": 0}, 422, "max_clicks"),
        ({**GOOD, "max_clicks": 1.5}, 422, "max_clicks"),
        ({**GOOD, "max_clicks": True}, 422, "max_clicks"),
        ({**GOOD, "max_clicks": 2**60}, 422, "max_clicks"),
        ({**GOOD, "colour": "red"}, 422, "colour: there is no such field"),
    ],
)
def test_bad_input_is_refused_with_a_reason_and_stores_nothing(
    call: Call, stored: Stored, body: object, status: int, message: str
) -> None:
    answer = call("POST", PATH, body)

    assert answer.status == status
    assert set(answer.body) == {"status", "msg"}
    assert answer.body["status"] == "error"
    assert re.search(message, answer.body["msg"])
    assert stored() == []


def test_a_body_that_is_not_text_is_refused(campaign_admin: ModuleType, context: object) -> None:
    event = {**http_event("POST", PATH, body="//79", headers=basic(*ADMIN)), "isBase64Encoded": True}

    assert campaign_admin.handler(event, context)["statusCode"] == 400


def test_json_is_read_whatever_it_is_called(call: Call) -> None:
    assert call("POST", PATH, GOOD, content_type="application/x-www-form-urlencoded").status == 201


@pytest.mark.parametrize("identifier", ["abc", "..", "-7", "9" * 30, "0", "9007199254740991", "1e3", "²"])
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {}), ("DELETE", None)])
def test_what_is_not_a_campaign_is_not_found(call: Call, identifier: str, method: str, body: object) -> None:
    answer = call(method, f"{PATH}/{identifier}", body)

    assert (answer.status, answer.body["msg"]) == (404, "There is no campaign with this id.")


@pytest.mark.parametrize("user", [("admin", "wrong"), ("Admin", ADMIN[1]), ("", "")])
def test_only_the_administrator_gets_in(call: Call, stored: Stored, user: tuple[str, str]) -> None:
    for method, path in (
        ("POST", PATH),
        ("GET", PATH),
        ("GET", f"{PATH}/7"),
        ("PUT", f"{PATH}/7"),
        ("DELETE", f"{PATH}/7"),
    ):
        answer = call(method, path, "{bad", user=user)

        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
        assert answer.body == {"status": "error", "msg": "Missing or wrong credentials."}
    assert stored() == []


def test_put_replaces_the_keys_that_are_present(call: Call) -> None:
    made = call(
        "POST",
        PATH,
        {**GOOD, "slug": "a", "platforms": ["IPhone"], "max_clicks": 5, "expires_at": "2030-01-01T00:00:00Z"},
    )
    one = f"{PATH}/{made.body['id']}"

    changed = call("PUT", one, {"redirect_url": "https://new.example/", "max_clicks": None, "expires_at": None})

    assert changed.headers["etag"] == '"2"'
    expected = {"redirect_url": "https://new.example/", "max_clicks": None, "limit_from": None, "expires_at": None}
    when = {"updated_at": changed.body["updated_at"], "effective_at": changed.body["effective_at"]}
    assert same(changed.body, {**made.body, **expected, **when})
    assert changed.body["updated_at"] > made.body["updated_at"]
    assert same(call("GET", one).body, changed.body)


def test_put_of_nothing_changes_nothing(call: Call) -> None:
    made = call("POST", PATH, GOOD)
    one = f"{PATH}/{made.body['id']}"

    assert same(call("PUT", one, {}).body, made.body)
    assert call("PUT", one, {"id": 5, "click_count": 7}).headers["etag"] == '"1"'


def test_if_match_refuses_changes_to_a_version_that_was_replaced(call: Call) -> None:
    made = call("POST", PATH, GOOD)
    one = f"{PATH}/{made.body['id']}"
    assert call("PUT", one, {"platforms": ["IPhone"]}, if_match=made.headers["etag"]).status == 200

    for method, body in (("PUT", {"platforms": []}), ("DELETE", None)):
        answer = call(method, one, body, if_match=made.headers["etag"])
        assert (answer.status, answer.body["status"]) == (412, "error")
    assert call("GET", one).body["platforms"] == ["IPhone"]
    assert call("DELETE", one, if_match=call("GET", one).headers["etag"]).status == 204


def test_two_changes_at_once_are_both_kept(call: Call) -> None:
    # Given a change that comes between the reading and the writing of another
    made = call("POST", PATH, GOOD)
    one = f"{PATH}/{made.body['id']}"
    other: list[int] = []

    def change() -> None:
        other.append(call("PUT", one, {"platforms": ["IPhone"]}).status)

    # When both are done
    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", change):
        assert call("PUT", one, {"redirect_url": "https://new.example/"}).status == 200
    assert other == [200]

    # Then neither lost the other
    kept = call("GET", one)
    assert (kept.body["redirect_url"], kept.body["platforms"]) == ("https://new.example/", ["IPhone"])
    assert kept.headers["etag"] == '"3"'


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_campaign_that_never_stands_still_is_a_conflict(
    call: Call, tables: "DynamoDBServiceResource", method: str
) -> None:
    made = call("POST", PATH, GOOD)

    def change(**_: object) -> None:
        key, raised = {"key": str(made.body["id"])}, {":one": 1}
        tables.Table("Campaigns").update_item(
            Key=key, UpdateExpression="ADD version :one", ExpressionAttributeValues=raised
        )

    with at_call(aws.dynamodb(), "before-call.dynamodb.TransactWriteItems", change):
        assert call(method, f"{PATH}/{made.body['id']}", {"platforms": ["IPhone"]}).status == 409


def test_a_slug_belongs_to_one_campaign(call: Call, stored: Stored) -> None:
    first = call("POST", PATH, {**GOOD, "slug": "summer"})
    second = call("POST", PATH, GOOD)

    taken = call("POST", PATH, {**GOOD, "slug": "summer"})
    taken_by_change = call("PUT", f"{PATH}/{second.body['id']}", {"slug": "summer"})

    assert (taken.status, taken_by_change.status) == (409, 409)
    assert "'summer' belongs to another campaign" in taken.body["msg"]
    assert len(stored()) == 3

    # When its owner gives it up, another may have it
    assert call("PUT", f"{PATH}/{first.body['id']}", {"slug": None}).body["slug"] is None
    assert call("PUT", f"{PATH}/{second.body['id']}", {"slug": "summer"}).status == 200
    assert call("DELETE", f"{PATH}/{second.body['id']}").status == 204
    assert call("POST", PATH, {**GOOD, "slug": "summer"}).status == 201


def test_the_list_comes_newest_first_in_pages(call: Call) -> None:
    assert call("GET", PATH).body == []
    ids = [call("POST", PATH, GOOD).body["id"] for _ in range(7)]

    seen: list[int] = []
    query, pages = "limit=3", 0
    while query:
        page = call("GET", PATH, query=query)
        seen += [campaign["id"] for campaign in page.body]
        link = page.headers.get("link", "")
        assert not link or link.endswith('>; rel="next"')
        query = link.partition("?")[2].partition(">")[0]
        pages += 1

    assert seen == sorted(ids, reverse=True)
    assert pages == 3


def test_the_list_has_only_campaigns_with_all_the_platforms(call: Call) -> None:
    both = call("POST", PATH, {**GOOD, "platforms": ["Android", "IPhone"], "slug": "both"}).body["id"]
    iphone = call("POST", PATH, {**GOOD, "platforms": ["IPhone"]}).body["id"]
    call("POST", PATH, GOOD)

    assert [each["id"] for each in call("GET", PATH, query="platforms=IPhone").body] == [iphone, both]
    assert [each["id"] for each in call("GET", PATH, query="platforms=IPhone,Android").body] == [both]
    assert call("GET", PATH, query="platforms=WindowsPhone").body == []


def test_a_filter_that_matches_little_still_reaches_the_last_page(call: Call, campaigns: CampaignStore) -> None:
    wanted = call("POST", PATH, {**GOOD, "platforms": ["IPhone"]}).body["id"]
    for _ in range(5):
        call("POST", PATH, GOOD)
    campaigns.most_pages, campaigns.filtered_page = 2, 1

    seen, before, replies = [], None, 0
    while replies == 0 or before is not None:
        page = campaigns.newest_first(["IPhone"], 1, before)
        seen += [campaign.id for campaign in page.campaigns]
        before, replies = page.next_before, replies + 1

    assert seen == [wanted]
    assert replies > 1


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=x",
        "platforms=IPhone&platforms=Android",
        "cursor=-1",
        f"cursor={'9' * 30}",
        "platforms=Nokia",
        "platforms=" + "Linux," * 5,
        "cursor=²",
        "Limit=3",
        "page=2",
    ],
)
def test_an_impossible_list_is_refused(call: Call, query: str) -> None:
    answer = call("GET", PATH, query=query)

    assert (answer.status, answer.body["status"]) == (422, "error")
    assert query.partition("=")[0] in answer.body["msg"]
    assert "^" not in answer.body["msg"]


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (EndpointConnectionError(endpoint_url="/"), 503, "The campaign table is not answering; try again."),
        (RuntimeError("the password is hunter2"), 500, "Something went wrong here. Request request-1."),
    ],
    ids=["a service that does not answer", "what nobody thought of"],
)
def test_errors_are_reported_without_details(call: Call, error: Exception, status: int, message: str) -> None:
    def fail(**_: object) -> None:
        raise error

    with at_call(aws.dynamodb(), "before-call.dynamodb.GetItem", fail):
        assert call("GET", f"{PATH}/7")[:2] == (status, {"status": "error", "msg": message})


class TestLostReplies:
    """An AWS client sends a request again if it got no reply; it must then find its work done."""

    @pytest.fixture
    def admin(self, environment: Mapping[str, str], tables: "DynamoDBServiceResource") -> CampaignAdmin:
        client: Any = Repeating(aws.dynamodb())
        admin, _ = wiring.build(settings.load(wiring.Settings, environment), client=client)
        return admin

    def test_create(self, admin: CampaignAdmin, stored: Stored) -> None:
        assert admin.create(Creation(redirect_url="https://e.com/", slug="once")).view.slug == "once"
        assert len(stored()) == 2

    def test_change(self, admin: CampaignAdmin) -> None:
        made = admin.create(Creation(redirect_url="https://e.com/"))
        changed = admin.change(str(made.view.id), Change(slug="a"), '"1"')
        assert (changed.view.slug, changed.etag) == ("a", '"2"')

    def test_delete(self, admin: CampaignAdmin, stored: Stored) -> None:
        made = admin.create(Creation(redirect_url="https://e.com/", slug="once"))
        admin.delete(str(made.view.id), None)
        assert stored() == []


class Repeating:
    """A client that does each transaction twice, and returns only the second result."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self._client.transact_write_items(**request)
        return self._client.transact_write_items(**request)


class TestCredentialsSecret:
    @pytest.fixture
    def ask(self, campaign_admin: ModuleType, context: object) -> Callable[..., int]:
        """The status that a user gets with that secret."""

        def status(secret: CredentialsSecret, username: str, password: str) -> int:
            event = http_event("GET", PATH, headers=basic(username, password))
            api = JsonApi(error_body, guarded(secret.credentials, RateLimit("RateLimits", aws.dynamodb())))
            api.get(PATH)(campaign_admin.list_newest_first)
            reply = api.resolve(event, context)
            return int(reply["statusCode"])

        return status

    def test_a_new_password_works_within_five_minutes(self, ask: Callable[..., int]) -> None:
        now, store = [0.0], FakeSecrets('{"username": "admin", "password": "old"}')
        secret = store.secret(lambda: now[0])
        assert ask(secret, "admin", "old") == 200
        store.text = '{"username": "admin", "password": "new"}'

        assert ask(secret, "admin", "old") == 200
        now[0] += MAX_AGE
        assert ask(secret, "admin", "old") == 401
        assert ask(secret, "admin", "new") == 200

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"username": "", "password": ""}', "admin:pw"])
    def test_a_secret_without_credentials_lets_nobody_in(self, ask: Callable[..., int], text: str) -> None:
        secret = FakeSecrets(text).secret()

        assert ask(secret, "", "") == 401
        assert ask(secret, *ADMIN) == 401


class FakeSecrets:
    def __init__(self, text: str) -> None:
        self.text = text

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": self.text}

    def secret(self, clock: Clock = system_clock) -> CredentialsSecret:
        client: Any = self
        return CredentialsSecret(client, "AdminCredentials", clock)


def test_counts_are_the_same_on_one_campaign_and_in_lists(call: Call, counts: CountStore) -> None:
    # Given a settled campaign with clicks in open quarters, and a new one with clicks
    settled, new = (call("POST", PATH, GOOD).body["id"] for _ in range(2))
    now = time.time()
    counts.skip_to(str(settled), counts.total(str(settled)), hour_of(now - 3600))
    for campaign, moment in ((settled, now - 3600), (settled, now), (new, now)):
        clicked = {"android": 2, "bot": 5, "country:DE": 2}
        counts.add(str(campaign), quarter_of(moment), clicked, shard=f"s{moment}", after=None, upto="1")

    # When they are shown
    listed = {shown["id"]: shown for shown in call("GET", PATH).body}

    # Then with the same counts everywhere, and the time of these
    for campaign, number in ((settled, 4), (new, 2)):
        shown = call("GET", f"{PATH}/{campaign}").body
        assert same(shown, listed[campaign])
        assert (shown["click_count"], shown["android_click_count"]) == (number, number)
        assert abs(from_rfc3339(shown["as_of"]) - now) < 60


def test_a_campaign_that_was_not_settled_for_days_is_listed_with_all_its_clicks(call: Call, counts: CountStore) -> None:
    campaign = str(call("POST", PATH, GOOD).body["id"])
    now = time.time()
    counts.skip_to(campaign, counts.total(campaign), hour_of(now - 3 * 86_400))
    for moment in (now - 2 * 86_400, now):
        counts.add(campaign, quarter_of(moment), {"android": 1}, shard=f"s{moment}", after=None, upto="1")

    assert call("GET", PATH).body[0]["click_count"] == 2


def test_a_page_of_counts_takes_few_calls(call: Call) -> None:
    for _ in range(15):
        call("POST", PATH, GOOD)

    with noted(aws.dynamodb(), "dynamodb.BatchGetItem") as calls, noted(aws.dynamodb(), "dynamodb.Query") as queries:
        assert len(call("GET", PATH).body) == 15

    assert (len(calls) <= 3, len(queries)) == (True, 1)


@pytest.mark.parametrize("public_url", ["", "https://links.example"])
def test_a_campaign_says_its_link(campaign_admin: ModuleType, context: object, public_url: str) -> None:
    admin = campaign_admin.ADMIN._replace(base_url=public_url)
    host = public_url or "https://signpost.example"

    with patch.object(campaign_admin, "ADMIN", admin):
        headers = {**basic(*ADMIN), "host": "evil.example", "x-forwarded-proto": "http"}
        replies = [
            campaign_admin.handler(http_event("POST", PATH, body=GOOD | extra, headers=headers), context)
            for extra in ({}, {"slug": "Summer"})
        ]

    plain, named = (json.loads(reply["body"]) for reply in replies)
    assert (plain["link"], named["link"]) == (f"{host}/track/{plain['id']}", f"{host}/track/Summer")


def test_an_edit_says_when_it_is_in_force_everywhere(call: Call) -> None:
    made = call("POST", PATH, GOOD).body

    assert from_rfc3339(made["effective_at"]) - from_rfc3339(made["updated_at"]) == SECONDS_TO_TAKE_EFFECT
    assert FRESH <= SECONDS_TO_TAKE_EFFECT


def test_a_campaign_cannot_be_made_to_expire_in_the_past(call: Call, campaigns: CampaignStore) -> None:
    # Given a campaign that has expired
    expired = Campaign.create(
        7, Creation(redirect_url="https://e.com/", expires_at="2026-01-01T00:00:00Z"), 1_767_000_000.0
    )
    campaigns.create(expired)
    made = call("POST", PATH, {**GOOD, "expires_at": "2999-01-01T00:00:00Z"}).body["id"]

    # When it is asked to, others are refused; what has expired may stay so, and be revived
    for method, path in (("POST", PATH), ("PUT", f"{PATH}/{made}"), ("PUT", f"{PATH}/7")):
        answer = call(method, path, {**GOOD, "expires_at": "2026-02-01T00:00:00Z"})
        assert (answer.status, answer.body["msg"].partition(":")[0]) == (422, "expires_at")
    assert call("PUT", f"{PATH}/7", {"expires_at": "2026-01-01T01:00:00+01:00", "platforms": ["IPhone"]}).status == 200
    assert call("PUT", f"{PATH}/7", {"platforms": []}).status == 200
    assert call("PUT", f"{PATH}/7", {"expires_at": None}).status == 200


class TestSlugs:
    @pytest.fixture
    def leads(self, environment: Mapping[str, str], redirect_client: Client) -> Callable[[str], str | None]:
        """Where a link leads, by a redirect that remembers nothing."""
        told = settings.load(redirect.Settings, environment)

        def where(slug: str) -> str | None:
            store = redirect.build(told, client=redirect_client).store
            return getattr(store.destination(slug), "redirect_url", None)

        return where

    def test_capitals_make_no_difference(self, call: Call, leads: Callable[[str], str | None]) -> None:
        made = call("POST", PATH, {**GOOD, "slug": "Summer"})

        assert made.body["slug"] == "Summer"
        assert [leads(slug) for slug in ("Summer", "summer", "SUMMER")] == ["https://e.com/"] * 3
        assert call("POST", PATH, {**GOOD, "slug": "sUmmer"}).status == 409
        assert call("PUT", f"{PATH}/{made.body['id']}", {"slug": "SUMMER"}).body["slug"] == "SUMMER"
        assert leads("summer") == "https://e.com/"

    def test_slugs_that_were_stored_with_capitals_keep_working(
        self, call: Call, leads: Callable[[str], str | None], stored: Stored, tables: "DynamoDBServiceResource"
    ) -> None:
        # Given a campaign whose slug was stored as it was written
        made = call("POST", PATH, {**GOOD, "slug": "Summer"}).body["id"]
        table = tables.Table("Campaigns")
        item = table.get_item(Key={"key": "slug#summer"})["Item"]
        table.delete_item(Key={"key": "slug#summer"})
        table.put_item(Item={**item, "key": "slug#Summer"})
        assert leads("Summer") == "https://e.com/"

        # When it is changed
        call("PUT", f"{PATH}/{made}", {"redirect_url": "https://new.example/"})

        # Then its slug is stored in the current form, and is deleted with it
        assert [leads(slug) for slug in ("Summer", "summer")] == ["https://new.example/"] * 2
        assert "slug#Summer" not in {each["key"] for each in stored()}
        assert call("DELETE", f"{PATH}/{made}").status == 204
        assert stored() == []

    def test_a_former_slug_follows_its_campaign_until_another_takes_it(
        self, call: Call, leads: Callable[[str], str | None], stored: Stored
    ) -> None:
        # Given a campaign that changed its slug twice, and then its target
        first = call("POST", PATH, {**GOOD, "slug": "a"}).body["id"]
        for change in ({"slug": "b"}, {"slug": "C"}, {"redirect_url": "https://new.example/"}):
            assert call("PUT", f"{PATH}/{first}", change).status == 200
        assert [leads(slug) for slug in "abc"] == ["https://new.example/"] * 3

        # When another takes one of them
        second = call("POST", PATH, {"redirect_url": "https://other.example/", "slug": "A"}).body["id"]

        # Then that one is its own for good, and the others still follow
        assert call("PUT", f"{PATH}/{first}", {"redirect_url": "https://newer.example/"}).status == 200
        assert [leads(slug) for slug in "abc"] == ["https://other.example/", *["https://newer.example/"] * 2]
        assert call("PUT", f"{PATH}/{first}", {"slug": "a"}).status == 409

        # And each is deleted with its campaign
        assert call("DELETE", f"{PATH}/{first}").status == 204
        assert [leads(slug) for slug in "abc"] == ["https://other.example/", None, None]
        assert call("DELETE", f"{PATH}/{second}").status == 204
        assert stored() == []

    def test_a_campaign_may_take_its_former_slug_back(self, call: Call, leads: Callable[[str], str | None]) -> None:
        made = call("POST", PATH, {**GOOD, "slug": "a"}).body["id"]
        for slug in ("b", "a", None):
            assert call("PUT", f"{PATH}/{made}", {"slug": slug}).body["slug"] == slug

        assert [leads(slug) for slug in "ab"] == ["https://e.com/"] * 2
        assert call("POST", PATH, {**GOOD, "slug": "b"}).status == 201

    def test_only_the_latest_former_slugs_are_kept(
        self, call: Call, leads: Callable[[str], str | None], stored: Stored
    ) -> None:
        made = call("POST", PATH, {**GOOD, "slug": "s-0"}).body["id"]
        for number in range(1, MAX_ALIASES + 3):
            assert call("PUT", f"{PATH}/{made}", {"slug": f"s-{number}"}).status == 200

        assert [leads(f"s-{number}") is None for number in range(4)] == [True, True, False, False]
        assert len(stored()) == 2 + MAX_ALIASES
