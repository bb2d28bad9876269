"""The redirect's handler, from event to reply and stored click."""

import itertools
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from signpost.platform import settings
from signpost.platform.clock import rfc3339
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.limits import FRESH
from signpost.tracking.redirect import wiring
from signpost.tracking.redirect.answers import Redirect
from signpost.tracking.redirect.dynamodb_client import Client
from signpost.tracking.redirect.errors import DynamoDBError
from signpost.tracking.redirect.store import STALE, RedirectStore, Tables
from tests.aws import Aws
from tests.http_events import http_event
from tests.integration.tracking.callers import FALLBACK, TARGET
from tests.integration.tracking.world import BROWSER, START

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

ROOT = Path(__file__).parent.parent.parent.parent
PHONES = (
    "Opera/9.80 (Android; Opera Mini/76.0.2254/191.303; U; en) Presto/2.12.423 Version/12.16",
    "Mozilla/5.0 (Linux; Android 13; CUBOT KINGKONG 8) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36",
)
TABLES = Tables("Campaigns", "Clicks", "VisitorKeys")
PATIENCE = 30.0  # seconds for a call to DynamoDB
Track = Callable[..., str]
Stored = Callable[[], list[dict[str, Any]]]
_ids = itertools.count(9_000_000_000_000)


@pytest.fixture
def campaign(campaigns: CampaignStore) -> Campaign:
    return create(campaigns, slug="summer")


def create(campaigns: CampaignStore, **fields: Any) -> Campaign:
    made = Campaign.create(next(_ids), Creation(**{"redirect_url": TARGET, **fields}), START)
    assert campaigns.create(made)
    return made


@pytest.fixture
def stored(tables: "DynamoDBServiceResource") -> Stored:
    return lambda: tables.Table("Clicks").scan()["Items"]


