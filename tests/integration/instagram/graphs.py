"""Has calls to Meta go to the stand-in."""

import pytest

from local.meta import Meta
from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.graph import wiring
from signpost.instagram.products import MetaApp
from signpost.instagram.secret_text import SecretText


def settings(meta: Meta) -> wiring.Settings:
    """Where the stand-in's APIs are; for use with `apps`, not with a secret."""
    given = meta.settings()
    return wiring.Settings(given["GRAPH_VERSION"], given["GRAPH_FB_BASE"], given["GRAPH_IG_BASE"], meta_apps_secret="")


def apps(meta: Meta) -> MetaApps:
    """The stand-in's apps."""
    facebook, instagram = (MetaApp(app.id, SecretText(app.secret)) for app in (meta.facebook, meta.instagram))
    return MetaApps(facebook, instagram, SecretText(meta.facebook.verify_token))


def lead_to(meta: Meta, graphs: wiring.Graphs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its addresses; the ids and secrets of the apps stay those of the secret."""
    given = meta.settings()
    settings = graphs._settings._replace(
        facebook_graph=given["GRAPH_FB_BASE"],
        facebook_dialog=given["FB_DIALOG_BASE"],
        instagram_graph=given["GRAPH_IG_BASE"],
        instagram_oauth=given["IG_OAUTH_BASE"],
        instagram_authorize=given["IG_AUTHORIZE_URL"],
    )
    monkeypatch.setattr(graphs, "_settings", settings)


def trust(meta: Meta, graphs: wiring.Graphs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in's apps, whatever the secret holds."""
    monkeypatch.setattr(graphs, "_apps", lambda: apps(meta))
