"""Everything that the stand-in remembers, and how it can be told to behave differently."""

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from local.meta.limits import Limits
from local.meta.tokens import Provider, Tokens
from local.meta.world import World

DEFAULT_VERSION: Final = "v26.0"
SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "instagram": (
        "instagram_business_basic",
        "instagram_business_manage_insights",
        "instagram_business_manage_comments",
        "instagram_business_manage_messages",
        "instagram_business_content_publish",
    ),
    "facebook": (
        "public_profile",
        "email",
        "instagram_basic",
        "instagram_manage_insights",
        "instagram_manage_comments",
        "instagram_manage_contents",
        "instagram_manage_engagement",
        "instagram_content_publish",
        "pages_show_list",
        "pages_read_engagement",
        "pages_manage_metadata",
        "business_management",
        "ads_management",
        "ads_read",
    ),
}
# What a dialog with `config_id` in place of `scope` asks for: the configuration is kept at Meta.
CONFIGURED: Final = (
    "instagram_basic",
    "instagram_manage_insights",
    "instagram_manage_comments",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
)


@dataclass
class MetaApp:
    """The app's settings at Meta for one product.

    Without `redirect_uris`, any address on this machine may be redirected to. The callback addresses may be set later,
    once they are known.
    """

    provider: Provider
    id: str
    secret: str
    redirect_uris: tuple[str, ...] = ()
    webhook_url: str | None = None
    verify_token: str = "local-verify-token"  # noqa: S105 - no secret: it opens only the stack on this machine
    verified_url: str | None = None
    deauthorize_url: str | None = None
    data_deletion_url: str | None = None

    @property
    def webhook_verified(self) -> bool:
        """Whether the handshake succeeded with the address as it is now."""
        return self.webhook_url is not None and self.verified_url == self.webhook_url


def facebook_app() -> MetaApp:
    return MetaApp("facebook", "1029384756019283", "local-facebook-app-secret")


def instagram_app() -> MetaApp:
    return MetaApp("instagram", "5647382910564738", "local-instagram-app-secret")


@dataclass
class Switches:
    """Where Meta treats apps differently, or does something else than it documents."""

    require_appsecret_proof: bool = False
    public_content_access: bool = True
    code_reply: Literal["flat", "list"] = "flat"  # of api.instagram.com: as observed, or as documented
    omit_expires_in: bool = False  # of Facebook's tokens
    lifetimes: dict[str, float] = field(default_factory=dict)  # of a login's next long-lived tokens, where not 60 days
    extend_long_tokens: bool = True  # whether fb_exchange_token gives a long-lived token 60 more days
    blocked: set[Provider] = field(default_factory=set)  # products for which Meta has blocked the app
    mode: Literal["live", "development"] = "live"  # in development, only logins with a role in the app can be read
    roles: set[str] = field(default_factory=set)


@dataclass
class Call:
    """A call that came in, for the control page and for tests. `token` is masked; `code` is 0 when all was well."""

    at: float
    method: str
    path: str
    token: str
    status: int
    code: int


@dataclass
class MetaState:
    world: World
    facebook: MetaApp
    instagram: MetaApp
    now: Callable[[], float]
    switches: Switches = field(default_factory=Switches)
    tokens: Tokens = field(default_factory=Tokens)
    limits: Limits = field(default_factory=Limits)
    calls: "deque[Call]" = field(default_factory=lambda: deque(maxlen=5000))
    hashtag_names: dict[str, str] = field(default_factory=dict)
    hashtags_missing: set[str] = field(default_factory=set)
    hashtag_queries: dict[tuple[str, str], float] = field(default_factory=dict)
    lock: "threading.RLock" = field(default_factory=threading.RLock)
    url: str = ""

    def app(self, provider: str) -> MetaApp:
        return self.facebook if provider == "facebook" else self.instagram

    def same_secret(self, provider: str, secret: str) -> bool:
        return secrets.compare_digest(self.app(provider).secret.encode(), secret.encode())
