"""What an owner does with the console, in one go: connect an account, read its reports, make a link, see its click."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from local.meta.world import Account
from signpost.analytics.reports.registry import BY_NAME
from signpost.console.reports.names import NAMES
from tests.e2e.browser import SEEN_MS
from tests.e2e.console.pages import fill_in
from tests.e2e.instagram import Scene, failures, scene
from tests.e2e.test_instagram_pages import choose

pytestmark = pytest.mark.slow

POSTS = 150
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
# What Meta does not tell and the owner has not supplied yet.
UNKNOWN = {
    *("all-followers", "ghost-followers", "unrequited-followers", "booster-followers", "secret-admirers"),
    *("all-followings", "top-likers", "speechless-likers", "heartless-commenters", "most-popular-filters"),
    "link-clicks",
}


@pytest.fixture(scope="module")
def here() -> Iterator[Scene]:
    with scene() as running:
        yield running


@pytest.fixture
def account(here: Scene) -> Account:
    """A business with months of posts, which nobody has connected yet."""
    made = here.meta.add_account("journey.demo", name="Journey")
    here.meta.fill(made.username, POSTS, hours_apart=12)
    for each in range(3):
        here.meta.publish(made.username, f"Loaf {each} with @lena.paints.demo #bread")
        here.meta.comment(made.username, "Lovely", username=f"fan{each}.demo")
    here.meta.publish(made.username, product_type="STORY")
    return made


@pytest.fixture
def page(here: Scene, chromium: Browser) -> Iterator[Page]:
    """A browser whose pages say nothing on the console and ask nobody for anything but us, and Meta at the log-in."""
    said: list[str] = []
    ours = (here.stack.url, here.meta.url)
    with chromium.new_context(accept_downloads=True) as context:
        context.set_default_timeout(SEEN_MS)
        context.on("weberror", lambda error: said.append(str(error.error)))
        context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        context.on("request", lambda asked: None if asked.url.startswith(ours) else said.append(asked.url))
        yield context.new_page()
    assert said == []


def test_an_owner_connects_an_account_reads_its_reports_and_sees_a_link_s_click(
    here: Scene, account: Account, page: Page
) -> None:
    # Given an owner who logs in
    page.goto(f"{here.stack.url}/")
    page.get_by_role("link", name="Open the console").click()
    fill_in(page)

    # When they connect an account, its sync shows how far it is, and its end, without loading the page again
    connect(page, account)
    follow_the_sync(page, here, account)

    # Then each of the 25 reports answers, or says what is missing and how to supply it
    shown = {name: report(page, here, account, name) for name in BY_NAME}
    assert shown == {name: "missing" if name in UNKNOWN else "answered" for name in BY_NAME}
    download(page, here, account)

    # And a link of the account shows its first click by itself
    link = create_a_link(page, here, account)
    page.evaluate("window.notLoadedAgain = true")
    requests.get(link, allow_redirects=False, headers={"user-agent": PERSON}, timeout=60).raise_for_status()
    expect(page.locator("[data-part=all]")).to_have_text("1")
    assert page.evaluate("window.notLoadedAgain")
    assert failures(here) == {}


def connect(page: Page, account: Account) -> None:
    """From the console through Meta's dialog."""
    page.get_by_role("link", name="Accounts").first.click()
    page.get_by_role("link", name="Connect an account").first.click()
    page.get_by_role("link", name="With Instagram").click()
    choose(page, account, "instagram")
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("heading", name="Connected")).to_be_visible()


def follow_the_sync(page: Page, here: Scene, account: Account) -> None:
    page.goto(f"{here.stack.url}/fp/accounts")
    page.get_by_role("link", name=f"@{account.username}", exact=True).click()
    page.evaluate("window.notLoadedAgain = true")
    sync = page.locator("[data-part=sync]")
    expect(sync).to_contain_text("Sync is running")
    expect(sync.get_by_role("progressbar", name=f"Sync of @{account.username}")).to_be_visible()
    expect(sync).to_contain_text("Up to date")
    expect(page.locator("[data-part=connection]")).to_contain_text(f"Posts stored{POSTS + 3}")
    expect(page.locator("[data-part=posts] li.post").first).to_contain_text("Loaf 2")
    assert page.evaluate("window.notLoadedAgain")


def report(page: Page, here: Scene, account: Account, name: str) -> str:
    """Open a report: it is answered, or empty, or says what is missing and how to supply it."""
    page.goto(f"{here.stack.url}/fp/reports/{account.id}")
    page.get_by_role("link", name=NAMES[name].title, exact=True).click()
    expect(page.get_by_role("heading", name=NAMES[name].title, exact=True)).to_be_visible()
    shown = page.locator("[data-part=report]")
    missing = shown.get_by_role("heading", name="This report cannot be made yet")
    empty = shown.get_by_role("heading", name="Nothing to list")
    expect(missing.or_(empty).or_(shown.locator("tbody tr, .plot, .heat")).first).to_be_visible()
    if missing.is_visible():
        assert all(shown.locator(".absent dd").all_inner_texts())
        return "missing"
    return "empty" if empty.is_visible() else "answered"


def download(page: Page, here: Scene, account: Account) -> None:
    """The rows that the page shows, as CSV."""
    page.goto(f"{here.stack.url}/fp/reports/{account.id}/top-posts")
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").click()
    head, *rows = started.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert "likerscount" in head.split(",")
    assert len(rows) == POSTS + 3


def create_a_link(page: Page, here: Scene, account: Account) -> str:
    page.goto(f"{here.stack.url}/fp/links?new")
    page.get_by_label("Where it leads").fill("https://shop.example/journey")
    page.get_by_label("Instagram account").select_option(f"instagram-{account.id}")
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_role("link", name=f"@{account.username}")).to_be_visible()
    return page.get_by_label("Short link").input_value()
