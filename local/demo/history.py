"""A year of links, clicks and followers, for the demo.

The public API cannot write the past. So the application's own stores make the items, as they are once hours are
settled, and this puts them straight into the tables. The last weeks also have each single click, so that a recount of
any hour finds the same counts.
"""

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final, NamedTuple

from local.demo import audience
from local.meta import past
from local.meta.graph.insights import account_value
from local.meta.world import Account, Media, World
from signpost.instagram.graph.insights import Insights
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.installs import install_id
from signpost.instagram.posts import account_numbers
from signpost.instagram.products import Provider
from signpost.platform.clock import rfc3339
from signpost.platform.dynamodb import Table
from signpost.platform.ids import number_id
from signpost.tracking.campaigns.campaign import Campaign, Change, Creation
from signpost.tracking.campaigns.earlier_clicks import Quota
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import Click, ClickLayout, item
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.counts import TOTALS, Counts, Day, Total, bounded, counters, people
from signpost.tracking.counting.store import CountStore
from signpost.tracking.counting.visitors import Visitors
from signpost.tracking.hours import DAY, HOUR, SETTLE_AFTER, day_of, hour_of, quarter_of, start_of

DAYS: Final = 365
_KEPT_ONE_BY_ONE: Final = 2 * DAY  # before clicks expire, these are no longer written: some would soon be missing
_SPREAD: Final = 10 * HOUR  # over which a post brings two thirds of its clicks
_LASTS: Final = 5 * DAY
_SAME_AGAIN: Final = 0.22  # of a day's clicks: by somebody who clicked before


class Tables(NamedTuple):
    campaigns: str
    clicks: str
    click_counts: str
    media: str


class Link(NamedTuple):
    """`daily`: today's clicks without any post. `by_post`: clicks for each thousand who saw a post with the link."""

    slug: str
    target: str
    account: str = ""
    daily: float = 0.0
    by_post: float = 0.0
    began: int = DAYS  # days ago
    by_mail: bool = False
    names_posts: bool = False  # each post's link says which post it is from
    ends_after: int | None = None  # hours ago
    most: int | None = None  # clicks
    forwards: bool = False
    platforms: tuple[str, ...] = ()


_NORA, _KILN = "nora.bakes.demo", "kiln.and.clay.demo"
LINKS: Final = (
    Link("bio", "https://nora-bakes.example/", _NORA, daily=58),
    Link("loaf-box", "https://nora-bakes.example/boxes", _NORA, daily=6, by_post=14, platforms=("Android", "IPhone")),
    Link("starter-guide", "https://nora-bakes.example/guides/starter?format=pdf", _NORA, daily=9, by_post=12),
    Link("plum-tart", "https://nora-bakes.example/recipes/plum-tart", _NORA, daily=3, by_post=9, names_posts=True),
    Link("workshop", "https://nora-bakes.example/workshop", _NORA, by_post=11, began=120, most=400),
    Link("shop", "https://shop.nora-bakes.example/", _NORA, daily=5, by_post=7, forwards=True),
    Link("mugs", "https://kiln-and-clay.example/mugs", _KILN, daily=2, by_post=6, began=300),
    Link("kiln-opening", "https://kiln-and-clay.example/opening", _KILN, by_post=26),
    Link("seconds", "https://kiln-and-clay.example/seconds", _KILN, by_post=22, began=260),
    Link("wheel-course", "https://kiln-and-clay.example/course", _KILN, daily=1.5, by_post=12, began=200),
    Link("newsletter", "https://nora-bakes.example/letter", "", daily=14, by_mail=True),
    Link("winter-market", "https://market.example/winter", "", daily=31, began=34, ends_after=19),
)


class Written:
    """A DynamoDB client for stores that only write: it keeps the items, by table and key, instead of sending them."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Mapping[str, Any]]] = {}

    def put_item(self, *, TableName: str, Item: Mapping[str, Any], **_condition: Any) -> dict[str, Any]:  # noqa: N803
        key = "|".join(str(Item[name]) for name in _KEYS if name in Item)
        self.items.setdefault(TableName, {})[key] = Item
        return {}

    def transact_write_items(self, *, TransactItems: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        for action in TransactItems:
            if "Put" in action:
                self.put_item(**action["Put"])
        return {}


_KEYS: Final = ("key", "campaign", "period", "partition", "click", "owner", "item")


def write(
    world: World, tables: Tables, layout: ClickLayout, now: float, links: Sequence[Link] = LINKS
) -> dict[str, list[Mapping[str, Any]]]:
    """The items of the past by table, in DynamoDB's JSON."""
    written: Any = Written()
    accounts = {each.username: each for each in world.accounts}
    for link in links:
        _Past(link, accounts.get(link.account), world, tables, layout, now, written).write()
    media = Table(written, tables.media)
    for username, provider in CONNECTED.items():
        for each in _followers(accounts[username], install_id(provider, accounts[username].id), now):
            media.put(each)
    return {name: list(items.values()) for name, items in written.items.items()}


