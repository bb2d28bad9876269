"""An account about which everything is known, so that each of its reports has something to show."""

import random
from collections.abc import Iterator

from signpost.analytics.gathering import Comment, Contact, Gathered, Like, snapshot
from signpost.analytics.packed import pack
from signpost.analytics.snapshot import Account, DailyCounts, Post, PostClicks, Story

_DAY = 86_400
_CAPTIONS = (
    "Feed her twice and she will rise",
    "Plum tart, the recipe you asked for",
    "Nine years, same oven",
    "Lamination, slowly",
    "Inside this week: rye, spelt and walnut. Order until Thursday, pick up on Saturday at the back door",
    '<script>alert("caption")</script> & <b>bread</b>',
    "",
)
_FORMATS = (("IMAGE", "FEED"), ("CAROUSEL_ALBUM", "FEED"), ("VIDEO", "REELS"))
_TAGS = ("bread", "rye", "sourdough", "bakery", "copenhagen", "weekend")


def packed(member: str, username: str, now: float) -> bytes:
    chance = random.Random(7)
    posts = [_post(chance, number, now - (180 - number) * 2 * _DAY) for number in range(180)]
    people = [(str(10**16 + number), f"friend.{number}") for number in range(80)]
    return pack(
        snapshot(
            Gathered(
                at=now,
                account=Account(member, username, zone="Europe/Copenhagen", followers=9480),
                posts=posts,
                comments=_comments(chance, posts, people),
                likes=[Like(post.id, *chance.choice(people)) for post in posts for _ in range(6)],
                followers=[Contact(*each) for each in people[::2]],
                following=[Contact(*each) for each in people[::5]],
                has_filters=True,
                days=[DailyCounts(now - _DAY * day, 9480 - 11 * day + day % 7, 312, 180) for day in range(360)],
                stories=[_story(chance, number, now - 9000 * number) for number in range(40)],
                demographics={
                    "country": {"DK": 5210, "SE": 1330, "DE": 980, "NO": 610},
                    "city": {f"Town {number}": 900 - 40 * number for number in range(20)},
                    "age": {"18-24": 900, "25-34": 3200, "35-44": 2800, "45-54": 1100},
                    "gender": {"F": 5900, "M": 2900, "U": 600},
                },
                clicks=_clicks(chance, posts, now),
            )
        )
    )


def _post(chance: random.Random, number: int, day: float) -> Post:
    created = day - day % _DAY + 3600 * chance.choices((7, 8, 12, 17, 18, 19), (3, 2, 1, 2, 4, 5))[0]
    evening = created % _DAY > 16 * 3600
    likes = int(chance.gauss(700 if evening else 450, 120))
    media_type, product_type = chance.choice(_FORMATS)
    return Post(
        id=str(18_000_000_000_000_000 + number),
        created=created,
        caption=chance.choice(_CAPTIONS),
        permalink=f"https://www.instagram.com/p/C{number:09}/",
        media_type=media_type,
        product_type=product_type,
        likes=likes,
        comments=likes // 12,
        saves=likes // 9,
        shares=likes // 30,
        reach=likes * 14 + chance.randrange(900),
        views=likes * 17,
        tags=tuple(chance.sample(_TAGS, 2)),
        mentions=(chance.choice(("ann", "kiln.and.clay")),),
        filter=chance.choice(("Clarendon", "Juno")),
    )


def _comments(chance: random.Random, posts: list[Post], people: list[tuple[str, str]]) -> Iterator[Comment]:
    for number in range(900):
        post, author = chance.choice(posts), people[min(int(chance.paretovariate(0.6)), 79)]
        yield Comment(str(number), post.id, post.created + number, *author)


def _story(chance: random.Random, number: int, created: float) -> Story:
    reach = chance.randrange(900, 2400)
    return Story(str(number), created, media_type="VIDEO", views=reach + 90, reach=reach, replies=3, exits=reach // 9)


def _clicks(chance: random.Random, posts: list[Post], now: float) -> Iterator[PostClicks]:
    for day in range(90):
        post = chance.choice((None, *posts[-30:]))
        hour = int(now // 3600 * 3600 - day * _DAY)
        yield PostClicks(post.id if post else None, hour, "IPhone", chance.randrange(5, 90), estimated=day % 3 == 0)
        yield PostClicks(post.id if post else None, hour, "Android", chance.randrange(5, 60), estimated=False)
