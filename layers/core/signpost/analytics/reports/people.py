"""Reports whose rows are people: followers, those whom the account follows, likers and commenters."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final

from signpost.analytics.reports import numbers
from signpost.analytics.reports.result import Cell, Missing, Result, Scope, Table
from signpost.analytics.snapshot import Engagers, Snapshot

COLUMNS: Final = ("userid", "smaxx-id", "pic", "c1", "av1", "c2", "av2", "value")
_LIKERS, _COMMENTS, _FOLLOWERS, _FOLLOWING = "likers", "comments", "followers", "following"

Numbers = Callable[[int], int]


class _People:
    """The people of a snapshot by their index, and what each has done."""

    def __init__(self, scope: Scope) -> None:
        self.snapshot: Snapshot = scope.chosen()
        self.everybody = range(len(self.snapshot.people))
        self._members = scope.members
        self._posts = len(self.snapshot.posts)

    @cached_property
    def likes(self) -> list[int]:
        return self._counts(self.snapshot.liking)

    @cached_property
    def comments(self) -> list[int]:
        return self._counts(self.snapshot.commenting)

    @cached_property
    def followers(self) -> frozenset[int]:
        return frozenset(self.snapshot.followers or ())

    def both(self, person: int) -> int:
        return self.likes[person] + self.comments[person]

    def posts_since(self, person: int) -> int:
        """How many posts there are from the first one that this person, who has, liked or commented on."""
        engagers = (self.snapshot.liking, self.snapshot.commenting)
        return self._posts - min(each.firsts[person] for each in engagers if each and each.counts[person])

    def rate(self, person: int) -> float:
        """Equal rates are equal floats, as division rounds correctly."""
        return self.both(person) / self.posts_since(person)

    def missing(self, *needed: str) -> Missing | None:
        """`needed` names data; of those in `_ENGAGEMENT`, one is enough."""
        there = {
            _LIKERS: self.snapshot.likes is not None,
            _COMMENTS: self.snapshot.comments is not None,
            _FOLLOWERS: self.snapshot.followers is not None,
            _FOLLOWING: self.snapshot.following is not None,
        }
        absent = tuple(name for name in needed if not there[name])
        return Missing(absent) if absent else None

    def engagement_missing(self, *needed: str) -> Missing | None:
        """As `missing`, and likes or comments have to be there: whichever the data has."""
        absent = self.missing(*needed)
        if self.based_on:
            return absent
        return Missing((*(absent.what if absent else ()), _LIKERS, _COMMENTS))

    @property
    def based_on(self) -> tuple[str, ...]:
        there = (("likes", self.snapshot.likes), ("comments", self.snapshot.comments))
        return tuple(name for name, marks in there if marks is not None)

    def by_number(self, people: Iterable[int], number: Numbers, based_on: tuple[str, ...]) -> Table:
        """Most first. People have the order of their ids, which a sort keeps."""
        rows = sorted(people, key=lambda person: -number(person))
        return Table(COLUMNS, rows, lambda person: self._cells(person, number(person)), based_on)

    def by_id(self, people: Iterable[int], based_on: tuple[str, ...] = ()) -> Table:
        return Table(COLUMNS, list(people), lambda person: self._cells(person, None), based_on)

    def by_rate(self, people: Iterable[int]) -> Table:
        rows = sorted(people, key=lambda person: -self.rate(person))

        def cells(person: int) -> Sequence[Cell]:
            return self._cells(person, numbers.quotient(self.both(person), self.posts_since(person), 2))

        return Table(COLUMNS, rows, cells, self.based_on)

    def _counts(self, engagers: Engagers | None) -> list[int]:
        return engagers.counts if engagers else [0] * len(self.snapshot.people)

    def _cells(self, person: int, value: Cell) -> Sequence[Cell]:
        id_, username = self.snapshot.people[person]
        likes, comments = (self._average(each, person) for each in (self.snapshot.liking, self.snapshot.commenting))
        return (username or id_, self._members.get(username or "", ""), None, *likes, *comments, value)

    def _average(self, engagers: Engagers | None, person: int) -> tuple[int | None, str | None]:
        if engagers is None:
            return None, None
        count = engagers.counts[person]
        return count, numbers.quotient(count, self._posts - engagers.firsts[person], 2) if count else "0.00"


def all_followers(scope: Scope) -> Result:
    """Everybody who follows the account, by id."""
    people = _People(scope)
    return people.missing(_FOLLOWERS) or people.by_id(people.snapshot.followers or ())


def ghost_followers(scope: Scope) -> Result:
    """Followers who never liked or commented, by id."""
    people = _People(scope)
    ghosts = (person for person in people.snapshot.followers or () if not people.both(person))
    return people.engagement_missing(_FOLLOWERS) or people.by_id(ghosts, people.based_on)


def unrequited_followers(scope: Scope) -> Result:
    """Followers whom the account does not follow, by id."""
    people = _People(scope)
    following = frozenset(people.snapshot.following or ())
    unrequited = (person for person in people.snapshot.followers or () if person not in following)
    return people.missing(_FOLLOWERS, _FOLLOWING) or people.by_id(unrequited)


def booster_followers(scope: Scope) -> Result:
    """Followers by likes and comments per post since they first engaged, most first."""
    people = _People(scope)
    engaged = (person for person in people.snapshot.followers or () if people.both(person))
    return people.engagement_missing(_FOLLOWERS) or people.by_rate(engaged)


def secret_admirers(scope: Scope) -> Result:
    """People who like or comment but do not follow, most first."""
    people = _People(scope)
    admirers = (person for person in people.everybody if people.both(person) and person not in people.followers)
    return people.engagement_missing(_FOLLOWERS) or people.by_number(admirers, people.both, people.based_on)


def all_followings(scope: Scope) -> Result:
    """Everybody whom the account follows, by id."""
    people = _People(scope)
    return people.missing(_FOLLOWING) or people.by_id(people.snapshot.following or ())


def top_likers(scope: Scope) -> Result:
    """People by the number of posts that they liked, most first."""
    people = _People(scope)
    likers = filter(people.likes.__getitem__, people.everybody)
    return people.missing(_LIKERS) or people.by_number(likers, people.likes.__getitem__, ("likes",))


def top_commenters(scope: Scope) -> Result:
    """People by the number of their comments, most first."""
    people = _People(scope)
    commenters = filter(people.comments.__getitem__, people.everybody)
    return people.missing(_COMMENTS) or people.by_number(commenters, people.comments.__getitem__, ("comments",))


def speechless_likers(scope: Scope) -> Result:
    """People who liked posts and never commented, by the number of posts that they liked, most first."""
    people = _People(scope)
    speechless = (person for person in people.everybody if people.likes[person] and not people.comments[person])
    return people.missing(_LIKERS, _COMMENTS) or people.by_number(speechless, people.likes.__getitem__, people.based_on)


def heartless_commenters(scope: Scope) -> Result:
    """People who commented and never liked a post, by the number of their comments, most first."""
    people = _People(scope)
    heartless = (person for person in people.everybody if people.comments[person] and not people.likes[person])
    return people.missing(_LIKERS, _COMMENTS) or people.by_number(
        heartless, people.comments.__getitem__, people.based_on
    )
