"""Builds clients for Meta's two products, with our apps as their secret holds them at that moment."""

from collections.abc import Callable
from typing import Final, NamedTuple

import requests

from signpost.instagram.app_secrets import NO_APPS, MetaApps, meta_apps
from signpost.instagram.graph.client import Graph
from signpost.instagram.products import GraphSettings, Provider
from signpost.platform import aws
from signpost.platform.secrets import JsonSecret

_DEFAULTS: Final = GraphSettings()


class Settings(NamedTuple):
    """Where Meta's APIs are, and the name of the secret that holds our apps."""

    graph_version: str
    graph_fb_base: str
    graph_ig_base: str
    meta_apps_secret: str


class Graphs:
    """Gives the client of a product. The apps in `settings` are replaced by those that `apps` gives."""

    def __init__(self, apps: Callable[[], MetaApps], settings: GraphSettings, session: requests.Session) -> None:
        self._apps, self._settings, self._session = apps, settings, session

    def __call__(self, provider: Provider) -> Graph:
        """Raises `Unavailable` when the secret cannot be read."""
        apps = self._apps()
        settings = self._settings._replace(facebook=apps.facebook, instagram=apps.instagram)
        return Graph(provider, settings, self._session)


def build(
    settings: Settings,
    *,
    defaults: GraphSettings = _DEFAULTS,
    apps: Callable[[], MetaApps] | None = None,
    session: requests.Session | None = None,
) -> Graphs:
    """`defaults` has what is not in `settings`: timeouts, and the hosts of login dialogs."""
    return Graphs(
        apps or JsonSecret(aws.secretsmanager(), settings.meta_apps_secret, meta_apps, NO_APPS).value,
        defaults._replace(
            version=settings.graph_version,
            facebook_graph=settings.graph_fb_base,
            instagram_graph=settings.graph_ig_base,
        ),
        session or requests.Session(),
    )
