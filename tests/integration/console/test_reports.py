"""The console's pages of reports: every report of every account, for the administrator who is logged in."""

import csv
import html
import io
import json
import re
from collections.abc import Mapping

import pytest

from signpost.analytics.reports.registry import REPORTS
from tests.integration.analytics.account import DAY, HOSTILE, NOW, Connected
from tests.integration.console.conftest import Visitor
from tests.integration.console.test_pages import text
from tests.integration.tracking.world import World

NAMES = [report.name for report in REPORTS]


@pytest.fixture
def account(environment: Mapping[str, str], world: World) -> Connected:
    world.now = NOW
    made = Connected(environment)
    made.live()
    assert made.take() == "taken"
    return made


def test_every_report_of_an_account_can_be_seen(account: Connected, owner: Visitor) -> None:
    said = owner.get(f"/fp/reports/{account.member}")["body"]

    addresses = re.findall(rf'href="(/fp/reports/{account.member}/[^"]+)"', said)
    assert {each.rpartition("/")[2] for each in addresses} == set(NAMES)
    for address in addresses:
        page = owner.get(address)
        assert "@nora" in text(page)
        assert "<script>alert" not in page["body"]
        assert 'onerror="' not in html.unescape(re.sub(r">[^<]*<", "><", page["body"]))


def test_a_caption_is_shown_as_it_was_written(account: Connected, owner: Visitor) -> None:
    page = owner.get(f"/fp/reports/{account.member}/top-posts")

    assert HOSTILE in text(page)
    assert "<script>alert" not in page["body"]
    assert 'src="/instagram/pictures/' in page["body"]
    assert "javascript:" not in page["body"]
    assert "1,200" in text(page)


def test_the_account_of_the_old_front_panel_leads_to_its_reports(account: Connected, owner: Visitor) -> None:
    for wanted in (account.member, account.install.id):
        reply = owner.get(f"/fp?id={wanted}")
        assert (reply["statusCode"], reply["headers"]["location"]) == (303, f"/fp/reports/{wanted}")
        assert "Reports of @nora" in text(owner.get(f"/fp/reports/{wanted}"))
    # A name is looked for among the accounts
    assert owner.get("/fp/reports/nora")["headers"]["location"] == "/fp/accounts?id=nora"
    # The only account needs no choice
    assert owner.get("/fp/reports")["headers"]["location"] == f"/fp/reports/{account.member}"


def test_one_chooses_among_accounts(account: Connected, owner: Visitor, environment: Mapping[str, str]) -> None:
    Connected(environment, "<b>kiln</b>")

    page = owner.get("/fp/reports")

    assert "@nora" in text(page)
    assert "@<b>kiln</b>" in text(page)


def test_without_an_account_there_is_a_next_step(owner: Visitor) -> None:
    assert "Connect your first account" in text(owner.get("/fp/reports"))


def test_the_form_leads_to_the_report_the_range_and_the_zone(account: Connected, owner: Visitor) -> None:
    reply = owner.get(f"/fp/reports/{account.member}?report=growth&period=30d&tz=Europe%2FBerlin")

    assert reply["headers"]["location"] == f"/fp/reports/{account.member}/growth?period=30d&tz=Europe%2FBerlin"
    address = f"/fp/reports/{account.member}/top-posts"
    assert "1–3 of 3" in text(owner.get(address))
    chosen = owner.get(f"{address}?from=2026-11-19")
    assert "1–2 of 2" in text(chosen)
    assert "the chosen days" in text(chosen)
    assert "tz: use a name" in text(owner.get(f"{address}?tz=Mars"))


def test_a_range_ends_now(account: Connected, visitor: Visitor, world: World) -> None:
    world.now = NOW + 25 * DAY
    visitor.log_in()

    said = text(visitor.get(f"/fp/reports/{account.member}/top-posts?period=30d"))

    assert "1–2 of 2" in said


def test_a_report_is_downloaded_with_the_session(account: Connected, owner: Visitor) -> None:
    address = f"/fp/reports/{account.member}/top-posts"

    sheet, document = owner.get(f"{address}?format=csv"), owner.get(f"{address}?format=json")

    assert len(list(csv.reader(io.StringIO(sheet["body"])))) == 4
    assert len(json.loads(document["body"])["response"]["report-body"]["rows"]) == 3


def test_nobody_sees_reports_without_a_session(account: Connected, visitor: Visitor) -> None:
    for address in (
        "",
        f"/{account.member}",
        f"/{account.member}/top-posts",
        f"/{account.member}/top-posts?format=csv",
    ):
        reply = visitor.get(f"/fp/reports{address}", authorization=f"Bearer {account.token}")

        assert reply["statusCode"] == 303
        assert reply["headers"]["location"].startswith("/fp/login?next=")


def test_what_is_missing_has_its_next_step(account: Connected, owner: Visitor) -> None:
    said = owner.get(f"/fp/reports/{account.member}/ghost-followers")

    assert "The list of followers: missing" in text(said)
    assert f'href="/fp/accounts/{account.install.id}/imports"' in said["body"]
    assert "POST" not in text(said)
    assert "/fp/links?new" in owner.get(f"/fp/reports/{account.member}/link-clicks")["body"]


def test_the_account_s_page_says_what_its_reports_say(account: Connected, owner: Visitor) -> None:
    said = text(owner.get(f"/fp/accounts/{account.install.id}"))

    assert "Best time Friday, 07:00 Top posts 1,200 likes at most" in said
    assert "Link clicks Needs a link that names this account Growth +2 followers in 2 days" in said
    assert "Followers Needs your data export Followings Needs your data export" in said
    assert f"All {len(NAMES)} reports" in said


def test_a_first_sync_shows_how_far_it_is(owner: Visitor, environment: Mapping[str, str], world: World) -> None:
    world.now = NOW
    account = Connected(environment, backfill_stage="posts", backfill_passed=10, media_count=40)

    page = owner.get(f"/fp/reports/{account.member}/top-posts")

    assert "Fetching all posts: 10 of 40" in text(page)
    assert 'aria-valuenow="25"' in page["body"]
    assert "data-refreshes" in page["body"]


def test_an_unknown_report_or_account_is_not_found(account: Connected, owner: Visitor) -> None:
    assert owner.get(f"/fp/reports/{account.member}/top-secrets")["statusCode"] == 404
    assert owner.get("/fp/reports/17840000000000001/top-posts")["statusCode"] == 404
