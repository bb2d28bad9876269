"""The secrets that we share with Meta, as stored in Secrets Manager. docs/operations.md says where each comes from.

MetaApps       {"facebook_app_id", "facebook_app_secret", "facebook_config_id", "instagram_app_id",
               "instagram_app_secret", "verify_token", "webhook_secrets": [further signing secrets, during a change]}
LoginStateKey  {"key", "old_key": its predecessor, until the logins that it signed are over}
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from signpost.instagram.json_values import graph_id, text
from signpost.instagram.products import NO_APP, MetaApp
from signpost.instagram.secret_text import SecretText


class MetaApps(NamedTuple):
    facebook: MetaApp
    instagram: MetaApp
    verify_token: SecretText
    webhook_secrets: tuple[SecretText, ...] = ()

    @property
    def signing_secrets(self) -> tuple[SecretText, ...]:
        """The secrets that Meta may sign a delivery with. Without any, no delivery passes."""
        return tuple(
            secret for secret in (self.facebook.secret, self.instagram.secret, *self.webhook_secrets) if secret
        )


NO_APPS: Final = MetaApps(NO_APP, NO_APP, SecretText(""))
NO_KEYS: Final[tuple[bytes, ...]] = ()


def meta_apps(fields: Mapping[str, Any]) -> MetaApps:
    """Secrets are strings. Anything else counts as missing, because its text could be guessed."""

    def secret(name: str) -> SecretText:
        return SecretText(text(fields.get(name)) or "")

    def number(name: str) -> str:
        """Not secret, and often written without quotes."""
        return text(fields.get(name)) or graph_id(fields.get(name)) or ""

    further = fields.get("webhook_secrets")
    return MetaApps(
        MetaApp(number("facebook_app_id"), secret("facebook_app_secret"), number("facebook_config_id")),
        MetaApp(number("instagram_app_id"), secret("instagram_app_secret")),
        secret("verify_token"),
        # A string is a sequence too, but of characters.
        tuple(SecretText(each) for each in further if text(each)) if isinstance(further, list) else (),
    )


def login_keys(fields: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The keys for login states: the first one signs, the others are only accepted."""
    keys = (text(fields.get(name)) for name in ("key", "old_key"))
    return tuple(key.encode() for key in keys if key)
