"""Settings that direct calls to the stand-in for Meta."""

from local.meta import Meta
from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.graph import wiring
from signpost.instagram.products import MetaApp
from signpost.instagram.secret_text import SecretText


def settings(meta: Meta) -> wiring.Settings:
    """The addresses of its APIs; to be used with `apps` instead of a secret."""
    given = meta.settings()
    return wiring.Settings(given["GRAPH_VERSION"], given["GRAPH_FB_BASE"], given["GRAPH_IG_BASE"], meta_apps_secret="")


def apps(meta: Meta) -> MetaApps:
    """Its apps."""
    facebook, instagram = (MetaApp(app.id, SecretText(app.secret)) for app in (meta.facebook, meta.instagram))
    return MetaApps(facebook, instagram, SecretText(meta.facebook.verify_token))
