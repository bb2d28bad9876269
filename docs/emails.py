"""Writes the pictures in docs/emails: what the e-mails look like, with made-up data. Run by `make emails`.

Takes the browser that the tests of pages take.
"""  # noqa: INP001  (a script, not a package)

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, sync_playwright

from signpost.instagram.connection_states import DAY, ConnectionState
from signpost.instagram.products import Provider
from signpost.instagram.tokens.mails import compose
from signpost.instagram.tokens.steps import Step
from tests.e2e.browser import noted
from tests.installs import connected

NOW: Final = 1_795_244_400.0  # 2026-11-21T07:00:00Z
FOLDER: Final = Path(__file__).parent / "emails"
WIDTH: Final = 600
EMAILS: Final = {
    Step.FIRST_EMAIL: "first",
    Step.SECOND_EMAIL: "second",
    Step.PERMISSION_EMAIL: "permission",
    Step.MISSING_EMAIL: "missing",
}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


def page(email: Step) -> str:
    left = -DAY if email is Step.SECOND_EMAIL else 9 * DAY + 8 * 3600
    fields = {"state": ConnectionState.EXPIRING, "expires_at": NOW + left}
    install = connected(Provider.INSTAGRAM, "17841400000000001", "nora.bakes.demo", NOW, **fields)
    return compose(email, install, NOW, "https://api.signpost.example", "bakery-website").html


def take(browser: Browser, email: Step, scheme: Literal["light", "dark"], width: int = WIDTH) -> bytes:
    context = browser.new_context(viewport={"width": width, "height": 400}, color_scheme=scheme)
    tab = context.new_page()
    tab.set_content(page(email))
    picture = tab.screenshot(full_page=True)
    context.close()
    return smaller(picture)


def smaller(png: bytes) -> bytes:
    """The same picture, packed tighter than browsers do: flat areas and text want no filter (PNG, section 9)."""
    kept, packed, at = [png[:8]], b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunk = png[at : at + 12 + length]
        at += len(chunk)
        if chunk[4:8] == b"IDAT":
            packed += chunk[8:-4]
            continue
        if chunk[4:8] == b"IEND":
            width, _height, _depth, colour = struct.unpack(">IIBB", png[16:26])
            rows = unfiltered(zlib.decompress(packed), width, {2: 3, 6: 4}[colour])
            data = b"IDAT" + zlib.compress(b"".join(b"\0" + row for row in rows), 9)
            kept.append(struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data)))
        kept.append(chunk)
    return b"".join(kept)


def unfiltered(data: bytes, width: int, step: int) -> Iterator[bytes]:
    """The rows of a picture with `step` bytes for each pixel."""
    above = bytes(width * step)
    for start in range(0, len(data), width * step + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + width * step])
        for x, value in enumerate(row):
            left, up, corner = (row[x - step], above[x], above[x - step]) if x >= step else (0, above[x], 0)
            guess = left + up - corner
            near = min((left, up, corner), key=lambda each: abs(guess - each))
            row[x] = (value + (0, left, up, (left + up) // 2, near)[kind]) & 255
        above = bytes(row)
        yield above


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=noted(), args=["--no-sandbox", "--disable-lcd-text"])
        for email, name in EMAILS.items():
            for scheme in SCHEMES:
                (FOLDER / f"{name}-{scheme}.png").write_bytes(take(browser, email, scheme))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
