"""Reports in a real Chromium, from an account's sync to its pages, in light, dark and at phone width."""

import time
from collections.abc import Callable

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from signpost.platform.ids import first_ulid
from tests.e2e import made_up
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.console.pages import AXE, LOOKS, PHONE
from tests.e2e.instagram import Scene

pytestmark = pytest.mark.slow

MEMBER = "17841499999999999"
# One of each shape.
SHAPES = (
    *("top-posts", "engagement-rate", "link-clicks", "when-posting", "best-time", "growth", "audience"),
    *("booster-followers", "all-followings", "most-popular-tags", "hashtag-lift", "media-types", "stories"),
)


@pytest.fixture(scope="module")
def known(here: Scene) -> str:
    """A member about whom everything is known."""
    now = time.time()
    version, packed = first_ulid(now), made_up.packed(MEMBER, "nora.bakes", now)
    here.stack.client("s3").put_object(Bucket="reportsnapshots", Key=f"snapshots/{MEMBER}/{version}", Body=packed)
    item = {
        "id": {"S": MEMBER},
        "kind": {"S": "member"},
        "username": {"S": "nora.bakes"},
        "created_at": {"N": str(now)},
        "snapshot": {"S": version},
        "snapshot_at": {"N": str(now)},
    }
    here.stack.client("dynamodb").put_item(TableName="Members", Item=item)
    return MEMBER


def test_every_kind_of_report_can_be_used_by_everybody_on_any_screen(
    known: str,
    here: Scene,
    visit: Callable[..., Page],
) -> None:
    pages = ["/fp/reports", f"/fp/reports/{known}", *(f"/fp/reports/{known}/{name}" for name in SHAPES)]
    for scheme, viewport in LOOKS:
        page = visit(color_scheme=scheme, viewport=viewport)
        for address in pages:
            page.goto(here.stack.url + address)
            page.wait_for_load_state("networkidle")
            found = Axe().run(page, options=AXE)

            assert found.violations_count == 0, f"{address}, {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
            assert page.title().endswith("· Signpost")


def test_reports_are_chosen_and_read_without_scripts(
    known: str,
    here: Scene,
    visit: Callable[..., Page],
) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)
    page.goto(f"{here.stack.url}/fp/reports/{known}/top-posts")
    expect(page.locator("tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("26–50 of 180")).to_be_visible()

    page.get_by_label("Report").select_option("best-time")
    page.get_by_label("Posts of").select_option("90d")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_role("heading", name="Best time")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_text("As a table").click()
    expect(page.get_by_role("columnheader", name="Sun")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == f"best-time-{known}.csv"


def test_an_account_s_report_shows_by_itself_when_its_first_sync_has_ended(
    here: Scene,
    visit: Callable[..., Page],
) -> None:
    # Given a client that connects an account, and gets its app token
    here.save_app("reports", feeds=["@nora.bakes.demo"])
    here.connect("facebook", "nora", "reports")
    account = here.meta.account("nora.bakes.demo").id
    page = visit()
    page.goto(f"{here.stack.url}/fp/reports/{account}/top-posts")

    # When its first sync has ended, its report shows, and the API answers the same
    expect(page.locator("tbody tr").first).to_be_visible(timeout=90_000)
    reply = requests.get(f"{here.stack.url}/reports/{account}/top-posts", auth=(USER, PASSWORD), timeout=60).json()
    first = reply["response"]["report-body"]["rows"][0]
    expect(page.locator("tbody tr").first).to_contain_text(f"{first['likerscount']:,}")
    assert requests.get(first["pic"], timeout=60).headers["content-type"].startswith("image/")


def test_a_report_is_a_page_of_its_own_for_who_has_no_session(
    known: str,
    here: Scene,
    visit: Callable[..., Page],
) -> None:
    login = {"username": USER, "password": PASSWORD}
    for scheme, viewport in LOOKS:
        page = visit(log_in=False, color_scheme=scheme, viewport=viewport, http_credentials=login)
        for name in ("best-time", "top-posts"):
            page.goto(f"{here.stack.url}/reports/{known}/{name}")
            page.wait_for_load_state("networkidle")
            found = Axe().run(page, options=AXE)

            assert found.violations_count == 0, f"{name}, {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="CSV")).to_be_hidden()
    expect(page.get_by_role("heading", name="Top posts")).to_be_visible()
