"""The console in a real Chromium: every page in light, dark and at phone width, and what somebody does there."""

import itertools
import json
import threading
import time
from collections.abc import Callable

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from local.demo import conversations
from tests.e2e.browser import SEEN_MS
from tests.e2e.conftest import PASSWORD, USER
from tests.e2e.console.pages import AXE, LOOKS, PHONE, Scheme, fill_in
from tests.e2e.instagram import Scene

pytestmark = pytest.mark.slow

PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
OPEN = ("/fp/login", "/docs")
SLUGS = (f"link{each}" for each in itertools.count())


@pytest.fixture(scope="module")
def link(here: Scene) -> str:
    """A link with clicks; its page."""
    made = create(here, "autumn-box")
    for source in ("bio", "story", "bio"):
        click(here, "autumn-box", source)
    return f"/fp/links/{made}"


@pytest.fixture(scope="module")
def account(here: Scene) -> str:
    """A connected account with posts, which one app shows and another is asked to; its page."""
    username = "kiln.and.clay.demo"
    for app_id in ("bakery", "market"):
        here.save_app(app_id, feeds=[f"@{username}"])
    here.connect("instagram", username, "bakery")
    here.ask("instagram", username, "market")
    install = f"instagram-{here.meta.account(username).id}"
    here.until(lambda: here.posts(install) > 8, "its posts are stored")
    return f"/fp/accounts/{install}"


@pytest.fixture(scope="module")
def people(here: Scene) -> str:
    """People who talk; the page about them."""
    conversations.talk(here.stack.url, here.stack.sent_sms, threading.Event())
    return "/fp/conversations"


def create(here: Scene, slug: str) -> int:
    body = {"redirect_url": f"https://nora-bakes.example.com/{slug}", "slug": slug, "platforms": ["IPhone"]}
    reply = requests.post(f"{here.stack.url}/admin/campaigns", json=body, auth=(USER, PASSWORD), timeout=30)
    made: int = reply.json()["id"]
    return made


def click(here: Scene, slug: str, source: str = "") -> None:
    address = f"{here.stack.url}/track/{slug}?src={source}"
    requests.get(address, allow_redirects=False, headers={"user-agent": PERSON}, timeout=30).raise_for_status()


def give_up(here: Scene, install: str) -> None:
    """A fetch that was given up."""
    sqs = here.stack.client("sqs")
    body = json.dumps({"install": install, "why": "webhook"})
    sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="MediaFetchFailures")["QueueUrl"], MessageBody=body)


def test_pages_can_be_used_by_everybody_on_any_screen(
    here: Scene, link: str, account: str, people: str, visit: Callable[..., Page]
) -> None:
    pages = ["/fp", "/fp/links", "/fp/links?new", "/fp/links?q=nothing", link, f"{link}/edit", f"{link}/delete"]
    pages += [f"{link}?period={each}" for each in ("24h", "12m")] + ["/fp/accounts", "/fp/zone", "/docs"]
    pages += [account, f"{account}?period=12m&sort=reach&page=2", f"{account}/disconnect"]
    pages += ["/", "/fp?admin=1", people, "/fp/operations", "/fp/operations/MediaFetchFailures"]
    give_up(here, "instagram-1")
    for scheme, viewport in LOOKS:
        page = visit(color_scheme=scheme, viewport=viewport)
        for address in pages:
            page.goto(here.stack.url + address)
            page.wait_for_load_state("networkidle")
            found = Axe().run(page, options=AXE)

            assert found.violations_count == 0, f"{address}, {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
            assert page.title().endswith("· Signpost")


def test_what_people_say_is_counted(here: Scene, people: str, visit: Callable[..., Page]) -> None:
    # Given five people with three conversations
    page = visit()
    page.goto(here.stack.url + people)

    # Then the page says so within seconds
    counted = {"Users": "5", "Conversations": "3", "Messages today": "6", "People active today": "5"}
    for name, number in counted.items():
        tile = page.locator("dl").get_by_text(name, exact=True).locator("..").locator(".value")
        expect(tile).to_have_text(number)


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
def test_a_login_says_what_is_wrong_and_leads_on(
    scheme: Scheme, viewport: ViewportSize, here: Scene, visit: Callable[..., Page]
) -> None:
    page = visit(log_in=False, color_scheme=scheme, viewport=viewport)
    page.goto(f"{here.stack.url}/fp/links?new")
    assert Axe().run(page, options=AXE).violations_count == 0

    fill_in(page)

    expect(page.get_by_role("heading", name="New link")).to_be_visible()
    assert page.url.endswith("/fp/links?new")


