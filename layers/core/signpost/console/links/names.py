"""What the console calls things, which the API calls otherwise: a link is a campaign, a short name is a slug."""

from collections import Counter
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.links import link
from signpost.tracking.counting.agents import UNKNOWN
from signpost.tracking.counting.counts import NONE, REST
from signpost.tracking.platforms import PLATFORMS

PLATFORM_NAMES: Final = {"Android": "Android", "IPhone": "iPhone", "WindowsPhone": "Windows Phone", "other": "Other"}
PLATFORM_CHOICES: Final = tuple((name, PLATFORM_NAMES[name]) for name in PLATFORMS)
_BY: Final = {Provider.FACEBOOK: ", with Facebook", Provider.INSTAGRAM: ", with Instagram"}
_DIM: Final = {NONE: "None", UNKNOWN: "Not known", REST: "Others", "": "Not known"}


def title(campaign: Campaign) -> str:
    """The short name, else where the link leads."""
    return campaign.slug or without_scheme(campaign.redirect_url)


def short_path(campaign: Campaign) -> str:
    return f"/track/{campaign.slug or campaign.id}"


def short_link(campaign: Campaign, base: str) -> str:
    return link(base, campaign)


def without_scheme(address: str) -> str:
    """For people: `example.com/shop`."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path.rstrip('/')}{f'?{parts.query}' if parts.query else ''}"


def account_choices(installs: Iterable[Install], chosen: str = "") -> tuple[tuple[str, str], ...]:
    """Options for the account of a link; empty where there is none to choose."""
    connected = [each for each in installs if each.is_connected or each.id == chosen]
    names = Counter(each.instagram_account for each in connected)
    options = [
        (each.id, f"@{each.instagram_account}{_BY[each.provider] if names[each.instagram_account] > 1 else ''}")
        for each in connected
    ]
    if chosen and chosen not in dict(options):
        options.append((chosen, "An account that was removed"))
    return (("", "None"), *options) if options else ()


def part_name(by: str, name: str) -> tuple[str, bool]:
    """A breakdown's part as people read it, and whether it is one that stands last, such as "Not known"."""
    if name in _DIM:
        return _DIM[name], True
    if by == "platform":
        return PLATFORM_NAMES.get(name, name), name == "other"
    return name, False