# The product through which the demo connects each account.
CONNECTED: Final = {_NORA: Provider.FACEBOOK, _KILN: Provider.INSTAGRAM}


_INSIGHTS: Final = ("reach", "views", "profile_views", "accounts_engaged", "total_interactions")


def _followers(account: Account, install: str, now: float) -> Iterator[dict[str, Any]]:
    """What daily syncs would have stored."""
    for number in range(DAYS, 0, -1):
        moment = now // DAY * DAY - number * DAY + 4 * HOUR
        facts = ProfessionalAccount(
            account.id,
            account.username,
            followers_count=past.followers_on(account, moment),
            follows_count=account.follows - number // 9,
            media_count=sum(media.timestamp <= moment for media in account.media),
        )
        before = moment - DAY  # whose insights are whole by then
        insights = Insights({name: account_value(account, name, before) for name in _INSIGHTS})
        yield account_numbers(install, facts, moment, insights, day_of(hour_of(before)))


class _Past(NamedTuple):
    link: Link
    account: Account | None
    world: World
    tables: Tables
    layout: ClickLayout
    now: float
    client: Any

    def write(self) -> None:
        link, counts = self.link, CountStore(self.client, self.tables.click_counts)
        chance = Random(link.slug)  # noqa: S311  (not for secrets)
        born = self.now - link.began * DAY + 600 * zlib.crc32(link.slug.encode()) / 2**32  # ids name the millisecond
        number = number_id(born)
        settled_until = hour_of(self.now - SETTLE_AFTER)
        total = Total(Counts(), None, 0)
        by_day: dict[str, list[tuple[float, Click]]] = {}
        for moment, click in self._clicks(chance, born, start_of(settled_until)):
            by_day.setdefault(day_of(hour_of(moment)), []).append((moment, click))
        for day, clicks in sorted(by_day.items()):
            total = self._settle_day(counts, str(number), day, clicks, total)
        counts.skip_to(str(number), total, settled_until)
        self._create(number, born, people(total.counts))

    def _create(self, number: int, born: float, clicked: int) -> None:
        link, campaigns = self.link, CampaignStore(self.client, self.tables.campaigns)
        made = Campaign.create(
            number,
            Creation(
                redirect_url=link.target,
                slug=link.slug,
                platforms=list(link.platforms),
                forward_query=link.forwards,
                expires_at=None if link.ends_after is None else rfc3339(self.now - link.ends_after * HOUR),
                account=install_id(CONNECTED[link.account], self.account.id) if self.account else None,
            ),
            born,
        )
        campaigns.create(made)
        if link.most is not None:
            limited = made.changed(Change(max_clicks=link.most), born + HOUR)
            campaigns.replace(made, limited, Quota(used=clicked))

    # --------------------------------------------------------------------------------------------------------- clicks
    def _clicks(self, chance: Random, born: float, until: float) -> Iterator[tuple[float, Click]]:
        """The clicks in the order of time; they end when the link ends."""
        link, left = self.link, self.link.most
        if link.ends_after is not None:
            until = min(until, self.now - link.ends_after * HOUR)
        posts = self._posts(born, until)
        for start in range(int(born // HOUR) * HOUR + HOUR, int(until), HOUR):
            while posts and posts[0].timestamp < start - _LASTS:
                posts.pop(0)
            for moment, source in sorted(self._hour(chance, start, min(until, start + HOUR), posts)):
                click = audience.click(chance, by_mail=link.by_mail, source=source)
                if left is not None and counters_of(click) != ("bot",):
                    left -= 1
                yield moment, click
                if left == 0:
                    return

    def _posts(self, born: float, until: float) -> list[Media]:
        """The posts with the link in their caption; for the link in the profile, all posts. Oldest first."""
        if self.account is None:
            return []
        mark = f"/track/{self.link.slug}"
        every = self.link.slug == "bio"
        owners = [self.account] if every else self.world.accounts
        found = [media for owner in owners for media in owner.media if every or _names(media, mark)]
        return sorted(
            (each for each in found if born - _LASTS < each.timestamp < until), key=lambda each: each.timestamp
        )

    def _hour(self, chance: Random, start: int, end: float, posts: Sequence[Media]) -> Iterator[tuple[float, str]]:
        """When people clicked within the hour, and the source in their link."""
        link = self.link
        growth = 0.35 + 0.65 * (1 - (self.now - start) / (DAYS * DAY)) ** 1.4
        weekday = audience.WEEKDAYS[(start // DAY + 3) % 7]
        hour = audience.HOURS[start % DAY // HOUR] / 1000
        usual = link.daily * growth * weekday * hour
        if link.by_mail and (start // DAY + 3) % 7 == 3 and start % DAY >= 7 * HOUR:  # noqa: PLR2004  (Thursdays)
            usual *= 7
        seconds = max(0.0, end - start)
        for _ in range(_happens(chance, usual * seconds / HOUR)):
            yield start + chance.random() * seconds, ""
        rate = link.by_post or 2.5
        for media in posts:
            if media.timestamp >= start + seconds:
                return
            brought = (media.reach or 0) * rate / 1000 * 24 * hour
            since = max(0.0, start - media.timestamp)
            for _ in range(_happens(chance, brought * math.exp(-since / _SPREAD) * HOUR / _SPREAD)):
                moment = start + chance.random() * seconds
                if moment > media.timestamp:
                    yield moment, media.shortcode if link.names_posts and chance.random() < 0.7 else ""  # noqa: PLR2004

    # ------------------------------------------------------------------------------------------------------- settling
    def _settle_day(
        self, counts: CountStore, campaign_id: str, day: str, clicks: Sequence[tuple[float, Click]], total: Total
    ) -> Total:
        """As if each of the day's hours had been recounted."""
        quarters: dict[str, Counts] = {}
        visitors, chance = Visitors(), Random(day + campaign_id)  # noqa: S311
        seen: list[str] = []
        store = ClickStore(self.client, self.tables.clicks)
        for moment, each in clicks:
            click = each
            if seen and chance.random() < _SAME_AGAIN:
                click = click._replace(visitor=chance.choice(seen))
            added = counters_of(click)
            quarters.setdefault(quarter_of(moment), Counts()).update(added)
            if added != ("bot",) and click.visitor:
                seen.append(click.visitor)
                visitors.add(int(click.visitor, 16))
            if moment > self.now - self.layout.retention_days * DAY + _KEPT_ONE_BY_ONE:
                store.put(item(campaign_id, click, moment, self.layout))
        quarters = {name: bounded(each) for name, each in quarters.items()}
        whole = sum(quarters.values(), Counts())
        sums = Counts({name: total.counts[name] + whole[name] for name in TOTALS})
        last = max(quarters)[:13]
        following = hour_of(start_of(last) + HOUR)
        new_total = Total(+sums, following, total.revision + len({name[:13] for name in quarters}))
        ttl = start_of(f"{day}T00") + (self.layout.retention_days + 1) * DAY
        if ttl > self.now:
            counts.replace_visitors(campaign_id, day, visitors, revision=0, ttl=ttl)
        new_day = Day(
            bounded(whole),
            visitors.count(),
            {
                name.partition("T")[2]: +Counts({key: each[key] for key in TOTALS})
                for name, each in quarters.items()
                if any(each[key] for key in TOTALS)
            },
        )
        counts.settle(campaign_id, day, quarters, was={}, total=total, new_total=new_total, new_day=new_day)
        return new_total


_known: dict[Click, tuple[str, ...]] = {}
_ANY_LAYOUT: Final = ClickLayout(1, 1)


def counters_of(click: Click) -> tuple[str, ...]:
    """The counters that the application would add it to."""
    key = click._replace(visitor="")
    if key not in _known:
        _known[key] = counters(item("1", key, 0, _ANY_LAYOUT))
    return _known[key]


def _names(media: Media, mark: str) -> bool:
    _, found, rest = (media.caption or "").partition(mark)
    return bool(found) and not rest[:1].isalnum() and rest[:1] not in ("-", "_")


def _happens(chance: Random, expected: float) -> int:
    """A random number of events with this average (Knuth's method for the Poisson distribution)."""
    if expected > 30:  # noqa: PLR2004
        return max(0, round(chance.gauss(expected, math.sqrt(expected))))
    limit, number, product = math.exp(-expected), 0, chance.random()
    while product > limit:
        number += 1
        product *= chance.random()
    return number
