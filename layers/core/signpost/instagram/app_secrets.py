"""The secrets that we share with Meta, as stored in Secrets Manager. docs/operations.md says where each comes from.

MetaApps       {"facebook_app_id", "facebook_app_secret", "facebook_config_id", "instagram_app_id",
               "instagram_app_secret", "verify_token", "webhook_secrets": [further signing secrets, during a change]}
LoginStateKey  {"key", "old_key": its predecessor, until the logins that it signed are over}
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

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
    def secret(name: str) -> SecretText:
        return SecretText(str(fields.get(name) or ""))

    return MetaApps(
        MetaApp(
            str(fields.get("facebook_app_id") or ""),
            secret("facebook_app_secret"),
            str(fields.get("facebook_config_id") or ""),
        ),
        MetaApp(str(fields.get("instagram_app_id") or ""), secret("instagram_app_secret")),
        secret("verify_token"),
        tuple(SecretText(str(each)) for each in fields.get("webhook_secrets") or () if each),
    )


def login_keys(fields: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The keys for login states: the first one signs, the others are only accepted."""
    return tuple(str(fields[name]).encode() for name in ("key", "old_key") if fields.get(name))
