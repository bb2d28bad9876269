"""Videos are fetched before they are asked for, so their world is that of fetches."""

from tests.integration.instagram.fetch.conftest import world

__all__ = ["world"]
