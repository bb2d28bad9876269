"""The permissions that a login asks for, by product, and those that it cannot do without."""

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
# What is asked for: also insights, comments, webhooks, and Pages whose role comes from a business portfolio.
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
    """`scopes` are those that the person left out."""

    code = "scope_missing"
    status = 403

    def __init__(self, scopes: tuple[str, ...]) -> None:
        super().__init__(f"Allow everything that is asked for; missing: {', '.join(scopes)}.")
        self.scopes = scopes


def check_scopes(provider: Provider, granted: Collection[str]) -> None:
    """Raises `ScopeMissing`, naming each, unless all that are needed were allowed."""
    missing = tuple(scope for scope in REQUIRED_SCOPES[provider] if scope not in granted)
    if missing:
        raise ScopeMissing(missing)
