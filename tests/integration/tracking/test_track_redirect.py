"""The redirect's handler, from event to reply and stored click."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from signpost.tracking.campaign_store import CampaignStore
from signpost.tracking.campaigns import Campaign, Creation
from signpost.tracking.lean_dynamodb import DynamoDBError
from signpost.tracking.redirect_store import FRESH, STALE, RedirectStore
from tests.http_events import http_event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

ROOT = Path(__file__).parent.parent.parent.parent
FALLBACK = "https://example.com/"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
Track = Callable[..., str]
_ids = itertools.count(9_000_000_000_000)


@pytest.fixture
def campaign(campaigns: CampaignStore) -> Campaign:
    return create(campaigns, slug="summer", redirect_url="https://e.com/p?a=1")


def create(campaigns: CampaignStore, **fields: Any) -> Campaign:
    made = Campaign.create(next(_ids), Creation(**fields), 1_795_244_400.0)
    assert campaigns.create(made)
    return made


@pytest.fixture
def stored(tables: "DynamoDBServiceResource") -> Callable[[], list[dict[str, Any]]]:
    return lambda: tables.Table("Clicks").scan()["Items"]


@pytest.fixture
def track(track_redirect: ModuleType) -> Track:
    track_redirect.STORE._entries.clear()

    def follow(key: object, query: str = "", method: str = "GET", **headers: str) -> str:
        path = f"/track/{key}" if key is not None else "/track"
        named = {"user-agent": BROWSER, **{name.replace("_", "-"): value for name, value in headers.items()}}
        reply = track_redirect.handler(http_event(method, path, query=query, headers=named), None)
        assert reply["statusCode"] == 307
        assert reply["headers"]["cache-control"] == "no-store"
        assert reply["headers"]["x-robots-tag"] == "noindex"
        assert reply["headers"]["referrer-policy"] == "no-referrer-when-downgrade"
        location: str = reply["headers"]["location"]
        return location

    return follow


def test_a_click_is_stored_and_the_browser_sent_on(
    track: Track, campaign: Campaign, stored: Callable[[], list[dict[str, Any]]]
) -> None:
    assert track(campaign.id, "platform=IPhone&src=bio", referer="https://a.example/x?y") == "https://e.com/p?a=1"

    (click,) = stored()
    assert (click["platform"], click["source"], click["agent"]) == ("IPhone", "bio", BROWSER)
    assert click["referrer"] == "https://a.example/x"
    assert click["partition"].startswith(f"{campaign.id}#")


def test_a_slug_leads_to_the_same_campaign(
    track: Track, campaign: Campaign, stored: Callable[[], list[dict[str, Any]]]
) -> None:
    assert track("summer") == "https://e.com/p?a=1"

    (click,) = stored()
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
    track: Track,
    campaign: Campaign,
    stored: Callable[[], list[dict[str, Any]]],
    headers: dict[str, str],
    platform: str,
) -> None:
    track(campaign.id, **headers)

    assert [click["platform"] for click in stored()] == [platform]


def test_head_redirects_and_is_never_counted(
    track: Track, campaign: Campaign, stored: Callable[[], list[dict[str, Any]]]
) -> None:
    assert track(campaign.id, method="HEAD") == "https://e.com/p?a=1"

    assert stored() == []


@pytest.mark.parametrize(
    "key", [None, "", "abc", "..", "../admin", "-7", "0", "9" * 30, "a b", "a/b", "%00", "slug#summer", "ä" * 200]
)
def test_what_leads_nowhere_leads_to_the_fallback(
    track: Track, campaign: Campaign, stored: Callable[[], list[dict[str, Any]]], key: str | None
) -> None:
    assert track(key) == FALLBACK

    assert stored() == []


@pytest.mark.parametrize("query", ["platform=Nokia", "platform=", "platform=iphone", "platform=IPhone&platform=IPhone"])
def test_an_unsupported_platform_goes_to_the_fallback_uncounted(
    track: Track, campaign: Campaign, stored: Callable[[], list[dict[str, Any]]], query: str
) -> None:
    assert track(campaign.id, query) == FALLBACK

    assert stored() == []


def test_an_expired_campaign_goes_to_the_fallback(
    track: Track, campaigns: CampaignStore, stored: Callable[[], list[dict[str, Any]]]
) -> None:
    past = create(campaigns, redirect_url="https://e.com/", expires_at="2026-01-01T00:00:00Z")
    future = create(campaigns, redirect_url="https://e.com/", expires_at="2999-01-01T00:00:00+02:00")

    assert track(past.id) == FALLBACK
    assert track(future.id) == "https://e.com/"

    assert len(stored()) == 1


def test_platforms_may_have_targets_of_their_own(track: Track, campaigns: CampaignStore) -> None:
    made = create(
        campaigns,
        redirect_url="https://e.com/?a=1",
        platform_urls={"IPhone": "https://apple.example/"},
        forward_query=True,
    )

    assert track(made.id, "platform=IPhone&utm=x") == "https://apple.example/?utm=x"
    assert track(made.id, "platform=Android&utm=x%20y&a=2") == "https://e.com/?utm=x+y&a=2"


def test_a_warm_click_is_one_write_and_no_read(
    track: Track, track_redirect: ModuleType, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    track(campaign.id)
    calls: list[str] = []
    call = track_redirect.STORE._client.call

    def note(operation: str, *arguments: Any) -> Any:
        calls.append(operation)
        return call(operation, *arguments)

    monkeypatch.setattr(track_redirect.STORE._client, "call", note)
    track(campaign.id)
    track("missing")
    track("missing")

    assert calls == ["PutItem", "GetItem"]


def test_a_click_that_cannot_be_stored_is_spilled_and_redirected_all_the_same(
    track: Track,
    track_redirect: ModuleType,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    track(campaign.id)
    capsys.readouterr()

    def refuse(*_: object) -> None:
        raise DynamoDBError("ThrottlingException")

    monkeypatch.setattr(track_redirect.STORE._client, "call", refuse)

    assert track(campaign.id, "platform=IPhone") == "https://e.com/p?a=1"

    line = json.loads(capsys.readouterr().out)
    assert line["ClicksSpilled"] == 1
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "ClicksSpilled", "Unit": "Count"}]
    assert line["reason"] == "ThrottlingException"
    assert set(line["click"]) == {"partition", "click", "platform", "agent", "ttl"}


def test_a_campaign_that_cannot_be_read_goes_to_the_fallback(
    track: Track,
    track_redirect: ModuleType,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_: object) -> None:
        raise DynamoDBError("NoAnswer")

    monkeypatch.setattr(track_redirect.STORE._client, "call", refuse)

    assert track(campaign.id) == FALLBACK

    assert "NoAnswer" in json.loads(capsys.readouterr().out)["reason"]


def test_an_event_that_makes_no_sense_goes_to_the_fallback(track_redirect: ModuleType) -> None:
    assert track_redirect.handler({}, None)["headers"]["location"] == FALLBACK


class TestRemembering:
    @pytest.fixture
    def store(self, track_redirect: ModuleType, campaign: Campaign) -> RedirectStore:
        self.now = 1_795_244_400.0
        return RedirectStore(track_redirect.STORE._client, "Campaigns", "Clicks", 0.4, lambda: self.now)

    def test_a_change_is_seen_within_thirty_seconds(
        self, store: RedirectStore, campaign: Campaign, campaigns: CampaignStore
    ) -> None:
        # Given a campaign and a slug that are remembered, and then changed
        key = str(campaign.id)
        assert store.destination(key) is not None
        assert store.destination("autumn") is None
        changed = campaign._replace(redirect_url="https://new.example/", slug="autumn", version=2)
        campaigns.replace(campaign, changed)

        # When less than that has passed, the old one may serve
        self.now += FRESH - 0.001
        assert getattr(store.destination(key), "redirect_url", None) == "https://e.com/p?a=1"

        # Then the new one does, by id and by slug, and the old slug is gone
        self.now += 0.001
        assert getattr(store.destination(key), "redirect_url", None) == "https://new.example/"
        assert getattr(store.destination("autumn"), "redirect_url", None) == "https://new.example/"
        assert store.destination("summer") is None

    def test_a_deletion_is_seen_within_thirty_seconds(
        self, store: RedirectStore, campaign: Campaign, campaigns: CampaignStore
    ) -> None:
        assert store.destination(str(campaign.id)) is not None
        campaigns.delete(campaign)

        self.now += FRESH

        assert store.destination(str(campaign.id)) is None

    def test_what_is_remembered_serves_for_an_hour_while_dynamodb_is_down(
        self, store: RedirectStore, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given a campaign that was read, and then no DynamoDB
        key = str(campaign.id)
        before = store.destination(key)
        calls: list[str] = []

        def refuse(operation: str, *_: object) -> None:
            calls.append(operation)
            raise DynamoDBError("NoAnswer")

        monkeypatch.setattr(store._client, "call", refuse)

        # When it is asked for many times in the next hour, it is served, and not every request waits for DynamoDB
        self.now += FRESH
        assert [store.destination(key) for _ in range(100)] == [before] * 100
        assert len(calls) == 1
        self.now += STALE - FRESH
        assert store.destination(key) == before

        # Then it is too old
        self.now += 10
        with pytest.raises(DynamoDBError):
            store.destination(key)

    def test_a_scan_of_made_up_keys_does_not_fill_the_memory(
        self, store: RedirectStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store._client, "call", lambda *_: {})

        for number in range(25_000):
            store.destination(str(number))

        assert len(store._entries) <= 10_000


def test_the_redirect_imports_nothing_heavy(track_redirect: ModuleType) -> None:
    # Given what a fresh interpreter has loaded after importing the function
    code = "import sys, track_redirect.app; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": f"{ROOT}/functions:{ROOT}/layers/core"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())

    heavy = {"boto3", "botocore", "pydantic", "requests", "urllib3", "aws_lambda_powertools", "http.client", "email"}
    assert loaded & heavy == set()
    assert "urllib.parse" not in loaded
