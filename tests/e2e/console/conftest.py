"""One running stack for a file of tests, and browsers that are logged in to its console."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.e2e.browser import SEEN_MS
from tests.e2e.console.pages import WIDE, fill_in
from tests.e2e.instagram import Scene, scene


@pytest.fixture(scope="module")
def here() -> Iterator[Scene]:
    with scene() as running:
        yield running


@pytest.fixture
def visit(chromium: Browser, here: Scene) -> Iterator[Callable[..., Page]]:
    """Opens fresh browsers, logged in. Their pages say nothing on the console, and ask no other host for anything.

    Only uploads go to the store of uploads.
    """
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def is_ours(asked: Request) -> bool:
        uploads = f"{here.stack.aws_endpoint}/exportfiles"
        return asked.url.startswith(here.stack.url) or (asked.method == "POST" and asked.url == uploads)

    def open_page(*, log_in: bool = True, **options: Any) -> Page:
        context = chromium.new_context(viewport=options.pop("viewport", WIDE), **options)
        contexts.append(context)
        context.set_default_timeout(SEEN_MS)
        context.on("weberror", lambda error: said.append(str(error.error)))
        context.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        context.on("request", lambda asked: None if is_ours(asked) else said.append(asked.url))
        page = context.new_page()
        if log_in:
            page.goto(f"{here.stack.url}/fp")
            fill_in(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
