"""A plausible past of an account: posts over two years, who liked and commented on them, and how it grew.

All of it is random, but seeded with the account's name, so it is the same for the same moment. What posts bring depends
on what reports should find: the hour, the weekday, the kind of post, its hashtags, and the followers on that day.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

from local.meta.world import DAY_S, Account, Comment, Media, World

HOUR_S: Final = 3600
DAYS: Final = 730
DELETED: Final = "(deleted)"  # stands for whoever deleted their account, so that Meta names nobody
_OWNERS_TAGS: Final = 3  # of so many posts, one has its hashtags in the owner's own first comment
_WITHHELD: Final = 61  # of so many posts, Meta withholds one's address
_KINDS: Final = (("IMAGE", "FEED"), ("CAROUSEL_ALBUM", "FEED"), ("VIDEO", "REELS"), ("VIDEO", "FEED"))
_KIND_WEIGHTS: Final = (46, 24, 26, 4)
_BY_KIND: Final = {"REELS": 1.75, "CAROUSEL_ALBUM": 1.25, "IMAGE": 1.0, "VIDEO": 0.85}
_REACH_BY_KIND: Final = {"REELS": 2.1, "CAROUSEL_ALBUM": 1.05, "IMAGE": 0.9, "VIDEO": 0.8}
_WEEKDAYS: Final = (0.8, 0.95, 1.0, 1.1, 0.95, 1.1, 1.35)  # from Monday
_POSTING: Final = {6: 3, 7: 6, 8: 5, 10: 3, 11: 5, 12: 4, 15: 3, 16: 5, 17: 9, 18: 8, 19: 6, 20: 3, 21: 1}
_BEST_HOURS: Final = (7.5, 18.5)  # around which people look


class Theme(NamedTuple):
    """What a post is about. `lift` is how much better than others it does; `link` is the tracked link's short name."""

    caption: str
    tags: tuple[str, ...] = ()
    lift: float = 1.0
    talk: float = 1.0  # comments for each like, compared with others
    link: str = ""


@dataclass(frozen=True)
class Style:
    """`followers`: two years ago, and now. `audience`: by age, gender, country and city, in parts of all."""

    themes: Sequence[Theme]
    cast: Sequence[str]  # who comments
    said: Sequence[str]
    answers: Sequence[str]  # of the owner
    followers: tuple[int, int]
    audience: Mapping[str, Mapping[str, int]]
    posts: int = 520
    story_viewers: Sequence[int] = (3, 1_204, 1_387, 1_633)  # of the last 24 hours, the newest first


def fill(world: World, account: Account, now: float, style: Style, shop: str = "") -> None:
    """Give an account its past up to `now`. `shop` is the host of tracked links, without which captions have none."""
    chance = Random(account.username)  # noqa: S311  (not for secrets)
    account.daily_followers = _growth(chance, style.followers, now)
    account.followers = style.followers[1]
    account.audience = style.audience
    regulars = _by_eagerness(chance, style.cast)
    for number, moment in enumerate(_moments(chance, style.posts, now)):
        theme = style.themes[chance.randrange(len(style.themes))]
        media_type, product_type = chance.choices(_KINDS, _KIND_WEIGHTS)[0]
        link = f" {shop}/track/{theme.link}" if shop and theme.link else ""
        tags = "".join(f" #{tag}" for tag in theme.tags)
        in_comment = bool(tags) and number % _OWNERS_TAGS == 1
        caption = None if number % 97 == 5 else f"{theme.caption}{link}{'' if in_comment else tags}"  # noqa: PLR2004
        media = world.publish(account, moment, caption=caption, media_type=media_type, product_type=product_type)
        media.shown_url = number % _WITHHELD != 7  # noqa: PLR2004
        media.hides_likes = number % 83 == 3  # noqa: PLR2004
        media.before_conversion = moment < now - (DAYS - 20) * DAY_S
        _received(chance, account, media, theme, now)
        if caption is None or not in_comment:
            tags = ""
        _talk(chance, world, account, media, _Talk(style, theme, regulars, tags.strip(), now))
    for place, viewers in enumerate(style.story_viewers):
        story = world.publish(account, now - (2 + 5 * place) * HOUR_S, product_type="STORY")
        story.viewers = viewers


