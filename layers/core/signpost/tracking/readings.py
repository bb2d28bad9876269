"""What other contexts may read about tracking: campaigns, and the clicks of any number of them over time."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from signpost.platform.ids import number_id_time
from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.counts import ClickHistory, Counts, Total
from signpost.tracking.counting.store import CountStore
from signpost.tracking.hours import HOUR, day_of, hour_of, hours_between, start_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PAGE: Final = 500  # campaigns


class Readings:
    """`client` is `aws.dynamodb()`. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", campaigns_table: str, click_counts_table: str) -> None:
        self._campaigns = CampaignStore(client, campaigns_table)
        self._counts = CountStore(client, click_counts_table)

    def campaigns(self) -> Iterator[Campaign]:
        """All of them, newest first."""
        before: int | None = None
        while True:
            page = self._campaigns.newest_first((), _PAGE, before)
            yield from page.campaigns
            before = page.next_before
            if before is None:
                return

    def clicks_so_far(self, campaign_ids: Iterable[str], now: float) -> dict[str, Counts]:
        """All clicks of these campaigns, without breakdowns, up to this second."""
        ids = list(dict.fromkeys(campaign_ids))
        totals = self._counts.totals_of(ids)
        after_last = hour_of(now + HOUR)
        open_hours = [
            (each, hour) for each in ids for hour in hours_between(_open_since(each, totals.get(each)), after_last)
        ]
        found = {each: Counts(totals[each].counts) if each in totals else Counts() for each in ids}
        for (campaign_id, _), counts in self._counts.hours_of(open_hours).items():
            found[campaign_id].update(counts)
        return found

    def histories(self, campaign_ids: Iterable[str], first_hour: str, last_hour: str) -> dict[str, ClickHistory]:
        """The clicks of each campaign from `first_hour` to `last_hour`, both included, up to this second.

        Reads for each a total, its days and its hours that are not settled, a hundred items a call.
        """
        ids = list(dict.fromkeys(campaign_ids))
        after_last = _next_hour(last_hour)
        # The totals first: an hour that is settled meanwhile is then read twice, and counts once.
        totals = self._counts.totals_of(ids)
        open_hours = [
            (each, hour)
            for each in ids
            for hour in hours_between(max(first_hour, _open_since(each, totals.get(each))), after_last)
        ]
        days = self._counts.days_of((each, day) for each in ids for day in _days(first_hour, last_hour))
        hours: dict[str, dict[str, Counts]] = {each: {} for each in ids}
        visitors: dict[str, dict[str, int]] = {each: {} for each in ids}
        for (campaign_id, day), found in days.items():
            visitors[campaign_id][day] = found.visitors
            counted = {f"{day}T{hour}": counts for hour, counts in found.hours.items()}
            hours[campaign_id] |= {hour: each for hour, each in counted.items() if first_hour <= hour <= last_hour}
        for (campaign_id, hour), counts in self._counts.hours_of(open_hours).items():
            hours[campaign_id][hour] = counts
        return {each: ClickHistory(hours[each], visitors[each]) for each in ids}


def _open_since(campaign_id: str, total: Total | None) -> str:
    """The first hour that is not settled: until one is, the one in which the campaign was created."""
    return (total and total.settled_until) or hour_of(number_id_time(int(campaign_id)))


def _next_hour(hour: str) -> str:
    return hour_of(start_of(hour) + HOUR)


def _days(first_hour: str, last_hour: str) -> list[str]:
    return sorted({day_of(each) for each in (*hours_between(first_hour, last_hour), last_hour)})
