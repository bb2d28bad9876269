"""The permissions that a login asks for, by product, and those that it requires."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from signpost.instagram.products import Provider
from signpost.platform.errors import SignpostError

# Without these, an account cannot be read at all.
REQUIRED_SCOPES: Final[Mapping[Provider, tuple[str, ...]]] = MappingProxyType(
    {
        Provider.FACEBOOK: ("instagram_basic", "pages_show_list", "pages_read_engagement"),
        Provider.INSTAGRAM: ("instagram_business_basic",),
    }
)
# What a login asks for: also insights, comments, webhooks, and Pages accessed through a business portfolio.
DEFAULT_SCOPES: Final[Mapping[Provider, tuple[str, ...]]] = MappingProxyType(
    {
        Provider.FACEBOOK: (
            *REQUIRED_SCOPES[Provider.FACEBOOK],
            "business_management",
            "instagram_manage_insights",
            "instagram_manage_comments",
            "pages_manage_metadata",
        ),
        Provider.INSTAGRAM: (
            *REQUIRED_SCOPES[Provider.INSTAGRAM],
            "instagram_business_manage_insights",
            "instagram_business_manage_comments",
        ),
    }
)


class ScopeMissing(SignpostError):
    """`scopes`: the required ones that the person did not allow."""

    code = "scope_missing"
    status = 403

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__(f"Allow everything that is asked for; missing: {', '.join(scopes)}.")
        self.scopes = scopes


def check_scopes(provider: Provider, granted: Collection[str]) -> None:
    """Raises `ScopeMissing` unless every required scope was granted."""
    missing = tuple(scope for scope in REQUIRED_SCOPES[provider] if scope not in granted)
    if missing:
        raise ScopeMissing(missing)
