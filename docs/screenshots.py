"""Takes the pictures of the console in docs/images, from a running `make run`.

Run by `make screenshots`.
"""  # noqa: INP001  (a script, not a package)

import os
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.e2e.browser import noted

FOLDER = Path(__file__).parent / "images"
URL = f"http://127.0.0.1:{os.environ.get('PORT') or 3000}"
USER, PASSWORD = "admin", "local-demo-password"  # of the demo, as `make run` prints them
WIDTH, HEIGHT = 1280, 940
LINK = "bio"
ZONES = ("Europe/Copenhagen", "America/New_York", "Pacific/Auckland", "Asia/Tokyo", "Asia/Dubai", "America/Anchorage")
EVENING = 18  # o'clock: then there is a day to see
_WAIT_MS = 60_000


def zone() -> str:
    """One in which it is about evening."""
    return min(ZONES, key=lambda name: abs(datetime.now(ZoneInfo(name)).hour - EVENING))


def log_in(page: Page) -> None:
    page.goto(f"{URL}/fp/login")
    page.get_by_label("Name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/fp")
    page.goto(f"{URL}/fp/zone")
    page.locator("#chosen").select_option(zone())
    page.get_by_role("button", name="Use this zone").click()
    page.wait_for_url("**/fp?done=zone")


def take(page: Page, name: str) -> None:
    """Once its pictures are there. In 256 colours, which is enough for flat ones and a third of the size."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('.toasts').forEach(each => each.remove())")
    picture = Image.open(BytesIO(page.screenshot()))
    picture.convert("RGB").quantize(256).save(FOLDER / name, optimize=True)


def main() -> int:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=noted(), args=["--no-sandbox", "--disable-lcd-text"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(_WAIT_MS)
        log_in(page)
        page.goto(f"{URL}/fp")
        take(page, "overview.png")
        page.goto(f"{URL}/fp/links?q={LINK}")
        page.get_by_role("link", name=LINK, exact=True).click()
        page.get_by_role("heading", name="Clicks", exact=True).wait_for()
        take(page, "link.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
