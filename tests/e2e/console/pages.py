"""What tests of the console's pages share."""

from typing import Literal

from playwright.sync_api import Page, ViewportSize

from tests.e2e.conftest import PASSWORD, USER

WIDE, PHONE = ViewportSize(width=1280, height=860), ViewportSize(width=360, height=740)
# What axe cannot decide by itself is no finding, but nothing of what it found is left out either.
AXE = {"resultTypes": ["violations"]}
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[Scheme, ViewportSize]] = [("light", WIDE), ("dark", WIDE), ("light", PHONE)]


def fill_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(USER)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
