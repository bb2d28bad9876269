"""A member in a real Chromium: logs in at Meta's dialog, sees one account, connects it again, logs out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import SEEN_MS
from tests.e2e.console.pages import AXE, LOOKS, PHONE, WIDE
from tests.e2e.instagram import Scene

pytestmark = pytest.mark.slow

KILN, LENA = "kiln.and.clay.demo", "lena.paints.demo"


@pytest.fixture
def browse(chromium: Browser, here: Scene) -> Iterator[Callable[..., Page]]:
    """Opens fresh browsers. Pages say nothing on the console; only the dialog is on another host."""
    contexts: list[BrowserContext] = []
    said: list[str] = []
    hosts = (here.stack.url, here.meta.url)

    def open_page(**options: Any) -> Page:
        context = chromium.new_context(viewport=options.pop("viewport", WIDE), **options)
        contexts.append(context)
        context.set_default_timeout(SEEN_MS)
        context.on("weberror", lambda error: said.append(str(error.error)))
        context.on("console", lambda message: said.append(f"{message.type}: {message.text} {message.page}"))
        context.on("request", lambda asked: None if asked.url.startswith(hosts) else said.append(asked.url))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


def allow(page: Page, provider: str, login: str) -> None:
    """Choose an account in the dialog, and allow everything."""
    expect(page.get_by_role("heading", name=f"Log in with {provider}")).to_be_visible()
    page.check(f"input[value='{login}']")
    page.get_by_role("button", name="Allow").click()


def log_in(page: Page, here: Scene, address: str = "/fp/login") -> None:
    page.goto(here.stack.url + address)
    page.get_by_role("link", name="Log in with Instagram").click()
    allow(page, "Instagram", KILN)


def test_a_member_sees_their_own_account_on_any_screen(here: Scene, browse: Callable[..., Page]) -> None:
    # Given another account, and a person who has never connected theirs
    here.save_app("bakery")
    here.connect("instagram", LENA, "bakery")
    others, account = here.meta.account(LENA).id, here.meta.account(KILN).id
    for scheme, viewport in LOOKS:
        page = browse(color_scheme=scheme, viewport=viewport)
        page.goto(f"{here.stack.url}/fp/login")
        assert Axe().run(page, options=AXE).violations_count == 0
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

        # When they log in
        log_in(page, here)

        # Then they see it, and it is being fetched
        expect(page.get_by_role("main")).to_contain_text(f"@{KILN}")
        assert page.url.partition("#")[0] == f"{here.stack.url}/fp"  # Meta appends a fragment
        here.until(lambda: here.posts(f"instagram-{account}") > 8, "its posts are stored")
        own = ["/fp", "/fp/zone", f"/fp/accounts/{account}", f"/fp/accounts/{account}/disconnect"]
        for address in [*own, f"/fp/reports/{account}", f"/fp/reports/{account}/top-posts"]:
            page.goto(here.stack.url + address)
            page.wait_for_load_state("networkidle")
            found = Axe().run(page, options=AXE)
            assert found.violations_count == 0, f"{address}, {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
            assert others not in page.content()
        # And nothing of the other one, nor of the administrator's
        for address in (f"/fp/accounts/{others}", f"/fp/reports/{others}/growth", "/fp/links", "/fp/operations"):
            reply = page.request.get(here.stack.url + address)
            assert reply.status == 403
            assert "You are logged in as a member" in reply.text()
        page.close()  # the next log-in ends this session, which its page would notice


def test_a_member_without_scripts_connects_again_and_logs_out(
    here: Scene,
    browse: Callable[..., Page],
) -> None:
    page = browse(java_script_enabled=False, viewport=PHONE)
    log_in(page, here, "/fp/login?next=/fp/zone")
    expect(page.get_by_role("heading", name="Time zone")).to_be_visible()
    page.get_by_role("link", name="Account", exact=True).click()

    page.get_by_role("link", name="Reconnect").click()
    allow(page, "Instagram", KILN)

    account = here.meta.account(KILN).id
    expect(page.get_by_role("button", name="Stop").or_(page.get_by_role("button", name="Sync now"))).to_be_visible()
    assert page.url.startswith(f"{here.stack.url}/fp/accounts/{account}")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in", exact=True)).to_be_visible()
    page.goto(f"{here.stack.url}/fp/accounts/{account}")
    expect(page.get_by_role("heading", name="Log in", exact=True)).to_be_visible()


def test_whoever_reaches_several_accounts_chooses_one(here: Scene, browse: Callable[..., Page]) -> None:
    page = browse(viewport=PHONE)
    page.goto(f"{here.stack.url}/fp/login")
    page.get_by_role("link", name="Log in with Facebook").click()
    allow(page, "Facebook", "ruth")

    expect(page.get_by_role("heading", name="Which account?")).to_be_visible()
    assert Axe().run(page, options=AXE).violations_count == 0
    chosen = page.get_by_role("button", name="@").last
    name = chosen.inner_text()
    chosen.click()
    expect(page.get_by_role("main")).to_contain_text(name)
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()


def test_whoever_declines_comes_back_to_the_login(here: Scene, chromium: Browser) -> None:
    page = chromium.new_page()  # with a console message of Chromium's own, as for each refusal
    page.goto(f"{here.stack.url}/fp/login")
    page.get_by_role("link", name="Log in with Instagram").click()
    page.check(f"input[value='{KILN}']")
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("link", name="Back to the console").click()

    expect(page.get_by_role("alert")).to_have_text("Instagram did not log you in. Nothing has changed.")
    page.close()