class Wire(Client):
    """The redirect's client, with a list of its calls. `fault` may return the error code that a request gets."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.calls: list[str] = []
        self.fault: Callable[[str], str | None] = lambda _request: None
        self.loses_first_replies = False
        self._lost: set[bytes] = set()

    def call(self, operation: str, request: dict[str, Any], budget: float) -> dict[str, Any]:
        self.calls.append(operation)
        if code := self.fault(str(request)):
            raise DynamoDBError(code)
        return super().call(operation, request, budget)

    def _exchange(self, target: str, body: bytes, until: float) -> tuple[int, str, bytes]:
        reply = super()._exchange(target, body, until)
        if self.loses_first_replies and body not in self._lost:
            self._lost.add(body)
            raise ConnectionResetError
        return reply


@pytest.fixture
def wire(lean_client: Callable[..., Wire]) -> Iterator[Wire]:
    with closing(lean_client(Wire)) as client:
        yield client


@pytest.fixture
def new_redirect(environment: Mapping[str, str], wire: Wire) -> Callable[[], Redirect]:
    """Makes redirects with nothing in memory."""
    return lambda: wiring.build(settings.load(wiring.Settings, environment), client=wire)


@pytest.fixture
def track(new_redirect: Callable[[], Redirect]) -> Track:
    return tracking(new_redirect())


def tracking(redirect: Redirect) -> Track:
    def follow(key: object, query: str = "", method: str = "GET", **headers: str) -> str:
        path = f"/track/{key}" if key is not None else "/track"
        named = {"user-agent": BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        reply = redirect.answer(http_event(method, path, query=query, headers=named))
        assert reply["statusCode"] == 307
        assert reply["headers"]["cache-control"] == "no-store"
        assert reply["headers"]["x-robots-tag"] == "noindex"
        assert reply["headers"]["referrer-policy"] == "no-referrer-when-downgrade"
        location: str = reply["headers"]["location"]
        return location

    return follow


@pytest.mark.parametrize("by_slug", [False, True])
def test_a_click_is_stored_and_redirected(track: Track, campaign: Campaign, stored: Stored, by_slug: bool) -> None:
    key = campaign.slug if by_slug else campaign.id
    assert track(key, "platform=IPhone&src=bio", referer="https://a.example/x?y") == TARGET

    (click,) = stored()
    assert (click["platform"], click["source"], click["agent"]) == ("IPhone", "bio", BROWSER)
    assert click["referrer"] == "https://a.example/x"
    assert click["partition"].startswith(f"{campaign.id}#")


@pytest.mark.parametrize(
    ("headers", "platform"),
    [
        ({"user_agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile"}, "IPhone"),
        ({"sec_ch_ua_platform": '"Android"'}, "Android"),
        ({}, "other"),
    ],
)
def test_the_platform_is_detected_when_it_is_not_named(
    track: Track, campaign: Campaign, stored: Stored, headers: dict[str, str], platform: str
) -> None:
    track(campaign.id, **headers)

    assert [click["platform"] for click in stored()] == [platform]


def test_head_redirects_and_is_never_counted(track: Track, campaign: Campaign, stored: Stored) -> None:
    assert (track(campaign.id, method="HEAD"), stored()) == (TARGET, [])


@pytest.mark.parametrize(
    "key", [None, "", "abc", "..", "../admin", "-7", "0", "9" * 30, "a b", "a/b", "%00", "slug#summer", "ä" * 200]
)
def test_any_other_key_goes_to_the_fallback(track: Track, campaign: Campaign, stored: Stored, key: str | None) -> None:
    assert (track(key), stored()) == (FALLBACK, [])


def test_below_a_campaign_there_is_nothing(track: Track, campaign: Campaign, stored: Stored) -> None:
    assert [track(f"{campaign.id}/x"), track("summer/x"), stored()] == [FALLBACK, FALLBACK, []]


@pytest.mark.parametrize("query", ["platform=Nokia", "platform=", "platform=iphone", "platform=IPhone&platform=IPhone"])
def test_an_unsupported_platform_goes_to_the_fallback_uncounted(
    track: Track, campaign: Campaign, stored: Stored, query: str
) -> None:
    assert (track(campaign.id, query), stored()) == (FALLBACK, [])


def test_an_expired_campaign_goes_to_the_fallback(track: Track, campaigns: CampaignStore, stored: Stored) -> None:
    past = create(campaigns, expires_at="2026-01-01T00:00:00Z")
    future = create(campaigns, expires_at="2999-01-01T00:00:00+02:00")

    assert track(past.id) == FALLBACK
    assert track(future.id) == TARGET

    assert len(stored()) == 1


def test_platforms_may_have_targets_of_their_own(track: Track, campaigns: CampaignStore) -> None:
    made = create(campaigns, platform_urls={"IPhone": "https://apple.example/"}, forward_query=True)

    assert track(made.id, "platform=IPhone&utm=x") == "https://apple.example/?utm=x"
    assert track(made.id, "platform=Android&utm=x%20y&a=2") == "https://e.com/p?utm=x+y&a=2"


def test_a_warm_click_is_one_write_and_no_read(track: Track, wire: Wire, campaign: Campaign) -> None:
    track(campaign.id)
    wire.calls.clear()

    track(campaign.id)
    track("missing")
    track("missing")

    assert wire.calls == ["PutItem", "GetItem"]


def test_a_click_that_cannot_be_stored_is_spilled_and_still_redirected(
    track: Track, wire: Wire, campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    track(campaign.id)
    capsys.readouterr()
    wire.fault = lambda _: "ThrottlingException"

    assert track(campaign.id, "platform=IPhone") == TARGET

    line = json.loads(capsys.readouterr().out)
    assert line["ClicksSpilled"] == 1
    assert re.fullmatch(r"_keep:\d+", line["location"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\+0000", line["timestamp"])
    assert (line["level"], line["message"]) == ("ERROR", "click spilled")
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "ClicksSpilled", "Unit": "Count"}]
    assert line["reason"] == "ThrottlingException"
    assert set(line["click"]) == {"partition", "click", "platform", "agent", "visitor", "ttl"}


def test_a_campaign_that_cannot_be_read_goes_to_the_fallback(
    track: Track, wire: Wire, campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.fault = lambda _: "NoAnswer"

    assert track(campaign.id) == FALLBACK

    line = json.loads(capsys.readouterr().out)
    assert (line["exception_name"], line["location"][:6]) == ("DynamoDBError", "answer")
    assert "in destination" in line["exception"]


class TestRemembering:
    @pytest.fixture
    def store(self, wire: Wire, campaign: Campaign) -> RedirectStore:
        self.now = START
        return RedirectStore(wire, TABLES, PATIENCE, lambda: self.now)

    def test_changes_and_deletions_are_seen_within_seconds(
        self, store: RedirectStore, campaign: Campaign, campaigns: CampaignStore
    ) -> None:
        def address(key: str) -> str | None:
            return getattr(store.destination(key), "redirect_url", None)

        # Given a campaign and a slug that are remembered, and then changed
        key = str(campaign.id)
        assert store.destination(key) is not None
        assert store.destination("autumn") is None
        changed = campaign._replace(redirect_url="https://new.example/", slug="autumn", version=2)
        campaigns.replace(campaign, changed)

        # When less than that has passed, the old one may serve
        self.now += FRESH - 0.001
        assert address(key) == TARGET

        # Then the new one does, by id and by slug, and the old slug is gone
        self.now += 0.001
        assert [address(each) for each in (key, "autumn")] == ["https://new.example/"] * 2
        assert store.destination("summer") is None

        # And a deletion is seen as soon
        campaigns.delete(changed)
        self.now += FRESH
        assert [address(each) for each in (key, "autumn")] == [None] * 2

    def test_what_is_remembered_serves_for_an_hour_while_dynamodb_is_down(
        self, store: RedirectStore, wire: Wire, campaign: Campaign
    ) -> None:
        # Given a campaign that was read, and then no DynamoDB
        key = str(campaign.id)
        before = store.destination(key)
        wire.calls.clear()
        wire.fault = lambda _: "NoAnswer"

        # When it is requested many times in the next hour, it is served, and not every request waits for DynamoDB
        self.now += FRESH
        assert [store.destination(key) for _ in range(100)] == [before] * 100
        assert len(wire.calls) == 1
        self.now += STALE - FRESH
        assert store.destination(key) == before

        # Then it is too old
        self.now += 10
        with pytest.raises(DynamoDBError):
            store.destination(key)

    def test_a_flood_of_made_up_keys_pushes_out_no_link(
        self, store: RedirectStore, wire: Wire, campaign: Campaign
    ) -> None:
        # Given a campaign that was read, and a flood of keys that lead nowhere
        key = str(campaign.id)
        before = store.destination(key)
        answer, wire.call = wire.call, lambda *_: {}  # type: ignore[method-assign]
        for number in range(25_000):
            assert store.destination(f"made-up-{number}") is None
        wire.call = answer  # type: ignore[method-assign]

        # When DynamoDB is down
        wire.fault = lambda _: "NoAnswer"
        self.now += FRESH

        # Then the link still leads there
        assert store.destination(key) == before


class TestLimits:
    def test_a_used_up_campaign_goes_to_the_fallback_uncounted(
        self, track: Track, campaigns: CampaignStore, stored: Stored
    ) -> None:
        made = create(campaigns, max_clicks=2)

        assert [track(made.id) for _ in range(4)] == [TARGET] * 2 + [FALLBACK] * 2

        assert len(stored()) == 2

    def test_ac_c37_a_link_to_the_app_leads_there_until_it_was_used_up_or_has_expired(
        self, track: Track, campaigns: CampaignStore, handlers: Callable[[str], ModuleType], context: object
    ) -> None:
        def follow(party: str) -> str:
            """A link as people get it, which leads to a campaign."""
            reply = handlers("messaging_signup").handler(http_event("GET", f"/beta/{party}"), context)
            return track(str(reply["headers"].get("location")).removeprefix("/track/"))

        create(campaigns, slug="beta-pals")
        create(campaigns, slug="beta-few", max_clicks=3)
        create(campaigns, slug="beta-past", expires_at="2026-01-01T00:00:00Z")

        assert [follow("pals") for _ in range(6)] == [TARGET] * 6
        assert [follow("few") for _ in range(6)] == [TARGET] * 3 + [FALLBACK] * 3
        assert [follow("past"), follow("nowhere")] == [FALLBACK] * 2

    def test_bots_and_head_use_nothing_up(self, track: Track, campaigns: CampaignStore, stored: Stored) -> None:
        made = create(campaigns, max_clicks=1)

        assert [track(made.id, user_agent="Googlebot/2.1") for _ in range(3)] == [TARGET] * 3
        assert track(made.id, method="HEAD") == TARGET
        assert [track(made.id), track(made.id)] == [TARGET, FALLBACK]

        assert sum(click.get("bot", False) for click in stored()) == 3

    def test_a_lost_reply_uses_up_one(self, track: Track, wire: Wire, campaigns: CampaignStore) -> None:
        # Given a connection that loses the first reply to each request, after which the client tries again
        made = create(campaigns, max_clicks=3)
        wire.loses_first_replies = True

        # Then all clicks that may get through do, the last of them too
        assert [track(made.id) for _ in range(5)] == [TARGET] * 3 + [FALLBACK] * 2

    def test_a_limit_that_cannot_be_checked_leads_to_the_fallback(
        self, track: Track, wire: Wire, campaigns: CampaignStore
    ) -> None:
        made = create(campaigns, max_clicks=3)
        wire.fault = lambda request: "ThrottlingException" if "quota" in request else None

        assert track(made.id) == FALLBACK

    def test_the_quota_is_deleted_with_the_campaign(
        self, track: Track, campaigns: CampaignStore, tables: "DynamoDBServiceResource"
    ) -> None:
        made = create(campaigns, max_clicks=6, slug="limited")
        track(made.id)

        campaigns.delete(made)

        assert tables.Table("Campaigns").scan()["Items"] == []


class TestBots:
    """The redirect decides about bots as the counts do later."""

    @pytest.mark.parametrize("header", ["dnt", "sec_gpc"])
    def test_a_browser_that_asks_not_to_be_tracked_may_still_be_a_bot(
        self, track: Track, campaign: Campaign, stored: Stored, header: str
    ) -> None:
        for agent in ("Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.1", "", *PHONES):
            track(campaign.id, user_agent=agent, **{header: "1"})

        assert [click.get("bot", False) for click in sorted(stored(), key=itemgetter("click"))] == [True] * 3 + [
            False
        ] * 2
        assert not any("agent" in click for click in stored())

    def test_phones_with_odd_names_use_a_limit_up_and_crawlers_do_not(
        self, track: Track, campaigns: CampaignStore, stored: Stored
    ) -> None:
        made = create(campaigns, max_clicks=2)

        for agent in (
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            "Go-http-client/1.1",
        ):
            assert [track(made.id, user_agent=agent) for _ in range(2)] == [TARGET] * 2
        assert [track(made.id, user_agent=agent) for agent in (*PHONES, BROWSER)] == [TARGET] * 2 + [FALLBACK]

        assert Counter(click.get("bot", False) for click in stored()) == {True: 4, False: 2}


class TestEdge:
    SECRET = "only-our-edge-knows"
    TOLD: ClassVar = {"cloudfront_viewer_country": "DE", "cloudfront_viewer_address": "198.51.100.9:50124"}

    @pytest.fixture
    def at_edge(self, environment: Mapping[str, str], wire: Wire) -> Callable[[str], Track]:
        """Makes redirects with this secret."""
        given = settings.load(wiring.Settings, environment)
        return lambda secret: tracking(wiring.build(given._replace(edge_secret=secret), client=wire))

    def test_what_the_edge_says_is_believed(
        self, at_edge: Callable[[str], Track], campaign: Campaign, stored: Stored
    ) -> None:
        track = at_edge(self.SECRET)

        track(campaign.id, x_edge_secret=self.SECRET, **self.TOLD)
        track(campaign.id, x_edge_secret=self.SECRET, **self.TOLD | {"cloudfront_viewer_address": "2001:db8::7:50124"})

        assert [click["country"] for click in stored()] == ["DE"] * 2
        assert len({click["visitor"] for click in stored()}) == 2

    @pytest.mark.parametrize(
        ("secret", "given"), [(SECRET, ""), (SECRET, "guessed"), (SECRET, SECRET + "é"), ("", ""), ("", SECRET)]
    )
    def test_the_same_headers_without_the_secret_do_not_count(
        self, at_edge: Callable[[str], Track], campaign: Campaign, stored: Stored, secret: str, given: str
    ) -> None:
        track = at_edge(secret)

        track(campaign.id)
        track(campaign.id, x_edge_secret=given, **self.TOLD)

        assert ["country" in click for click in stored()] == [False] * 2
        assert len({click["visitor"] for click in stored()}) == 1


class TestVisitors:
    def test_a_visitor_is_the_same_in_every_environment_and_another_tomorrow(
        self, wire: Wire, campaigns: CampaignStore
    ) -> None:
        one, other = (RedirectStore(wire, TABLES, PATIENCE, lambda: START) for _ in range(2))

        today = one.visitor_key("2026-11-21")

        assert len(today) == 32
        assert other.visitor_key("2026-11-21") == today == one.visitor_key("2026-11-21")
        assert one.visitor_key("2026-11-22") != today

    def test_a_days_key_expires_with_the_day_and_is_in_no_backup(
        self, wire: Wire, tables: "DynamoDBServiceResource"
    ) -> None:
        RedirectStore(wire, TABLES, PATIENCE, lambda: START).visitor_key("2026-11-21")

        (item,) = tables.Table("VisitorKeys").scan()["Items"]
        assert (item["day"], rfc3339(float(str(item["ttl"])))) == ("2026-11-21", "2026-11-22T01:00:00.000000Z")
        assert tables.Table("Campaigns").scan()["Items"] == []
        backups = tables.meta.client.describe_continuous_backups(TableName="VisitorKeys")[
            "ContinuousBackupsDescription"
        ]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"

    def test_without_a_key_clicks_count_without_a_visitor(
        self, track: Track, wire: Wire, campaign: Campaign, stored: Stored
    ) -> None:
        # Given a DynamoDB that does not answer requests for the key
        wire.fault = lambda request: "NoAnswer" if "VisitorKeys" in request else None

        # When people click
        for _ in range(5):
            assert track(campaign.id) == TARGET

        # Then they count, and not every click waits for the key
        assert ["visitor" in click for click in stored()] == [False] * 5
        assert wire.calls.count("UpdateItem") == 1

    def test_a_visitor_who_asks_not_to_be_tracked_has_no_pseudonym(
        self, track: Track, campaign: Campaign, stored: Stored
    ) -> None:
        track(campaign.id, dnt="1")
        track(campaign.id)

        assert sorted("visitor" in click for click in stored()) == [False, True]


def test_the_handler_imports_nothing_heavy_and_answers_any_event(track_redirect: ModuleType, data: Aws) -> None:
    # When a fresh interpreter has imported the function and called it with an event that makes no sense
    code = """
import json, sys, track_redirect.app
print(json.dumps(list(sys.modules)))
print(json.dumps(track_redirect.app.handler({}, None)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **data.http_environment, "PYTHONPATH": f"{ROOT}/functions:{ROOT}/layers/core"},
        capture_output=True,
        text=True,
        check=True,
    )
    modules, log, reply = map(json.loads, done.stdout.splitlines())

    # Then it has loaded nothing that is slow to load, and redirects to the fallback
    heavy = {"boto3", "botocore", "pydantic", "requests", "urllib3", "aws_lambda_powertools", "http.client", "email"}
    assert set(modules) & (heavy | {"urllib.parse"}) == set()
    assert (reply["statusCode"], reply["headers"]["location"]) == (307, FALLBACK)
    assert (log["message"], log["service"]) == ("redirect failed", "track_redirect")
    assert (log["exception_name"], log["location"].split(":")[0]) == ("KeyError", "answer")
    # And has counted it, because Lambda sees no error
    (metrics,) = log["_aws"]["CloudWatchMetrics"]
    assert (metrics["Dimensions"], metrics["Metrics"]) == (
        [["service"]],
        [{"Name": "UnexpectedErrors", "Unit": "Count"}],
    )
    assert log["UnexpectedErrors"] == 1
