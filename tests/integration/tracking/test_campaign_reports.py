"""Statistics, exports and QR codes, from event to reply."""

import csv
import io
import json
import re
import time
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
import requests
from botocore.config import Config

from signpost.platform import aws, downloads, settings
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.reports import wiring
from signpost.tracking.reports.queries import CLICK_COLUMNS
from tests.aws_calls import at_call
from tests.http_events import ADMIN, basic, http_event
from tests.integration.conftest import Handlers
from tests.integration.tracking.world import LAYOUT, START, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

PATH = "/admin/campaigns"
DAY = 86_400
QUARTERS = ("00", "15", "30", "45")


class Answer(NamedTuple):
    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text, newline="")))


Call = Callable[..., Answer]


@pytest.fixture
def campaign_reports(tables: "DynamoDBServiceResource", handlers: Handlers) -> ModuleType:
    return handlers("campaign_reports")


@pytest.fixture
def calls_with(
    environment: Mapping[str, str],
    campaign_reports: ModuleType,
    world: World,
    context: object,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Call]:
    """Gives the handler reports of the world's time, with whatever else they should be built with."""

    def calls(export_seconds: float = 20.0, **collaborators: Any) -> Call:
        told = settings.load(wiring.Settings, environment)._replace(click_buckets=LAYOUT.buckets)
        reports, _ = wiring.build(told, clock=lambda: world.now, **collaborators)
        monkeypatch.setattr(campaign_reports, "REPORTS", reports._replace(export_seconds=export_seconds))
        return send

    def send(path: str, query: str = "", **headers: str) -> Answer:
        event = http_event("GET", path, query=query, headers={**basic(*ADMIN), "x-forwarded-proto": "https", **headers})
        reply = campaign_reports.handler(event, context)
        names = {name.lower(): value for name, value in reply["headers"].items()}
        return Answer(reply["statusCode"], reply["body"], names)

    return calls


@pytest.fixture
def call(calls_with: Callable[..., Call]) -> Call:
    return calls_with()


@pytest.fixture
def campaign(campaigns: CampaignStore, world: World) -> str:
    made = Campaign.create(int(world.campaign()), Creation(redirect_url="https://e.com/", slug="summer"), START)
    assert campaigns.create(made)
    return str(made.id)


def test_a_series_shows_settled_and_open_hours_alike(call: Call, world: World, campaign: str) -> None:
    # Given clicks on two days, the first of which is settled
    world.click(campaign, 3, platform="IPhone", country="DE", visitor="a" * 16)
    world.click(campaign, 2, agent="Googlebot/2.1")
    world.pass_hours(22)
    world.settle(campaign)
    world.roll_up(world.click(campaign, 4, country="FR", visitor="b" * 16))
    world.roll_up(world.click(campaign, 1, country="DE"))

    # When the statistics are asked for
    answer = call(f"{PATH}/{campaign}/stats", "from=2026-11-20&to=2026-11-22&by=country")

    # Then each day has its numbers, days without clicks too, and the breakdown is of both
    assert answer.status == 200
    found = answer.json
    none = {"clicks": 0, "android": 0, "iphone": 0, "windowsphone": 0, "other": 0, "bots": 0, "approximate": False}
    assert found["series"] == [
        {**none, "start": "2026-11-20T00:00:00+00:00", "visitors": 0},
        {**none, "start": "2026-11-21T00:00:00+00:00", "clicks": 3, "iphone": 3, "bots": 2, "visitors": 1},
        {**none, "start": "2026-11-22T00:00:00+00:00", "clicks": 5, "android": 5, "visitors": None},
    ]
    assert (found["totals"]["clicks"], found["totals"]["bots"]) == (8, 2)
    assert (found["by"], found["breakdown"]) == ("country", [{"name": "DE", "clicks": 4}, {"name": "FR", "clicks": 4}])
    assert (found["interval"], found["tz"], found["id"]) == ("day", "UTC", int(campaign))


