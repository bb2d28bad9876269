"""A client for each of Meta's products, with our apps as their secret has them at that moment."""

from typing import TYPE_CHECKING

import requests

from signpost.instagram.graph.client import Graph
from signpost.instagram.products import GraphSettings, Provider

if TYPE_CHECKING:
    from signpost.instagram.app_secrets import MetaApps
    from signpost.platform.secrets import JsonSecret


class Graphs:
    """`settings` has the addresses; the apps in it are replaced by those of the secret."""

    def __init__(
        self, apps: "JsonSecret[MetaApps]", settings: GraphSettings, session: requests.Session | None = None
    ) -> None:
        self._apps, self._settings, self._session = apps, settings, session or requests.Session()

    def __call__(self, provider: Provider) -> Graph:
        """Raises `Unavailable` when the secret cannot be read."""
        apps = self._apps.value()
        settings = self._settings._replace(facebook=apps.facebook, instagram=apps.instagram)
        return Graph(provider, settings, self._session)
