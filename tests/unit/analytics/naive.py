"""The reports once more, as slow and plain as the specification's sentences, over what was gathered.

Nothing here is shared with the real ones, not even how people are told apart or numbers are rounded.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from signpost.analytics.gathering import Gathered
from signpost.analytics.snapshot import Post

Rows = list[dict[str, Any]]
Answer = Rows | list[list[Any]] | tuple[str, ...]  # rows, a matrix, or what is missing


class Naive:
    def __init__(self, raw: Gathered, zone: ZoneInfo, start: float | None = None, end: float | None = None) -> None:
        self.raw, self.zone, self.start, self.end = raw, zone, start, end
        self.all_posts = self.sorted_posts(list(raw.posts))
        self.posts = [post for post in self.all_posts if self.inside(post.created)]
        self.n = len(self.posts)

    def inside(self, moment: float) -> bool:
        return (self.start is None or moment >= self.start) and (self.end is None or moment < self.end)

    @staticmethod
    def sorted_posts(posts: list[Post]) -> list[Post]:
        return sorted(posts, key=lambda post: (post.created, post.id))

    # --------------------------------------------------------------------------------------------------- people
    @cached_property
    def sightings(self) -> list[tuple[float, str, str]]:
        """(when, id, name), oldest first."""
        times = {post.id: post.created for post in self.all_posts}
        comments = [(each.created, each.author_id, each.username, each.post) for each in self.raw.comments or ()]
        likes = [(times.get(each.post, 0), each.liker_id, each.username, each.post) for each in self.raw.likes or ()]
        contacts = [*(self.raw.followers or ()), *(self.raw.following or ())]
        found = [(when, id_, name) for when, id_, name, post in comments + likes if post in times]
        found += [(self.raw.at, each.id, each.username) for each in contacts]
        return sorted((when, id_ or "", name or "") for when, id_, name in found)

    def is_owner(self, id_: str | None, name: str | None) -> bool:
        return id_ == self.raw.account.id or (name or "").lower() == self.raw.account.username

    def who(self, id_: str | None, name: str | None) -> str | None:
        """`id:…` or `name:…`; None for the owner and for nobody."""
        if self.is_owner(id_, name):
            return None
        if id_:
            return f"id:{id_}"
        if not name:
            return None
        owner_of_name = None
        for _, seen_id, seen_name in self.sightings:
            if seen_id and seen_name.lower() == name.lower() and not self.is_owner(seen_id, seen_name):
                owner_of_name = seen_id
        return f"id:{owner_of_name}" if owner_of_name else f"name:{name.lower()}"

    def userid(self, person: str) -> str:
        kind, _, value = person.partition(":")
        if kind == "name":
            return value
        name = value
        for _, seen_id, seen_name in self.sightings:
            if seen_id == value and seen_name and not self.is_owner(seen_id, seen_name):
                name = seen_name.lower()
        return name

    @staticmethod
    def in_order(people: list[str]) -> list[str]:
        return sorted(set(people), key=lambda person: (person.partition(":")[2], person.startswith("name:")))

    @cached_property
    def likes(self) -> dict[str, list[int]] | None:
        """By person: the indexes of the posts that they liked, each once."""
        if self.raw.likes is None:
            return None
        found: dict[str, list[int]] = {}
        for index, post in enumerate(self.posts):
            likers = {self.who(like.liker_id, like.username) for like in self.raw.likes if like.post == post.id}
            for liker in likers - {None}:
                found.setdefault(str(liker), []).append(index)
        return found

    @cached_property
    def comments(self) -> dict[str, list[int]] | None:
        """By person: the index of the post for each comment."""
        if self.raw.comments is None:
            return None
        found: dict[str, list[int]] = {}
        for index, post in enumerate(self.posts):
            for comment in self.raw.comments:
                author = self.who(comment.author_id, comment.username)
                if comment.post == post.id and author is not None:
                    found.setdefault(author, []).append(index)
        return found

    def followers(self) -> list[str] | None:
        return None if self.raw.followers is None else self.contacts(list(self.raw.followers))

    def following(self) -> list[str] | None:
        return None if self.raw.following is None else self.contacts(list(self.raw.following))

    def contacts(self, contacts: list[Any]) -> list[str]:
        found = [self.who(each.id, each.username) for each in contacts]
        return self.in_order([each for each in found if each is not None])

    def engagement(self) -> dict[str, int] | None:
        likes, comments = self.likes, self.comments
        if likes is None and comments is None:
            return None
        both: dict[str, int] = {}
        for part in (likes or {}, comments or {}):
            for person, posts in part.items():
                both[person] = both.get(person, 0) + len(posts)
        return both

    def person_row(self, person: str) -> dict[str, Any]:
        row: dict[str, Any] = {"userid": self.userid(person)}
        for number, marks in ((1, self.likes), (2, self.comments)):
            if marks is None:
                row |= {f"c{number}": None, f"av{number}": None}
                continue
            posts = marks.get(person, [])
            average = Fraction(len(posts), self.n - min(posts)) if posts else Fraction(0)
            row |= {f"c{number}": len(posts), f"av{number}": fixed(average, 2)}
        return row

    def people_rows(self, people: list[str], value: Callable[[str], Fraction | int] | None = None) -> Rows:
        ordered = self.in_order(people)
        if value is not None:
            ordered = sorted(ordered, key=lambda person: -value(person))
        shown: dict[str, int | str | None] = dict.fromkeys(ordered)
        for person in ordered if value is not None else ():
            number = value(person) if value else 0
            shown[person] = fixed(number, 2) if isinstance(number, Fraction) else number
        return [self.person_row(person) | {"value": shown[person]} for person in ordered]

    def absent(self, **needed: object) -> tuple[str, ...]:
        return tuple(name for name, data in needed.items() if data is None)

    def all_followers(self) -> Answer:
        followers = self.followers()
        return ("followers",) if followers is None else self.people_rows(followers)

    def all_followings(self) -> Answer:
        following = self.following()
        return ("following",) if following is None else self.people_rows(following)

    def unrequited_followers(self) -> Answer:
        followers, following = self.followers(), self.following()
        if followers is None or following is None:
            return self.absent(followers=followers, following=following)
        return self.people_rows([person for person in followers if person not in following])

    def ghost_followers(self) -> Answer:
        followers, engaged = self.followers(), self.engagement()
        if followers is None or engaged is None:
            return self.without_engagement(followers, engaged)
        return self.people_rows([person for person in followers if not engaged.get(person)])

    def booster_followers(self) -> Answer:
        followers, engaged = self.followers(), self.engagement()
        if followers is None or engaged is None:
            return self.without_engagement(followers, engaged)
        likes, comments = self.likes or {}, self.comments or {}

        def rate(person: str) -> Fraction:
            first = min([*likes.get(person, []), *comments.get(person, [])])
            return Fraction(engaged[person], self.n - first)

        return self.people_rows([person for person in followers if person in engaged], rate)

    def secret_admirers(self) -> Answer:
        followers, engaged = self.followers(), self.engagement()
        if followers is None or engaged is None:
            return self.without_engagement(followers, engaged)
        return self.people_rows([person for person in engaged if person not in followers], lambda each: engaged[each])

    def without_engagement(self, followers: object, engaged: object) -> tuple[str, ...]:
        return (*self.absent(followers=followers), *(("likers", "comments") if engaged is None else ()))

    def top_likers(self) -> Answer:
        likes = self.likes
        return ("likers",) if likes is None else self.people_rows(list(likes), lambda each: len(likes[each]))

    def top_commenters(self) -> Answer:
        comments = self.comments
        return ("comments",) if comments is None else self.people_rows(list(comments), lambda each: len(comments[each]))

    def speechless_likers(self) -> Answer:
        likes, comments = self.likes, self.comments
        if likes is None or comments is None:
            return self.absent(likers=likes, comments=comments)
        return self.people_rows([each for each in likes if each not in comments], lambda each: len(likes[each]))

    def heartless_commenters(self) -> Answer:
        likes, comments = self.likes, self.comments
        if likes is None or comments is None:
            return self.absent(likers=likes, comments=comments)
        return self.people_rows([each for each in comments if each not in likes], lambda each: len(comments[each]))

    # ---------------------------------------------------------------------------------------------------- posts
    def top_posts(self) -> Answer:
        return self.posts_by(lambda post: post.likes)

    def top_comments(self) -> Answer:
        return self.posts_by(lambda post: post.comments)

    def posts_by(self, number: Callable[[Post], int | None]) -> Rows:
        known = [post for post in self.posts if number(post) is not None]
        unknown = [post for post in self.posts if number(post) is None]
        known.sort(key=lambda post: post.id)
        known.sort(key=lambda post: number(post) or 0, reverse=True)  # a stable sort keeps the order of ids
        unknown.sort(key=lambda post: post.id)
        return [
            {"id": post.id, "likerscount": post.likes, "commentscount": post.comments, "engagement": engagement(post)}
            for post in known + unknown
        ]

    def engagement_rate(self) -> Answer:
        rows: Rows = []
        for post in self.posts:
            number = engagement(post)
            rates = {}
            for name, whole in (("reach", post.reach), ("views", post.views), ("followers", self.followers_at(post))):
                rates[f"by-{name}"] = None if number is None or not whole else rounded(Fraction(100 * number, whole))
            rows.append({"id": post.id, **rates})
        if rows and all(row[name] is None for row in rows for name in ("by-reach", "by-views", "by-followers")):
            return ("insights",)
        rows.sort(key=lambda row: row["id"])
        for name in ("by-followers", "by-views", "by-reach"):
            rows.sort(key=lambda row: -1.0 if row[name] is None else row[name], reverse=True)
        return rows

    def followers_at(self, post: Post) -> int | None:
        counted = sorted((day for day in self.raw.days or () if day.followers is not None), key=lambda day: day.at)
        if not counted:
            return self.raw.account.followers
        before = [day.followers for day in counted if day.at <= post.created]
        return before[-1] if before else counted[0].followers

    # ----------------------------------------------------------------------------------------------------- tags
    def popular(self, words: Callable[[Post], set[str]]) -> Rows:
        rows = []
        for word in sorted({word for post in self.posts for word in words(post)}):
            using = [(index, post) for index, post in enumerate(self.posts) if word in words(post)]
            if len(using) < 2:
                continue
            likes = [post.likes for _, post in using if post.likes is not None]
            mean = Fraction(sum(likes), len(likes)) if likes else None
            first, last = using[0], using[-1]
            rows.append(
                {
                    "val": word,
                    "count": len(using),
                    "before-first": first[0],
                    "before-last": last[0],
                    "pic": last[1].picture,
                    "value": None if mean is None else fixed(mean, 2),
                    "_": Fraction(-1) if mean is None else mean,
                }
            )
        rows.sort(key=lambda row: row["_"], reverse=True)  # type: ignore[arg-type,return-value]
        return [{name: value for name, value in row.items() if name != "_"} for row in rows]

    def most_popular_tags(self) -> Answer:
        return self.popular(lambda post: {tag.lower() for tag in post.tags})

    def most_popular_taggedusers(self) -> Answer:
        return self.popular(
            lambda post: {name.lower() for name in (post.mentions if post.tagged is None else post.tagged)}
        )

    def most_popular_filters(self) -> Answer:
        if not self.raw.has_filters:
            return ("filters",)
        return self.popular(lambda post: {post.filter} if post.filter else set())

    def hashtag_lift(self) -> Answer:
        numbers = {post.id: number for post in self.posts if (number := engagement(post)) is not None}
        if self.posts and not numbers:
            return ("likes",)
        rows = []
        for tag in sorted({tag.lower() for post in self.posts for tag in post.tags}):
            tagged = {post.id for post in self.posts if tag in [each.lower() for each in post.tags]}
            having = [number for id_, number in numbers.items() if id_ in tagged]
            lacking = [number for id_, number in numbers.items() if id_ not in tagged]
            if len(having) < 3 or len(lacking) < 3:
                continue
            under = middle(lacking)
            row = {"val": tag, "count": len(having), "without": len(lacking)}
            row |= {"median-with": float(middle(having)), "median-without": float(under)}
            lift = middle(having) / under if under else None
            rows.append(
                (row | {"lift": None if lift is None else rounded(lift)}, Fraction(-1) if lift is None else lift)
            )
        rows.sort(key=lambda pair: pair[1], reverse=True)
        return [row for row, _ in rows]

    # ---------------------------------------------------------------------------------------------------- hours
    def cells(self, posts: list[Post]) -> list[list[list[Post]]]:
        grid: list[list[list[Post]]] = [[[] for _ in range(24)] for _ in range(7)]
        for post in posts:
            local = datetime.fromtimestamp(post.created, UTC).astimezone(self.zone)
            grid[(local.weekday() + 1) % 7][local.hour].append(post)
        return grid

    def when_posting(self) -> Answer:
        grid = self.cells(self.posts)
        largest = max(len(cell) for row in grid for cell in row)
        return [[fixed(Fraction(len(cell), largest), 3) if largest else "0.000" for cell in row] for row in grid]

    def when_topost(self) -> Answer:
        shown = [post for post in self.posts if post.likes is not None]
        if self.posts and not shown:
            return ("likes",)
        grid = self.cells(shown)
        means = [[Fraction(sum(post.likes or 0 for post in cell), len(cell) or 1) for cell in row] for row in grid]
        largest = max(mean for row in means for mean in row)
        return [[fixed(mean / largest, 3) if largest else "0.000" for mean in row] for row in means]

    def best_time(self) -> Answer:
        known = [post for post in self.posts if engagement(post) is not None]
        if self.posts and not known:
            return ("likes",)
        overall = Fraction(sum(engagement(post) or 0 for post in known), len(known) or 1)
        return [
            [rounded((sum(engagement(post) or 0 for post in cell) + 4 * overall) / (len(cell) + 4)) for cell in row]
            for row in self.cells(known)
        ]

    # -------------------------------------------------------------------------------------------------- account
    def growth(self) -> Answer:
        counted = [day for day in self.raw.days or () if day.followers is not None and self.inside(day.at)]
        if not counted:
            return ("daily-counts",)
        by_day: dict[str, tuple[float, int]] = {}
        for day in counted:
            name = datetime.fromtimestamp(day.at, UTC).astimezone(self.zone).date().isoformat()
            if name not in by_day or by_day[name][0] <= day.at:
                by_day[name] = (day.at, day.followers or 0)
        rows: Rows = []
        before: int | None = None
        for name, (_, followers) in sorted(by_day.items()):
            net = None if before is None else followers - before
            percent = None if net is None or not before else rounded(Fraction(100 * net, before))
            rows.append({"day": name, "followers": followers, "net": net, "percent": percent})
            before = followers
        return rows

    def media_types(self) -> Answer:
        kinds = sorted({kind(post) for post in self.posts})
        rows = []
        for each in kinds:
            posts = [post for post in self.posts if kind(post) == each]
            numbers = [number for post in posts if (number := engagement(post)) is not None]
            rates = [
                Fraction(str(rounded(Fraction(100 * number, post.reach))))
                for post in posts
                if (number := engagement(post)) is not None and post.reach
            ]
            rows.append(
                {
                    "val": each,
                    "count": len(posts),
                    "likes": average([post.likes for post in posts]),
                    "comments": average([post.comments for post in posts]),
                    "engagement": average(numbers),
                    "median": float(middle(numbers)) if numbers else None,
                    "reach": average([post.reach for post in posts]),
                    "by-reach": rounded(sum(rates, Fraction(0)) / len(rates)) if rates else None,
                }
            )
        rows.sort(key=lambda row: -1.0 if row["engagement"] is None else row["engagement"], reverse=True)  # type: ignore[arg-type,return-value]
        return rows

    def stories(self) -> Answer:
        if self.raw.stories is None:
            return ("stories",)
        rows = []
        for story in sorted(self.raw.stories, key=lambda each: each.id):
            done = None
            if story.exits is not None and story.reach:
                done = rounded(100 * (1 - Fraction(story.exits, story.reach)))
            rows.append({"id": story.id, "created": story.created, "completion": done})
        rows = [row for row in rows if self.inside(row["created"])]  # type: ignore[arg-type]
        return sorted(rows, key=lambda row: row["created"], reverse=True)  # type: ignore[arg-type,return-value]

    def audience(self) -> Answer:
        if not self.raw.demographics:
            return ("demographics",)
        rows: Rows = []
        for dimension in ("country", "city", "age", "gender"):
            counts = self.raw.demographics.get(dimension, {})
            whole = sum(counts.values())
            for value in sorted(sorted(counts), key=lambda name: counts[name], reverse=True):
                share = rounded(Fraction(100 * counts[value], whole)) if whole else None
                rows.append({"dimension": dimension, "val": value, "count": counts[value], "percent": share})
        return rows

    def link_clicks(self) -> Answer:
        if self.raw.clicks is None:
            return ("clicks",)
        rows: Rows = []
        for post in sorted(self.all_posts, key=lambda each: each.id):
            own = [each for each in self.raw.clicks if each.post == post.id and self.inside(each.hour)]
            if own:
                row: dict[str, Any] = {"id": post.id, "clicks": sum(each.clicks for each in own)}
                row["estimated"] = sum(each.clicks for each in own if each.estimated)
                row["android"] = sum(each.clicks for each in own if each.platform == "Android")
                row["other"] = sum(each.clicks for each in own if each.platform == "other")
                rows.append(row)
        return sorted(rows, key=lambda row: row["clicks"], reverse=True)


def engagement(post: Post) -> int | None:
    total = None
    for number in (post.likes, post.comments, post.saves, post.shares):
        if number is not None:
            total = (total or 0) + number
    return total


def kind(post: Post) -> str:
    if post.product_type == "REELS":
        return "REELS"
    return post.media_type or "unknown"


def average(values: list[Any]) -> float | None:
    known = [value for value in values if value is not None]
    return rounded(Fraction(sum(known), len(known))) if known else None


def middle(values: list[int]) -> Fraction:
    ordered = sorted(values)
    half = len(ordered) // 2
    return Fraction(ordered[half]) if len(ordered) % 2 else Fraction(ordered[half - 1] + ordered[half], 2)


def fixed(value: Fraction, places: int) -> str:
    with localcontext(prec=60):
        return str((Decimal(value.numerator) / value.denominator).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def rounded(value: Fraction) -> float:
    """Halves up, also below zero: -0.125 is -0.12."""
    return float(Fraction((value * 100 + Fraction(1, 2)).__floor__(), 100))