def followers_on(account: Account, moment: float) -> int:
    """How many followed it at the end of that UTC day."""
    days = account.daily_followers
    if not days:
        return account.followers
    first = min(days)
    return days.get(int(moment // DAY_S), days[first] if moment // DAY_S < first else account.followers)


def reach_on(account: Account, moment: float) -> int:
    """How many saw the account on that UTC day: its usual visitors, and those of the last three days' posts."""
    day = int(moment // DAY_S)
    usual = followers_on(account, moment) * 0.11 * _WEEKDAYS[(day + 3) % 7]
    seen = 0.0
    for media in account.media:
        age = day - int(media.timestamp // DAY_S)
        if 0 <= age < len(_SEEN_AT):
            seen += (media.reach or 0) * _SEEN_AT[age]
        if age > len(_SEEN_AT):
            break
    return int(usual + seen)


_SEEN_AT: Final = (0.52, 0.27, 0.1)  # of a post's reach, by its age in days


def _growth(chance: Random, followers: tuple[int, int], now: float) -> dict[int, int]:
    """Followers by the number of the day: they come and go, and lately grow faster."""
    first, last = followers
    steps = [max(-0.6, chance.gauss(1, 0.9)) * (0.6 + 1.2 * day / DAYS) for day in range(DAYS)]
    for day in range(40, DAYS, 47):  # on that day somebody well known shared a post
        steps[day] += chance.uniform(4, 11)
        steps[day + 1 if day + 1 < DAYS else day] += chance.uniform(1, 5)
    today, whole = int(now // DAY_S), sum(steps)
    sums = accumulate(steps)
    return {today - DAYS + 1 + place: round(first + (last - first) * part / whole) for place, part in enumerate(sums)}


def _moments(chance: Random, number: int, now: float) -> list[float]:
    """When posts were published, oldest first: on most weekends, at hours that the owner likes."""
    today = int(now // DAY_S)
    days = sorted(chance.choices(range(DAYS), [_WEEKDAYS[(today - day + 3) % 7] for day in range(DAYS)], k=number * 2))
    hours, weights = list(_POSTING), list(_POSTING.values())
    planned = [
        (today - day) * DAY_S + chance.choices(hours, weights)[0] * HOUR_S + chance.randrange(HOUR_S)
        for day in chance.sample(days, number)
    ]
    moments, before = [], now - 3 * HOUR_S
    for moment in sorted(planned, reverse=True):
        before = min(float(moment), before - 1)  # no two in the same second
        moments.append(before)
    return moments[::-1]


def _received(chance: Random, account: Account, media: Media, theme: Theme, now: float) -> None:
    """Its likes and reach, and how often it was saved and shared. The newest posts have not got all of theirs yet."""
    kind = "REELS" if media.product_type == "REELS" else media.media_type
    hour = media.timestamp % DAY_S / HOUR_S
    near = max(math.exp(-((hour - best) ** 2) / 4.5) for best in _BEST_HOURS)
    day = _WEEKDAYS[(int(media.timestamp // DAY_S) + 3) % 7]
    quality = theme.lift * day * (0.7 + 0.75 * near) * chance.lognormvariate(0, 0.3)
    so_far = 1 - math.exp(-(now - media.timestamp) / (14 * HOUR_S))
    crowd = followers_on(account, media.timestamp) * so_far
    media.likes = max(4, int(crowd * 0.033 * quality * _BY_KIND[kind]))
    reach = crowd * 0.42 * quality**0.8 * _REACH_BY_KIND[kind] * chance.uniform(0.85, 1.15)
    media.reach = max(int(reach), int(media.likes * 1.6) + 20)
    media.saved = int(media.likes * chance.uniform(0.03, 0.11) * theme.lift)
    media.shares = int(media.likes * chance.uniform(0.01, 0.05) * (2 if kind == "REELS" else 1))


class _Regulars(NamedTuple):
    """`sums`: how eager each one is, cumulated, for a weighted choice."""

    names: Sequence[str]
    sums: Sequence[float]

    def one(self, chance: Random) -> str:
        return self.names[bisect_right(self.sums, chance.random() * self.sums[-1])]


class _Talk(NamedTuple):
    style: Style
    theme: Theme
    regulars: _Regulars
    tags: str  # that the owner puts into a comment
    now: float


def _by_eagerness(chance: Random, names: Sequence[str]) -> _Regulars:
    """A few comment on nearly everything, most of them now and then."""
    shuffled = chance.sample(list(names), len(names))
    return _Regulars(shuffled, list(accumulate(1 / (place + 2) ** 0.9 for place in range(len(names)))))


def _talk(chance: Random, world: World, account: Account, media: Media, talk: _Talk) -> None:
    if talk.tags:
        own = world.comment(media, media.timestamp + 20, username=account.username, text=talk.tags)
        own.from_id = account.id
    number = min(60, int(chance.expovariate(1 / (1.2 + media.likes * 0.011 * talk.theme.talk))))
    for _ in range(number):
        at = min(talk.now - 60, media.timestamp + chance.expovariate(1 / (9 * HOUR_S)) + 40)
        name = talk.regulars.one(chance)
        comment = world.comment(media, at, username=name, text=chance.choice(talk.style.said))
        comment.likes = int(chance.expovariate(0.8))
        if name == DELETED:
            comment.username, comment.from_id = "", ""
        elif chance.random() < 0.14:  # noqa: PLR2004
            _answer(chance, world, account, media, (comment, chance.choice(talk.style.answers)))


def _answer(chance: Random, world: World, account: Account, media: Media, said: tuple[Comment, str]) -> None:
    comment, answer = said
    at = comment.timestamp + chance.randrange(300, 7200)
    reply = world.comment(media, at, username=account.username, text=answer)
    reply.from_id, reply.parent_id = account.id, comment.id
    comment.replies.append(reply)
