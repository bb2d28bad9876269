"""Builds clients for Meta's two products, with our apps as they are in their secret at that moment."""

from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

import requests

from signpost.instagram.app_secrets import NO_APPS, MetaApps, meta_apps
from signpost.instagram.graph.client import Graph
from signpost.instagram.products import GraphSettings, Provider
from signpost.platform import aws
from signpost.platform.secrets import JsonSecret

Graphs = Callable[[Provider], Graph]  # raises `Unavailable` when the secret cannot be read
_DEFAULTS: Final = GraphSettings()


class Settings(NamedTuple):
    """Where Meta's APIs are, and the name of the secret that holds our apps."""

    graph_version: str
    graph_fb_base: str
    graph_ig_base: str
    meta_apps_secret: str


def build(
    settings: Settings,
    *,
    defaults: GraphSettings = _DEFAULTS,
    apps: Callable[[], MetaApps] | None = None,
    session: requests.Session | None = None,
    calls: Counter[Provider] | None = None,
) -> Graphs:
    """`defaults` has what is not in `settings`: timeouts, and the hosts of login dialogs.

    `calls`: where calls are counted.
    """
    current_apps = apps or JsonSecret(aws.secretsmanager(), settings.meta_apps_secret, meta_apps, NO_APPS).value
    shared_session = session or requests.Session()
    fixed = defaults._replace(
        version=settings.graph_version, facebook_graph=settings.graph_fb_base, instagram_graph=settings.graph_ig_base
    )

    def graph(provider: Provider) -> Graph:
        current = current_apps()
        return Graph(
            provider,
            fixed._replace(facebook=current.facebook, instagram=current.instagram),
            shared_session,
            calls=calls,
        )

    return graph
