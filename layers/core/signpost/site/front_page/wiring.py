"""Builds the front page."""

from typing import NamedTuple

from signpost.site.front_page.answers import FrontPage


class Settings(NamedTuple):
    fallback_url: str


def build(settings: Settings) -> FrontPage:
    return FrontPage(settings.fallback_url)