def test_every_breakdown_adds_up_to_the_clicks_of_people(
    call: Call, world: World, campaign: str, subtests: pytest.Subtests
) -> None:
    # Given settled, re-counted and open hours, cut at both ends by the range
    for hour in range(30):
        world.roll_up(world.click(campaign, 1 + hour % 3, source=f"s{hour % 4}", country="DE"))
        world.pass_hours(1)
    world.settle(campaign)
    world.roll_up(world.click(campaign, 2, referrer="https://a.example/"))
    world.counts.ask_recount(campaign, "2026-11-21T10", "token")
    world.settle(campaign)

    expected = sum(1 + hour % 3 for hour in range(2, 30)) + 2
    for by in ("platform", "country", "referrer", "browser", "os", "source"):
        with subtests.test(by):
            answer = call(f"{PATH}/{campaign}/stats", f"from=2026-11-21T09:00:00Z&to=2026-11-22T20:00:00Z&by={by}")

            assert answer.json["totals"]["clicks"] == expected
            assert sum(share["clicks"] for share in answer.json["breakdown"]) == expected


def test_days_follow_the_time_zone(call: Call, world: World, campaign: str) -> None:
    world.click(campaign, 1)
    world.pass_hours(16)  # 23:00 UTC, midnight in Berlin
    world.click(campaign, 2)
    world.pass_hours(3)
    world.settle(campaign)

    berlin = call(f"{PATH}/{campaign}/stats", "from=2026-11-21&to=2026-11-22&tz=Europe/Berlin").json
    by_hour = call(f"{PATH}/{campaign}/stats", "from=2026-11-21&to=2026-11-21&interval=hour").json

    assert [(point["start"], point["clicks"], point["visitors"]) for point in berlin["series"]] == [
        ("2026-11-21T00:00:00+01:00", 1, None),
        ("2026-11-22T00:00:00+01:00", 2, None),
    ]
    clicked = {point["start"][11:13]: point["clicks"] for point in by_hour["series"] if point["clicks"]}
    assert clicked == {"07": 1, "23": 2}
    assert len(by_hour["series"]) == 24


@pytest.mark.parametrize("settled", [False, True])
def test_a_day_that_begins_at_half_past_has_its_own_clicks(
    call: Call, world: World, campaign: str, settled: bool
) -> None:
    # Given clicks on both sides of both midnights of a day in India, which are at 18:30 UTC
    for hours, number, country in [(11.25, 1, "DE"), (0.25, 2, "IN"), (23.75, 4, "IN"), (0.25, 8, "DE")]:
        world.pass_hours(hours)
        world.roll_up(world.click(campaign, number, country=country))
    if settled:
        world.pass_hours(2)
        world.settle(campaign)

    # When that day is asked for
    day = "from=2026-11-22&to=2026-11-22&tz=Asia/Kolkata"
    found = call(f"{PATH}/{campaign}/stats", f"{day}&by=country").json
    by_hour = call(f"{PATH}/{campaign}/stats", f"{day}&interval=hour").json["series"]
    rows = call(f"{PATH}/{campaign}/clicks.csv", day).rows

    # Then only its own are there, by whatever they are counted
    assert [(point["start"], point["clicks"]) for point in found["series"]] == [("2026-11-22T00:00:00+05:30", 6)]
    assert (found["totals"]["clicks"], found["breakdown"]) == (6, [{"name": "IN", "clicks": 6}])
    assert len(by_hour) == 24
    assert [(point["start"][11:16], point["clicks"]) for point in by_hour if point["clicks"]] == [
        ("00:00", 2),
        ("23:00", 4),
    ]
    assert [row["country"] for row in rows] == ["IN"] * 6


def test_an_export_leaves_out_what_is_not_a_click(call: Call, world: World, campaign: str) -> None:
    (record,) = world.click(campaign)
    partition, ttl = record["dynamodb"]["NewImage"]["partition"]["S"], int(world.now) + DAY
    world.store(
        [
            {"partition": partition, "click": "0", "platform": "Android", "ttl": ttl},
            {"partition": partition, "click": "ZZZ", "platform": "Android"},
        ]
    )

    assert len(call(f"{PATH}/{campaign}/clicks.csv", "from=2026-11-21&to=2026-11-21").rows) == 1


