"""Campaigns as the API shows them."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from signpost.platform.clock import from_rfc3339, rfc3339
from signpost.platform.ids import MAX_NUMBER_ID
from signpost.tracking.campaigns import fields
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.links import link
from signpost.tracking.counting.counts import TOTALS, people

SECONDS_TO_TAKE_EFFECT = 30  # for which redirects cache a campaign


class CampaignView(BaseModel):
    """A campaign with its counts, as the API shows it."""

    id: int = Field(ge=0, le=MAX_NUMBER_ID, description="Its link is /track/<id>.", examples=[1795244400000123])
    link: str = Field(description="The tracking link.", examples=["https://links.example/track/summer"])
    slug: Annotated[str | None, fields.SLUG]
    redirect_url: Annotated[str, fields.REDIRECT_URL]
    platforms: Annotated[list[str], fields.LISTED_PLATFORMS]
    platform_urls: Annotated[dict[str, str], fields.PLATFORM_URLS]
    forward_query: Annotated[bool, fields.FORWARD_QUERY]
    expires_at: Annotated[str | None, fields.EXPIRES_AT]
    max_clicks: Annotated[int | None, fields.MAX_CLICKS]
    limit_from: Annotated[str | None, fields.LIMIT_FROM]
    account: Annotated[str | None, fields.ACCOUNT]
    created_at: str = Field(description="When it was created.", examples=["2026-11-21T07:00:00.000000Z"])
    updated_at: str = Field(description="When its settings were changed.", examples=["2026-11-21T07:00:00.000000Z"])
    effective_at: str = Field(
        description="When its settings are in force everywhere. Until then, the previous ones may still apply.",
        examples=["2026-11-21T07:00:30.000000Z"],
    )
    as_of: str = Field(
        description="When the counts were read. They include a click within seconds.",
        examples=["2026-11-21T09:30:00.000000Z"],
    )
    click_count: int = Field(description="Clicks of people, on all platforms.", examples=[12])
    android_click_count: int = Field(description="On Android.", examples=[7])
    iphone_click_count: int = Field(description="On iPhones.", examples=[4])
    windowsphone_click_count: int = Field(description="On Windows Phones.", examples=[0])
    other_click_count: int = Field(description="On everything else.", examples=[1])
    bot_click_count: int = Field(description="Clicks of programs, which no other count includes.", examples=[3])


def view(campaign: Campaign, counts: Mapping[str, int], *, as_of: float, base_url: str) -> CampaignView:
    """A campaign with its counts at `as_of`; its link begins with `base_url`."""
    numbers = {f"{counter}_click_count": counts.get(counter, 0) for counter in TOTALS}
    return CampaignView.model_validate(
        {
            **campaign._asdict(),
            **numbers,
            "click_count": people(counts),
            "link": link(base_url, campaign),
            "effective_at": rfc3339(from_rfc3339(campaign.updated_at) + SECONDS_TO_TAKE_EFFECT),
            "as_of": rfc3339(as_of),
        }
    )


def etag(campaign: Campaign) -> str:
    """Names the version of the campaign's settings; counts change without changing it."""
    return f'"{campaign.version}"'
