"""A campaign's tracking link."""

from urllib.parse import urlencode

from signpost.platform.errors import InvalidField
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.clicks import SOURCE_BYTES


def link(base_url: str, campaign: Campaign, source: str | None = None) -> str:
    """By its slug, if it has one; clicks are recorded with `source`.

    Raises:
        InvalidField: the source is too long to be recorded.
    """
    if len((source or "").encode(errors="replace")) > SOURCE_BYTES:
        raise InvalidField(f"src: use at most {SOURCE_BYTES} characters (bytes in UTF-8); no more are recorded.")
    query = f"?{urlencode({'src': source})}" if source else ""
    return f"{base_url}/track/{campaign.slug or campaign.id}{query}"