def test_statistics_come_as_csv_when_asked_for(call: Call, world: World, campaign: str) -> None:
    world.roll_up(world.click(campaign, 3, source="=HYPERLINK(1)"))

    series = call(f"{PATH}/{campaign}/stats", "from=2026-11-21&to=2026-11-21", accept="text/csv")
    shares = call(f"{PATH}/{campaign}/stats", "from=2026-11-21&to=2026-11-21&by=source", accept="text/csv, */*;q=0.5")

    assert series.headers["content-type"].startswith("text/csv")
    expected = {
        "start": "2026-11-21T00:00:00+00:00",
        "clicks": "3",
        "android": "3",
        "visitors": "",
        "approximate": "no",
    }
    assert series.rows[0] | expected == series.rows[0]
    assert shares.rows == [{"source": "'=HYPERLINK(1)", "clicks": "3"}]


def test_a_year_of_a_busy_campaign_is_read_in_a_handful_of_calls(
    calls_with: Callable[..., Call], world: World, campaign: str, tables: "DynamoDBServiceResource"
) -> None:
    # Given a year of settled days with full breakdowns
    shares = {f"country:{number}": 100 for number in range(5)}
    with tables.Table("ClickCounts").batch_writer() as batch:
        for day in range(365):
            date = time.strftime("%Y-%m-%d", time.gmtime(START + day * DAY))
            quarters = {f"{hour:02}:{minute}": {"android": 25} for hour in range(24) for minute in QUARTERS}
            item = {
                "campaign": campaign,
                "period": f"day#{date}",
                "android": 2400,
                "visitors": 7,
                "quarters": quarters,
                **shares,
            }
            batch.put_item(item)
        batch.put_item({"campaign": campaign, "period": "total", "settled_until": "2027-11-21T00", "revision": 1})
    world.now = START + 365 * DAY
    # And a client with patience: moto takes seconds where DynamoDB takes milliseconds
    reads: list[str] = []
    client = aws.with_json_replies(boto3.client("dynamodb", config=Config(read_timeout=60)))
    client.meta.events.register("before-call.dynamodb.*", lambda model, **_: reads.append(model.name))
    call = calls_with(client=client)

    # When it is asked for in another zone, whose days are parts of two
    delhi = call(f"{PATH}/{campaign}/stats", "from=2026-11-22&to=2027-11-19&by=country&tz=Asia/Kolkata").json

    # Then the calls do not grow with the clicks
    assert delhi["totals"]["clicks"] == 363 * 2400
    assert len(reads) <= 20
    client.close()


def test_clicks_are_exported_one_by_one(call: Call, world: World, campaign: str) -> None:
    world.click(
        campaign, 2, platform="IPhone", country="DE", referrer="https://a.example/x", source="bio", visitor="a" * 16
    )
    world.pass_hours(1)
    world.click(campaign, 1, agent="Googlebot/2.1")

    answer = call(f"{PATH}/{campaign}/clicks.csv", "from=2026-11-21&to=2026-11-21")

    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == f'attachment; filename="clicks-{campaign}.csv"'
    assert tuple(answer.rows[0]) == CLICK_COLUMNS
    assert [row["bot"] for row in answer.rows] == ["no", "no", "yes"]
    assert [row["time"] for row in answer.rows] == sorted(row["time"] for row in answer.rows)
    expected = {
        "platform": "IPhone",
        "country": "DE",
        "referrer": "https://a.example/x",
        "browser": "Chrome",
        "os": "Linux",
    }
    assert answer.rows[0] | expected | {"source": "bio", "visitor": "a" * 16} == answer.rows[0]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
@pytest.mark.parametrize("call_number", range(1, 7))
def test_an_hour_that_is_settled_meanwhile_counts_once(
    call: Call, world: World, campaign: str, call_number: int, zone: str
) -> None:
    # Given an hour that is due to be settled
    world.roll_up(world.click(campaign, 3, country="DE"))
    world.pass_hours(3)
    number_of_calls = 0

    def settle(**_: object) -> None:
        nonlocal number_of_calls
        number_of_calls += 1
        if number_of_calls == call_number:
            world.settle(campaign)

    # When that is done before one of the report's calls
    with at_call(aws.dynamodb(), "before-call.dynamodb", settle):
        found = call(f"{PATH}/{campaign}/stats", f"from=2026-11-21&to=2026-11-21&by=country&tz={zone}").json

    # Then its clicks are shown, and not twice
    assert found["totals"]["clicks"] == 3
    assert found["breakdown"] == [{"name": "DE", "clicks": 3}]


