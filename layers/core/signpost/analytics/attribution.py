"""Which posts brought the clicks on an account's tracked links.

Counted: the click's `src` is the post's shortcode, or the campaign's link is in the post's caption. Estimated: if a
campaign's link is in no caption (but in the profile, say), the clicks of an hour beyond the usual number are shared
evenly among the posts of the 48 hours before. The rest are put down to no post.

Clicks are whole, and each counts once: for every hour and platform, the numbers that come out add up to the number that
went in.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle, islice
from typing import Final, NamedTuple

from signpost.analytics.captions import tracked_links
from signpost.analytics.snapshot import Post, PostClicks

HOUR: Final = 3600
WINDOW: Final = 48 * HOUR
_SHORTCODE: Final = re.compile(r"/(?:p|reel|reels|tv)/([\w-]+)")

_Cell = tuple[str | None, int, str, bool]  # the fields of `PostClicks` without the number


class Hour(NamedTuple):
    """People's clicks on one campaign in an hour that begins at `start`. Counters by source know no platforms."""

    start: int
    platforms: Mapping[str, int]
    sources: Mapping[str, int]


class Campaign(NamedTuple):
    """A campaign that names this account. `keys`: its id and its slugs, the former ones too; case is ignored."""

    keys: tuple[str, ...]
    hours: Sequence[Hour]


def attribute(campaigns: Iterable[Campaign], posts: Sequence[Post], host: str, now: float) -> tuple[PostClicks, ...]:
    """`posts` in the order of a snapshot; `host` is that of our links, with the port if it has one."""
    found: Counter[_Cell] = Counter()
    shortcodes = {code: post.id for post in posts if (code := shortcode(post))}
    linking = _linking_posts(posts, host)
    times = [post.created for post in posts]
    for campaign in campaigns:
        captions = sorted({number for key in campaign.keys for number in linking.get(key.lower(), ())})
        usual = _usual(campaign.hours, shortcodes, now)
        for hour in campaign.hours:
            rest = _counted_by_source(hour, shortcodes, found)
            if captions:
                _count_by_caption(hour.start, rest, [posts[number] for number in captions], found)
            else:
                first, stop = (bisect_left(times, edge) for edge in (hour.start - WINDOW, hour.start + HOUR))
                _share_out(hour.start, rest, usual, [post.id for post in posts[first:stop]], found)
    return tuple(
        PostClicks(post, hour, platform, clicks, estimated)
        for (post, hour, platform, estimated), clicks in sorted(found.items(), key=lambda each: _order(each[0]))
        if clicks
    )


def shortcode(post: Post) -> str | None:
    """The part of a post's address that names it."""
    match = _SHORTCODE.search(post.permalink or "")
    return match[1] if match else None


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """`total` in whole parts in proportion to the weights, none larger than its weight.

    `total` is at most the sum of the weights. Between equal remainders, the earlier part gets more.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    nearest = sorted(range(len(weights)), key=lambda index: (-(total * weights[index] % whole), index))
    for index in nearest[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _linking_posts(posts: Sequence[Post], host: str) -> dict[str, list[int]]:
    """By a campaign's id or slug in lower case: the indexes of the posts with its link in the caption, oldest first."""
    found: dict[str, list[int]] = {}
    for number, post in enumerate(posts):
        for site, key in tracked_links(post.caption) if "/track/" in post.caption else ():
            if site == host.lower():
                found.setdefault(key.lower(), []).append(number)
    return found


def _usual(hours: Sequence[Hour], shortcodes: Mapping[str, str], now: float) -> int:
    """The median of clicks an hour since the first one, without those counted by source; quiet hours count as 0."""
    if not hours:
        return 0
    clicks = sorted(sum(hour.platforms.values()) - sum(_claims(hour, shortcodes).values()) for hour in hours)
    span = max(len(hours), int(now - min(hour.start for hour in hours)) // HOUR + 1)
    middle = (span - 1) // 2 - (span - len(hours))
    return max(0, clicks[middle]) if middle >= 0 else 0


def _claims(hour: Hour, shortcodes: Mapping[str, str]) -> dict[str, int]:
    """By source: the clicks that name a post, never more than the hour had."""
    left, claims = sum(hour.platforms.values()), {}
    for source, clicks in sorted(hour.sources.items()):
        if source in shortcodes and left:
            claims[source] = min(clicks, left)
            left -= claims[source]
    return claims


def _counted_by_source(hour: Hour, shortcodes: Mapping[str, str], found: Counter[_Cell]) -> dict[str, int]:
    """What is left, by platform. A post's clicks are divided among the platforms as those of the whole hour are."""
    rest = dict(sorted(hour.platforms.items()))
    for source, clicks in _claims(hour, shortcodes).items():
        for platform, part in zip(rest, apportion(clicks, list(rest.values())), strict=True):
            found[shortcodes[source], hour.start, platform, False] += part
            rest[platform] -= part
    return rest


def _count_by_caption(hour: int, clicks: Mapping[str, int], posts: Sequence[Post], found: Counter[_Cell]) -> None:
    """They go to the newest post with the link by then; if several have it, that is an estimate."""
    published = [post.id for post in posts if post.created < hour + HOUR]
    for platform, number in clicks.items():
        found[published[-1] if published else None, hour, platform, len(published) > 1] += number


def _share_out(hour: int, clicks: Mapping[str, int], usual: int, posts: Sequence[str], found: Counter[_Cell]) -> None:
    """Evenly; if there is a remainder, newer posts get one more."""
    excess = max(0, sum(clicks.values()) - usual) if posts else 0
    turns = cycle(reversed(posts))
    for (platform, number), part in zip(clicks.items(), apportion(excess, list(clicks.values())), strict=True):
        for post in islice(turns, part):
            found[post, hour, platform, True] += 1
        found[None, hour, platform, False] += number - part


def _order(cell: _Cell) -> tuple[int, str, str, bool]:
    post, hour, platform, estimated = cell
    return hour, platform, post or "", estimated
