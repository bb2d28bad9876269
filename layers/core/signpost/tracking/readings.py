"""What other contexts may read about tracking: campaigns, and the clicks of any number of them over time."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from signpost.tracking.campaigns.campaign import Campaign
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicked_hours import AccountCampaign, hours, names_no_source, quarters_of_day, runs
from signpost.tracking.counting.counts import BOT, TOTALS, ClickHistory, Counts, people
from signpost.tracking.counting.store import CountStore
from signpost.tracking.hours import DAY, day_of, hour_of, quarter_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from signpost.tracking.counting.visitors import VisitorCount

_PAGE: Final = 500  # campaigns


class Readings:
    """`client` is `aws.dynamodb()`. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", campaigns_table: str, click_counts_table: str) -> None:
        self._campaigns = CampaignStore(client, campaigns_table)
        self._counts = CountStore(client, click_counts_table)

    def campaigns(self) -> Iterator[Campaign]:
        """All campaigns, newest first."""
        before: int | None = None
        while True:
            page = self._campaigns.newest_first((), _PAGE, before)
            yield from page.campaigns
            before = page.next_before
            if before is None:
                return

    def clicks_so_far(self, campaign_ids: Iterable[str], now: float) -> dict[str, Counts]:
        """All clicks of these campaigns, without breakdowns, up to this second."""
        return self._counts.current_of(campaign_ids, now)

    def clicks_since(self, since: float, now: float) -> int:
        """The clicks on all campaigns, bots included, from the quarter of an hour that `since` is in."""
        histories = self.histories((str(each.id) for each in self.campaigns()), since, now)
        return sum(people(each) + each[BOT] for history in histories.values() for each in history.quarters.values())

    def histories(self, campaign_ids: Iterable[str], since: float, now: float) -> dict[str, ClickHistory]:
        """The clicks on each campaign from the quarter that `since` is in, up to this second.

        Reads for each a total, its days and its quarters that are not settled, a hundred items a call.
        """
        # The totals first: what is settled meanwhile is then read twice, and counts once.
        totals = self._counts.totals_of(campaign_ids)
        days = self._counts.days_of((each, day) for each in totals for day in _days(since, now))
        open_quarters = self._counts.open_quarters_of(totals, now)
        first = quarter_of(since)
        quarters: dict[str, dict[str, Counts]] = {each: {} for each in totals}
        visitors: dict[str, dict[str, VisitorCount]] = {each: {} for each in totals}
        for (campaign_id, day), found in days.items():
            if day < day_of(totals[campaign_id].settled_until or ""):
                visitors[campaign_id][day] = found.visitors
            counted = {f"{day}T{time}": counts for time, counts in found.quarters.items()}
            quarters[campaign_id] |= {name: each for name, each in counted.items() if first <= name}
        for campaign_id, opened in open_quarters.items():
            quarters[campaign_id] |= {name: _totals(each.counts) for name, each in opened.items() if first <= name}
        return {each: ClickHistory(quarters[each], visitors[each]) for each in totals}

    def campaigns_of(self, install_ids: Iterable[str]) -> list[Campaign]:
        """The campaigns that name one of these accounts, newest first."""
        found = {each.id: each for install_id in install_ids for each in self._campaigns.of_account(install_id)}
        return [found[number] for number in sorted(found, reverse=True)]

    def clicks_of_account(self, install_ids: Iterable[str], since: float, now: float) -> list[AccountCampaign]:
        """The clicks on the campaigns that name one of these accounts, from the hour that `since` is in.

        A day on which no click named a source takes one item; of other days, all quarters are read.
        """
        campaigns = self.campaigns_of(install_ids)
        totals = self._counts.totals_of(str(each.id) for each in campaigns)
        return [
            AccountCampaign(
                tuple(key for key in (str(each.id), each.slug, *each.aliases) if key),
                hours(self._quarters_with_sources(str(each.id), since, now, totals[str(each.id)].settled_until)),
            )
            for each in campaigns
        ]

    def _quarters_with_sources(
        self, campaign_id: str, since: float, now: float, settled_until: str | None
    ) -> dict[str, Counts]:
        """Every quarter once: from its settled day or, if that does not say enough, from its own item."""
        first, today = hour_of(since), day_of(hour_of(now))
        days = self._counts.days(campaign_id, day_of(first), today) if settled_until else {}
        found = dict(
            quarter for name, day in days.items() if names_no_source(day) for quarter in quarters_of_day(name, day)
        )
        spans = list(runs(name for name, day in days.items() if not names_no_source(day)))
        spans.append((max(first, settled_until or first), "~"))  # what is not settled yet
        for start, end in spans:
            found |= {name: each.counts for name, each in self._counts.quarters(campaign_id, start, end).items()}
        return {name: counts for name, counts in found.items() if first <= name}


def _days(since: float, now: float) -> list[str]:
    """The UTC days that are in the range, entirely or partly."""
    return [day_of(hour_of(start)) for start in range(int(since // DAY) * DAY, int(now) + 1, DAY)]


def _totals(counts: Mapping[str, int]) -> Counts:
    return Counts({name: counts[name] for name in TOTALS if name in counts})