def test_settled_hours_without_clicks_are_not_read(call: Call, world: World, campaign: str) -> None:
    world.click(campaign, 2)
    world.pass_hours(30)
    world.settle(campaign)
    looked: set[str] = set()

    def note(params: Any, **_: object) -> None:
        looked.update(re.findall(rf"{campaign}#(\d+-\d\d-\d\dT\d\d)#", str(params["body"])))

    with at_call(aws.dynamodb(), "before-call.dynamodb.Query", note):
        assert len(call(f"{PATH}/{campaign}/clicks.csv", "from=2026-11-21").rows) == 2
    assert 1 <= len(looked) <= 4


def test_expired_clicks_are_gone_even_if_they_are_still_there(call: Call, world: World, campaign: str) -> None:
    world.click(campaign, 2)
    world.pass_hours(2)
    world.settle(campaign)
    world.pass_hours(91 * 24)

    assert call(f"{PATH}/{campaign}/clicks.csv", "from=2026-11-21&to=2026-11-22").rows == []


def test_an_export_that_runs_out_of_time_goes_on_at_its_link(
    calls_with: Callable[..., Call], world: World, campaign: str
) -> None:
    # Given time for one click a call
    for _ in range(3):
        world.click(campaign, 2)
        world.pass_hours(1)
    call = calls_with(export_seconds=0.0)

    # When the links are followed to the end
    seen: list[str] = []
    query = "from=2026-11-21"
    while query:
        answer = call(f"{PATH}/{campaign}/clicks.csv", query)
        seen += [row["click"] for row in answer.rows]
        query = answer.headers.get("link", "").partition("?")[2].partition(">")[0]
        assert len(seen) <= 6

    # Then every click was there once
    assert len(set(seen)) == len(seen) == 6


def test_an_export_too_large_for_a_reply_is_fetched_from_the_store(
    calls_with: Callable[..., Call], world: World, campaign: str
) -> None:
    # Given more clicks than fit into one reply
    world.click(campaign, 30, referrer="https://a.example/" + "x" * 200)

    answer = calls_with(in_reply=2_000)(f"{PATH}/{campaign}/clicks.csv", "from=2026-11-21&to=2026-11-21")

    assert answer.status == 303
    fetched = requests.get(answer.headers["location"], timeout=10)
    assert fetched.status_code == 200
    assert fetched.headers["content-type"].startswith("text/csv")
    assert len(fetched.text.splitlines()) == 31


def test_parts_are_sent_as_they_fill() -> None:
    class Store:
        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def create_multipart_upload(self, **_: str) -> dict[str, str]:
            return {"UploadId": "u"}

        def upload_part(self, **part: Any) -> dict[str, str]:
            self.parts.append(part["Body"])
            return {"ETag": str(part["PartNumber"])}

        def complete_multipart_upload(self, **done: Any) -> None:
            assert done["MultipartUpload"]["Parts"] == [{"ETag": "1", "PartNumber": 1}, {"ETag": "2", "PartNumber": 2}]

        def generate_presigned_url(self, *_: object, **__: object) -> str:
            return "https://store.example/"

    store = Store()
    download = downloads.Download(store, "b", "k", "text/csv", "f.csv")  # type: ignore[arg-type]
    line = "x" * 1_000_000
    for _ in range(9):
        download.write(line)

    assert download.finish() == (None, "https://store.example/")
    assert [len(part) for part in store.parts] == [8_000_000, 1_000_000]


def test_a_qr_code_leads_to_the_tracking_link(call: Call, campaign: str) -> None:
    plain = call(f"{PATH}/{campaign}/qr.svg")
    tagged = call(f"{PATH}/{campaign}/qr.svg", "src=poster+A")

    assert (plain.status, plain.headers["content-type"]) == (200, "image/svg+xml")
    assert "<title>https://signpost.example/track/summer</title>" in plain.text
    assert "<title>https://signpost.example/track/summer?src=poster+A</title>" in tagged.text
    assert plain.text != tagged.text


