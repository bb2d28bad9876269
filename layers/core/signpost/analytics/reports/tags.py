"""Reports whose rows are hashtags, tagged users or filters: most-popular-tags and so on, hashtag-lift."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from signpost.analytics.reports import numbers
from signpost.analytics.reports.posts import engagement
from signpost.analytics.reports.result import Cell, Missing, Result, Scope, Table
from signpost.analytics.snapshot import Post

COLUMNS: Final = ("pic", "val", "count", "before-first", "before-last", "value")
LIFT_COLUMNS: Final = ("val", "count", "without", "median-with", "median-without", "lift")
_POPULAR: Final = 2  # posts that a word must be on
_COMPARABLE: Final = 3  # posts with a tag, and without it


class _Use(NamedTuple):
    """A word, and the indexes of the posts that have it."""

    word: str
    posts: list[int]


class _Popular(NamedTuple):
    use: _Use
    mean: Fraction | None  # of likes, of the posts that show them


class _Lift(NamedTuple):
    tag: str
    posts: int
    without: int
    median: float
    median_without: float

    @property
    def lift(self) -> float | None:
        return self.median / self.median_without if self.median_without else None


def most_popular_tags(scope: Scope) -> Result:
    """Hashtags of more than one post, by the mean likes of those posts, most first."""
    return _popular(scope.chosen().posts, lambda post: post.tags)


def most_popular_taggedusers(scope: Scope) -> Result:
    """People tagged in more than one post, or named in its caption where nobody knows who is tagged."""
    posts = scope.chosen().posts
    known = {post.tagged is not None for post in posts}
    based_on = tuple(name for name, there in (("tags", True), ("captions", False)) if there in known)
    return _popular(
        posts, lambda post: post.mentions if post.tagged is None else post.tagged, based_on or ("captions",)
    )


def most_popular_filters(scope: Scope) -> Result:
    """Filters of more than one post, by the mean likes of those posts, most first."""
    if not scope.snapshot.has_filters:
        return Missing(("filters",))
    return _popular(scope.chosen().posts, lambda post: (post.filter,) if post.filter else ())


def hashtag_lift(scope: Scope) -> Result:
    """By hashtag: the median engagement of the posts that have it, divided by that of those without; largest first."""
    posts = scope.chosen().posts
    numbered = sorted((number, index) for index, post in enumerate(posts) if (number := engagement(post)) is not None)
    if posts and not numbered:
        return Missing(("likes",))
    places = {index: place for place, (_, index) in enumerate(numbered)}
    ordered = [number for number, _ in numbered]
    lifts = [
        _lift(use.word, sorted(places[index] for index in use.posts if index in places), ordered)
        for use in _uses(posts, lambda post: post.tags)
    ]
    rows = [each for each in lifts if min(each.posts, each.without) >= _COMPARABLE]
    rows.sort(key=lambda row: (row.lift is None, -(row.lift or 0), row.tag))
    return Table(LIFT_COLUMNS, rows, _lift_cells)


def _popular(posts: Sequence[Post], words: Callable[[Post], Iterable[str]], based_on: tuple[str, ...] = ()) -> Table:
    rows = [_Popular(use, _mean_likes(posts, use)) for use in _uses(posts, words) if len(use.posts) >= _POPULAR]
    rows.sort(key=lambda row: (row.mean is None, -(row.mean or 0), row.use.word))

    def cells(row: _Popular) -> Sequence[Cell]:
        (word, indexes), mean = row
        value = None if mean is None else numbers.quotient(mean.numerator, mean.denominator, 2)
        return (posts[indexes[-1]].picture, word, len(indexes), indexes[0], indexes[-1], value)

    return Table(COLUMNS, rows, cells, based_on)


def _uses(posts: Sequence[Post], words: Callable[[Post], Iterable[str]]) -> list[_Use]:
    found: dict[str, list[int]] = {}
    for index, post in enumerate(posts):
        for word in words(post):
            found.setdefault(word, []).append(index)
    return [_Use(word, indexes) for word, indexes in found.items()]


def _mean_likes(posts: Sequence[Post], use: _Use) -> Fraction | None:
    likes = [shown for index in use.posts if (shown := posts[index].likes) is not None]
    return Fraction(sum(likes), len(likes)) if likes else None


def _lift(tag: str, places: list[int], ordered: list[int]) -> _Lift:
    """`ordered`: the engagement of all posts, ascending; `places`: those of the posts with the tag in it."""
    with_it = [ordered[place] for place in places]
    without = len(ordered) - len(places)
    # How many of the others come before each place; so the others can be counted off without a list of them.
    others_before = [place - index for index, place in enumerate(places)]

    def other(number: int) -> int:
        return ordered[number + bisect_right(others_before, number)]

    middle = [other((without - 1) // 2), other(without // 2)] if without else []
    return _Lift(tag, len(places), without, numbers.median(with_it) or 0, numbers.median(middle) or 0)


def _lift_cells(row: _Lift) -> Sequence[Cell]:
    # Medians of whole numbers are halves at most.
    lift = numbers.ratio(round(2 * row.median), round(2 * row.median_without)) if row.median_without else None
    return (row.tag, row.posts, row.without, row.median, row.median_without, lift)
