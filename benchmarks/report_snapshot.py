"""A made-up account for the reports: so many posts, ten comments for each, and the same in every run."""

import random

from signpost.analytics.gathering import Comment, Contact, Gathered, snapshot
from signpost.analytics.packed import pack
from signpost.analytics.snapshot import Account, DailyCounts, Post, PostClicks, Story

COMMENTS = 10  # of a post
_NOW = 1_795_244_400
_WORDS = ("bread", "rye", "sourdough", "oven", "flour", "butter", "morning", "bakery", "recipe", "friends", "order")


def packed(posts: int) -> bytes:
    chance = random.Random(posts)
    made = [_post(chance, number, _NOW - (posts - number) * 14_400) for number in range(posts)]
    comments = [_comment(chance, number, chance.choice(made)) for number in range(COMMENTS * posts)]
    people = [Contact(None, _name(number)) for number in range(0, 4 * posts, 2)]
    clicks = [
        PostClicks(chance.choice(made).id, _NOW - 3600 * chance.randrange(8760), "IPhone", 3, estimated=False)
        for _ in range(2 * posts)
    ]
    return pack(
        snapshot(
            Gathered(
                at=_NOW,
                account=Account("1", "nora", zone="Europe/Berlin", followers=len(people)),
                posts=made,
                comments=comments,
                followers=people,
                following=people[::5],
                days=[DailyCounts(_NOW - 86_400 * day, 9000 - day) for day in range(posts // 10)],
                stories=[
                    Story(str(number), _NOW - 9000 * number, reach=900, exits=90) for number in range(posts // 10)
                ],
                demographics={"country": {"DE": 600, "AT": 200}},
                clicks=clicks,
            )
        )
    )


def _post(chance: random.Random, number: int, created: int) -> Post:
    return Post(
        id=str(17_900_000_000_000_000 + number),
        created=created + chance.randrange(9000),
        caption=" ".join(chance.choices(_WORDS, k=40)),
        permalink=f"https://www.instagram.com/p/C{number:09}/",
        picture=f"pictures/{number}.jpg",
        media_type="IMAGE",
        likes=chance.randrange(5000),
        comments=COMMENTS,
        saves=chance.randrange(90),
        shares=chance.randrange(30),
        reach=chance.randrange(1, 90_000),
        views=chance.randrange(1, 90_000),
        tags=tuple(sorted({f"tag{min(int(chance.paretovariate(0.7)), 3000)}" for _ in range(10)})),
        mentions=(chance.choice(_WORDS),),
    )


def _comment(chance: random.Random, number: int, post: Post) -> Comment:
    author = min(int(chance.paretovariate(0.5)), 40_000)  # a few write much, many once
    return Comment(str(number), post.id, post.created + number % 86_400, str(10**16 + author), _name(author))


def _name(number: int) -> str:
    return f"user{number}"