def test_a_qr_code_has_the_same_address_as_the_link(
    call: Call, campaign: str, campaign_reports: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "https://signpost.example/track/" in call(f"{PATH}/{campaign}/qr.svg", host="evil.example").text

    told = campaign_reports.SETTINGS._replace(public_url="https://links.example")
    monkeypatch.setattr(campaign_reports, "SETTINGS", told)
    assert "<title>https://links.example/track/summer</title>" in call(f"{PATH}/{campaign}/qr.svg").text


@pytest.mark.parametrize("source", ["x" * 65, "x" * 5000, "%C3%A4" * 33])
def test_a_source_that_would_be_cut_is_refused(call: Call, campaign: str, source: str) -> None:
    answer = call(f"{PATH}/{campaign}/qr.svg", f"src={source}")

    assert (answer.status, answer.json["msg"].partition(" use")[0]) == (422, "src:")
    assert call(f"{PATH}/{campaign}/qr.svg", f"src={'%C3%A4' * 32}").status == 200


@pytest.mark.parametrize("report", ["stats", "clicks.csv", "qr.svg"])
def test_reports_are_for_the_administrator_and_for_campaigns_that_exist(call: Call, campaign: str, report: str) -> None:
    assert call(f"{PATH}/{campaign}/{report}", authorization="Basic eDp5").status == 401
    for missing in ("abc", "7", "9" * 30):
        answer = call(f"{PATH}/{missing}/{report}")
        assert (answer.status, answer.json) == (404, {"status": "error", "msg": "There is no campaign with this id."})
    assert call(f"/admin/campains/{campaign}/{report}").status == 200


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("stats", "from=x", "from"),
        ("stats", "tz=Mars/Olympus", "tz"),
        ("stats", "interval=week", "interval"),
        ("stats", "by=colour", "by"),
        ("clicks.csv", "cursor=x", "cursor"),
        ("clicks.csv", "to=x", "to"),
        ("clicks.csv", "interval=hour", "interval"),
        ("stats", "zone=Europe/Berlin", "zone"),
        ("qr.svg", "source=bio", "source"),
    ],
)
def test_what_cannot_be_reported_is_refused(call: Call, campaign: str, path: str, query: str, field: str) -> None:
    answer = call(f"{PATH}/{campaign}/{path}", query)

    assert (answer.status, answer.json["status"]) == (422, "error")
    assert answer.json["msg"].startswith(f"{field}:")


def test_all_campaigns_are_added_up_and_compared(
    call: Call, world: World, campaign: str, campaign_reports: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given clicks on a link a week ago and now, and now on another one, some of them not settled
    overall = campaign_reports.wiring.build_overall(campaign_reports.SETTINGS, clock=lambda: world.now)
    monkeypatch.setattr(campaign_reports, "OVERALL", overall)
    creation = Creation(redirect_url="https://shop.example/", slug="winter")
    other = Campaign.create(int(world.campaign()), creation, world.now)
    assert CampaignStore(aws.dynamodb(), "Campaigns").create(other)
    world.roll_up(world.click(campaign, 2))
    world.now = START + 7 * DAY + 60
    world.settle(campaign, str(other.id))
    world.roll_up(world.click(campaign, 3) + world.click(str(other.id), 5))

    found = call("/admin/stats", "from=2026-11-28&compare=week").json

    # Then they are added up, up to now, and up to the same time a week ago
    assert (found["campaigns"], found["totals"]["clicks"], found["previous"]["totals"]["clicks"]) == (2, 8, 2)
    assert [point["clicks"] for point in found["series"]] == [8]
    assert [(each["slug"], each["clicks"], each["previous_clicks"]) for each in found["top"]] == [
        ("winter", 5, 0),
        ("summer", 3, 2),
    ]
    # And the days before are seven for seven days
    week = call("/admin/stats", "from=2026-11-22&compare=previous").json
    assert (week["previous"]["start"], week["previous"]["totals"]["clicks"]) == ("2026-11-15T00:00:00+00:00", 2)
    assert call("/admin/stats").json["previous"] is None
    for too_early in ("2026-01-01", "2020-01-01"):
        refused = call("/admin/stats", f"from={too_early}")
        assert (refused.status, "at most 92 days" in refused.json["msg"]) == (422, True)
