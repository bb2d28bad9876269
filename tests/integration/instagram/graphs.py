"""Has calls to Meta go to the stand-in."""

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