def test_a_wrong_password_is_said(chromium: Browser, here: Scene) -> None:
    page = chromium.new_page()  # with a console message of Chromium's own, as for each refusal
    page.goto(f"{here.stack.url}/fp/login")
    fill_in(page, "wrong")

    expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    assert Axe().run(page, options=AXE).violations_count == 0
    page.close()


def test_a_link_is_made_clicked_and_deleted_and_its_figures_follow(here: Scene, visit: Callable[..., Page]) -> None:
    slug = next(SLUGS)
    page = visit(permissions=["clipboard-read", "clipboard-write"])

    # When a link is made and copied
    page.goto(f"{here.stack.url}/fp/links?new")
    page.get_by_label("Where it leads").fill("https://shop.example/autumn")
    page.get_by_label("Short name").fill(slug)
    page.get_by_role("button", name="Create link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{here.stack.url}/track/{slug}"

    # Then a click shows without loading the page again
    page.get_by_role("link", name="7 d", exact=True).click()
    page.evaluate("window.notLoadedAgain = true")
    click(here, slug)
    expect(page.get_by_text("Clicks, 7 days").locator("..").locator(".value")).to_have_text("1", timeout=40_000)
    assert page.evaluate("window.notLoadedAgain")

    # And a dialog asks before the link goes
    page.get_by_role("link", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Keep it")).to_be_focused()
    assert Axe().run(page, options=AXE).violations_count == 0
    dialog.get_by_role("link", name="Keep it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Delete").click()
    dialog.get_by_label(f"Type {slug} to confirm").fill(slug)
    dialog.get_by_role("button", name="Delete link").click()
    expect(page.get_by_text("The link was deleted.")).to_be_visible()


def test_a_chart_is_read_with_the_keyboard(here: Scene, link: str, visit: Callable[..., Page]) -> None:
    page = visit()
    page.goto(here.stack.url + link)

    chart = page.locator(".plot")
    last, before = chart.locator(".pt").nth(-1), chart.locator(".pt").nth(-2)
    last.focus()
    expect(last.locator(".tip")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(before).to_be_focused()
    expect(before.locator(".tip")).to_be_visible()
    page.keyboard.press("Home")
    expect(chart.locator(".pt").first).to_be_focused()


def test_everything_works_without_scripts(here: Scene, visit: Callable[..., Page]) -> None:
    slug = next(SLUGS)
    page = visit(java_script_enabled=False, viewport=PHONE)

    page.goto(f"{here.stack.url}/fp/links?new")
    page.get_by_label("Where it leads").fill("https://shop.example/autumn")
    page.get_by_label("Short name").fill(slug)
    page.get_by_role("button", name="Create link").click()
    expect(page.get_by_label("Short link")).to_have_value(f"{here.stack.url}/track/{slug}")
    page.get_by_text("As a table").click()
    expect(page.get_by_role("columnheader", name="Time")).to_be_visible()
    page.get_by_role("link", name="Delete").click()
    page.locator("main").get_by_label(f"Type {slug} to confirm").fill(slug)
    page.get_by_role("button", name="Delete link").click()
    expect(page.get_by_role("heading", name="Links")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_was_given_up_is_put_back(scripts: bool, here: Scene, visit: Callable[..., Page]) -> None:
    give_up(here, "instagram-2")
    page = visit(java_script_enabled=scripts, viewport=PHONE)
    page.goto(f"{here.stack.url}/")
    page.get_by_role("link", name="Open the console").click()
    page.get_by_role("link", name="See why").first.click()
    expect(page.get_by_text("install instagram-2")).to_be_visible()

    page.get_by_role("link", name="Put back media-fetch").click()
    page.get_by_role("button", name="Put back").click()

    expect(page.get_by_text("The messages are being put back.")).to_be_visible()
    expect(page.get_by_text("install instagram-2")).to_have_count(0)


def test_the_menu_of_a_phone_logs_out_and_the_back_button_shows_nothing(
    here: Scene, visit: Callable[..., Page]
) -> None:
    page = visit(viewport=PHONE)
    page.goto(f"{here.stack.url}/fp/accounts")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()

    page.go_back()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_another_sites_page_cannot_show_the_console(here: Scene, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{here.signpost.pages.url}/")
    page.evaluate(f"document.body.innerHTML = '<iframe src=\"{here.stack.url}/fp/login\"></iframe>'")
    deadline = time.monotonic() + SEEN_MS / 1000
    while len(page.frames) < 2 or page.frames[1].url in {"", "about:blank"}:
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)

    assert page.frames[1].url.startswith("chrome-error:")
    page.close()
