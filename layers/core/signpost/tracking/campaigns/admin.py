"""What the campaign administration does, between its routes and its tables."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Conflict, InvalidField, PreconditionFailed
from signpost.platform.ids import is_number_id, number_id
from signpost.platform.preconditions import holds
from signpost.tracking.campaigns.campaign import Campaign, CampaignView, Change, Creation, etag, view
from signpost.tracking.counting.counts import people
from signpost.tracking.platforms import PLATFORMS

if TYPE_CHECKING:
    from signpost.tracking.campaigns.store import CampaignStore
    from signpost.tracking.counting.store import CountStore

_ATTEMPTS = 5


class Shown(NamedTuple):
    view: CampaignView
    etag: str


class CampaignAdmin:
    """Every method raises `Unavailable` when a table does not answer."""

    def __init__(self, campaigns: "CampaignStore", counts: "CountStore", clock: Clock = system_clock) -> None:
        self._campaigns, self._counts, self._clock = campaigns, counts, clock

    def create(self, creation: Creation) -> Shown:
        """Raises `Conflict` when the slug is taken."""
        for _ in range(_ATTEMPTS):
            now = self._clock()
            campaign = Campaign.create(number_id(now), creation, now)
            if self._campaigns.create(campaign):
                return Shown(view(campaign, {}), etag(campaign))
        raise Conflict("No free id was found; try again.")

    def page(self, platforms: str, limit: int, cursor: str | None) -> tuple[list[CampaignView], str | None]:
        """Campaigns that list all of `platforms` (comma-separated), and the cursor of the next page.

        Raises:
            InvalidField: a platform is not supported, or the cursor was not made here.
        """
        before = None
        if cursor is not None:
            if not is_number_id(cursor):
                raise InvalidField("cursor: use the address in the Link header of the page before.")
            before = int(cursor)
        page = self._campaigns.newest_first(_platforms(platforms), limit, before)
        counts = self._counts.listed([str(campaign.id) for campaign in page.campaigns])
        views = [view(campaign, counts.get(str(campaign.id), {})) for campaign in page.campaigns]
        return views, None if page.next_before is None else str(page.next_before)

    def read(self, campaign_id: str) -> Shown:
        """Raises `NotFound`."""
        return self._show(self._campaigns.find(campaign_id))

    def change(self, campaign_id: str, change: Change, if_match: str | None) -> Shown:
        """Lay the keys that `change` holds over the campaign.

        Changes made at the same time are laid over one another: each is applied to what the other left.

        Raises:
            NotFound: there is no such campaign.
            PreconditionFailed: it is not the one that `if_match` names.
            Conflict: the new slug is taken.
        """
        for _ in range(_ATTEMPTS):
            old = self._campaigns.find(campaign_id)
            _check(if_match, old)
            new = old.changed(change, self._clock())
            if new is old:
                return self._show(old)
            try:
                self._campaigns.replace(old, new, self._clicks_so_far(old, new))
            except PreconditionFailed:
                continue
            return self._show(new)
        raise Conflict("The campaign is being changed by others all the time; try again.")

    def delete(self, campaign_id: str, if_match: str | None) -> None:
        """Raises `NotFound`, or `PreconditionFailed` when it is not the one that `if_match` names."""
        for _ in range(_ATTEMPTS):
            campaign = self._campaigns.find(campaign_id)
            _check(if_match, campaign)
            try:
                self._campaigns.delete(campaign)
            except PreconditionFailed:
                continue
            return
        raise Conflict("The campaign is being changed by others all the time; try again.")

    def _clicks_so_far(self, old: Campaign, new: Campaign) -> int | None:
        """A limit that is set later counts the clicks that came before it; from then on the redirect counts."""
        if old.max_clicks is None and new.max_clicks is not None:
            return people(self._counts.current(str(new.id)))
        return None

    def _show(self, campaign: Campaign) -> Shown:
        return Shown(view(campaign, self._counts.current(str(campaign.id))), etag(campaign))


def _check(if_match: str | None, campaign: Campaign) -> None:
    if not holds(if_match, etag(campaign)):
        raise PreconditionFailed("The campaign was changed since you read it; read it again.")


def _platforms(text: str) -> Sequence[str]:
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in PLATFORMS:
            raise InvalidField(f"platforms: '{name}' is not supported; use {', '.join(PLATFORMS)}.")
    return names
