"""The campaign administration, between routes and tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from signpost.platform.clock import Clock, system_clock, time_left
from signpost.platform.errors import Conflict, InvalidField, PreconditionFailed
from signpost.platform.ids import is_number_id, number_id
from signpost.platform.preconditions import Versioned, holds
from signpost.tracking.campaigns.campaign import Campaign, Change, Creation, check_expiry
from signpost.tracking.campaigns.earlier_clicks import COUNTING_SECONDS, EarlierClicks
from signpost.tracking.campaigns.views import CampaignView, etag, view
from signpost.tracking.platforms import PLATFORMS

if TYPE_CHECKING:
    from signpost.tracking.campaigns.store import CampaignStore
    from signpost.tracking.counting.store import CountStore

_ATTEMPTS = 5
_KEEPS_CHANGING = "Others keep changing the campaign; try again."


class CampaignAdmin(NamedTuple):
    """Every method raises `Unavailable` when a table does not answer."""

    campaigns: "CampaignStore"
    counts: "CountStore"
    earlier: EarlierClicks
    clock: Clock = system_clock
    base_url: str = ""  # that links begin with

    def at(self, base_url: str) -> "CampaignAdmin":
        """The same, with links that begin with this address."""
        return self._replace(base_url=base_url)

    def create(self, creation: Creation) -> Versioned[CampaignView]:
        """Raises `Conflict` if the slug is taken, and `InvalidField` if the campaign would expire in the past."""
        check_expiry(creation.expires_at, self.clock())
        for _ in range(_ATTEMPTS):
            now = self.clock()
            campaign = Campaign.create(number_id(now), creation, now)
            if self.campaigns.create(campaign):
                return Versioned(self._view(campaign, {}, now), etag(campaign))
        raise Conflict("No free id was found; try again.")

    def page(self, platforms: str, limit: int, cursor: str | None) -> tuple[list[CampaignView], str | None]:
        """Campaigns that list all of `platforms` (comma-separated), and the cursor of the next page.

        Raises:
            InvalidField: a platform is not supported, or the cursor was not made here.
        """
        now = self.clock()
        if cursor is not None and not is_number_id(cursor):
            raise InvalidField("cursor: use the address in the previous page's Link header.")
        before = None if cursor is None else int(cursor)
        page = self.campaigns.newest_first(_platforms(platforms), limit, before)
        counts = self.counts.current_of([str(campaign.id) for campaign in page.campaigns], now)
        views = [self._view(campaign, counts[str(campaign.id)], now) for campaign in page.campaigns]
        return views, None if page.next_before is None else str(page.next_before)

    def read(self, campaign_id: str) -> Versioned[CampaignView]:
        """Raises `NotFound`."""
        return self._show(self.campaigns.find(campaign_id))

    def change(self, campaign_id: str, change: Change, if_match: str | None) -> Versioned[CampaignView]:
        """Replace the keys that `change` holds. Changes that are made at the same time are all kept.

        Raises:
            NotFound: there is no such campaign.
            PreconditionFailed: it is not the version that `if_match` names.
            Conflict: the new slug is taken.
            InvalidField: the campaign would expire in the past.
            TooManyClicks: it has had too many clicks recently to set a limit now.
        """
        may_go_on = time_left(COUNTING_SECONDS)
        for _ in range(_ATTEMPTS):
            old = self._find(campaign_id, if_match)
            new, quota = old.changed(change, self.clock()), None
            if new.limit not in (None, old.limit):
                quota = self.earlier.quota(campaign_id, may_go_on)
                new = old.changed(change, self.clock())  # checked again, because counting took time
            if new is old or self.campaigns.replace(old, new, quota):
                return self._show(new)
        raise Conflict(_KEEPS_CHANGING)

    def delete(self, campaign_id: str, if_match: str | None) -> None:
        """Raises `NotFound`, or `PreconditionFailed` if it is not the version that `if_match` names."""
        for _ in range(_ATTEMPTS):
            if self.campaigns.delete(self._find(campaign_id, if_match)):
                return
        raise Conflict(_KEEPS_CHANGING)

    def _find(self, campaign_id: str, if_match: str | None) -> Campaign:
        campaign = self.campaigns.find(campaign_id)
        if not holds(if_match, etag(campaign)):
            raise PreconditionFailed("The campaign was changed since you read it; read it again.")
        return campaign

    def _show(self, campaign: Campaign) -> Versioned[CampaignView]:
        now = self.clock()
        return Versioned(self._view(campaign, self.counts.current(str(campaign.id)), now), etag(campaign))

    def _view(self, campaign: Campaign, counts: Mapping[str, int], now: float) -> CampaignView:
        return view(campaign, counts, as_of=now, base_url=self.base_url)


def _platforms(text: str) -> Sequence[str]:
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in PLATFORMS:
            raise InvalidField(f"platforms: '{name}' is not supported; use {', '.join(PLATFORMS)}.")
    return names
