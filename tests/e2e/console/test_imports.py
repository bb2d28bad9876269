"""Instagram's export in a real Chromium: uploaded with and without scripts, understood, and seen in reports."""

from collections.abc import Callable, Mapping

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from tests import exports
from tests.e2e.console.pages import AXE, LOOKS, PHONE
from tests.e2e.instagram import Scene

pytestmark = pytest.mark.slow

USERNAME = "nora.bakes.demo"
SYNCED_MS = 300_000  # a first sync of some hundred posts, on a busy machine


@pytest.fixture(scope="module")
def member(here: Scene) -> str:
    """A connected account whose first sync has ended."""
    here.save_app("imports", feeds=[f"@{USERNAME}"])
    here.connect("facebook", "nora", "imports")
    found: str = here.meta.account(USERNAME).id
    made = {"S": found}
    here.until(lambda: any(each["id"] == made and "snapshot" in each for each in here.items("Members")), "its reports")
    return found


def zipped(file: str, lists: Mapping[str, str], owner: str = USERNAME) -> FilePayload:
    files = {f"{exports.FOLDER}/{list_}.json": content for list_, content in lists.items()}
    content = exports.packed({**files, exports.PROFILE: exports.profile(owner)})
    return {"name": file, "mimeType": "application/zip", "buffer": content}


def people(*names: str) -> Mapping[str, str]:
    return {"followers_1": exports.followers(*names)}


def begin(page: Page) -> None:
    """An import takes files for an hour; only without one does the page offer to begin one."""
    button = page.get_by_role("button", name="Import an export")
    expect(button.or_(page.get_by_label("The zip, or a file"))).to_be_visible()
    if button.is_visible():
        button.click()


def test_an_export_is_uploaded_understood_and_seen_in_reports(
    here: Scene,
    member: str,
    visit: Callable[..., Page],
) -> None:
    # Given a report that wants the list of followers, and leads to where it comes from
    page = visit()
    page.goto(f"{here.stack.url}/fp/reports/{member}/ghost-followers")
    page.get_by_role("link", name="Import Instagram's export").click(timeout=SYNCED_MS)

    # When somebody uploads it, first a wrong one
    begin(page)
    page.get_by_label("The zip, or a file").set_input_files(zipped("other.zip", people("ada"), owner="somebody.else"))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("This export belongs to another account.")).to_be_visible(timeout=SYNCED_MS)
    page.get_by_label("The zip, or a file").set_input_files(zipped('<b>"my".zip', people("ada", "bob", "cleo")))
    page.get_by_role("button", name="Upload").click()

    # Then it is understood, and reports use it
    expect(page.get_by_role("row", name="Followers 3")).to_be_visible(timeout=SYNCED_MS)
    expect(page.get_by_text("Reports have them, as of")).to_be_visible(timeout=SYNCED_MS)
    page.goto(f"{here.stack.url}/fp/reports/{member}/ghost-followers")
    expect(page.get_by_role("row").filter(has_text="cleo")).to_be_visible()
    page.goto(f"{here.stack.url}/fp/accounts/{member}")
    expect(page.get_by_role("row", name="Followers 3 accounts")).to_be_visible()


def test_an_export_is_uploaded_without_scripts(
    here: Scene,
    member: str,
    visit: Callable[..., Page],
) -> None:
    page = visit(java_script_enabled=False, viewport=PHONE)
    page.goto(f"{here.stack.url}/fp/accounts/{member}/imports")
    begin(page)
    page.get_by_label("The zip, or a file").set_input_files(
        zipped("plain.zip", {"following": exports.following("dan", "eve")})
    )
    page.get_by_role("button", name="Upload").click()

    # Then S3 leads back to the page, which shows what became of it
    page.wait_for_url("**/imports?*key=*")

    def is_understood() -> bool:
        page.reload()
        return page.get_by_role("row", name="Following 2").is_visible()

    here.until(is_understood, "the export is understood")


def test_the_pages_can_be_used_by_everybody_on_any_screen(
    here: Scene,
    member: str,
    visit: Callable[..., Page],
) -> None:
    for scheme, viewport in LOOKS:
        page = visit(color_scheme=scheme, viewport=viewport)
        for address in (f"/fp/accounts/{member}/imports", "/fp?admin=1", f"/fp/members/{member}/delete"):
            page.goto(here.stack.url + address)
            page.wait_for_load_state("networkidle")
            found = Axe().run(page, options=AXE)

            assert found.violations_count == 0, f"{address}, {scheme}: {found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
