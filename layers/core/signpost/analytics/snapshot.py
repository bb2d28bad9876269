"""What a report reads: everything that is known about one account at one time.

A snapshot never changes. What nobody supplied is None, which is not the same as empty: an account without followers
has `followers=()`, one whose followers are unknown has None. All times are seconds since 1970.

Posts are in order of (created, id); what happened to them refers to them by their index. People are in order of
their keys and referred to by index too, so that a report over 100,000 comments compares numbers only.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple


class Account(NamedTuple):
    """The counts are those of today."""

    id: str
    username: str
    name: str = ""
    zone: str | None = None  # a name of the IANA time zone database
    followers: int | None = None
    following: int | None = None
    posts: int | None = None


class Post(NamedTuple):
    """A number is None when Meta does not give it: `likes` where the owner hides them, say."""

    id: str
    created: float
    caption: str = ""
    permalink: str | None = None
    picture: str | None = None
    media_type: str | None = None  # IMAGE | VIDEO | CAROUSEL_ALBUM
    product_type: str | None = None  # AD | FEED | REELS
    likes: int | None = None
    comments: int | None = None
    saves: int | None = None
    shares: int | None = None
    reach: int | None = None
    views: int | None = None
    tags: tuple[str, ...] = ()  # of the caption and the owner's own first comment, in lower case, each once
    mentions: tuple[str, ...] = ()  # of the caption, in lower case, each once
    tagged: tuple[str, ...] | None = None  # in the picture; only an export says so
    filter: str | None = None  # only where `Snapshot.has_filters`


class Person(NamedTuple):
    """Somebody who follows, is followed, comments or likes. At least one of both is known."""

    id: str | None
    username: str | None  # in lower case, as last seen

    @property
    def key(self) -> tuple[str, bool]:
        """What people are told apart and sorted by. An id and a name may be the same digits."""
        return (self.id, False) if self.id is not None else (self.username or "", True)


class Marks(NamedTuple):
    """What people left on posts, as columns, in order of the posts: indexes of posts and people, and times.

    Without those of the owner, and of people whom Instagram no longer names.
    """

    posts: tuple[int, ...]
    people: tuple[int, ...]
    created: tuple[float, ...] = ()  # of comments; Instagram never said when somebody liked


class DailyCounts(NamedTuple):
    at: float
    followers: int | None = None
    following: int | None = None
    posts: int | None = None


class Story(NamedTuple):
    id: str
    created: float
    permalink: str | None = None
    picture: str | None = None
    media_type: str | None = None
    views: int | None = None
    reach: int | None = None
    replies: int | None = None
    shares: int | None = None
    follows: int | None = None
    profile_visits: int | None = None
    forward: int | None = None  # taps to the next story
    back: int | None = None  # taps to the story before
    next_account: int | None = None  # swipes to another account's stories
    exits: int | None = None


class PostClicks(NamedTuple):
    """People's clicks on tracked links in one hour, on one platform."""

    post: str | None  # its id; None: no post brought them
    hour: int  # when it began
    platform: str
    clicks: int
    estimated: bool  # shared out by a rule of thumb, as opposed to counted


@dataclass(frozen=True)
class Snapshot:
    at: float
    account: Account
    posts: tuple[Post, ...] = ()
    people: tuple[Person, ...] = ()
    comments: Marks | None = None
    likes: Marks | None = None
    followers: tuple[int, ...] | None = None  # indexes of people, ascending
    following: tuple[int, ...] | None = None
    has_filters: bool = False
    days: tuple[DailyCounts, ...] | None = None  # oldest first, about one a day
    stories: tuple[Story, ...] | None = None
    demographics: Mapping[str, Mapping[str, int]] | None = None  # dimension: {value: followers}
    clicks: tuple[PostClicks, ...] | None = None

    def between(self, start: float, end: float) -> "Snapshot":
        """Only what was created from `start` up to but not including `end`: posts with all about them, days, stories.

        Clicks stay, because old posts go on bringing them.
        """
        first, stop = (bisect_left(self.posts, edge, key=lambda post: post.created) for edge in (start, end))
        return replace(
            self,
            posts=self.posts[first:stop],
            comments=_cut(self.comments, first, stop),
            likes=_cut(self.likes, first, stop),
            days=None if self.days is None else tuple(day for day in self.days if start <= day.at < end),
            stories=None
            if self.stories is None
            else tuple(each for each in self.stories if start <= each.created < end),
        )

    @cached_property
    def liking(self) -> "Engagers | None":
        return None if self.likes is None else _engagers(self.likes, len(self.people))

    @cached_property
    def commenting(self) -> "Engagers | None":
        return None if self.comments is None else _engagers(self.comments, len(self.people))


class Engagers(NamedTuple):
    """By a person's index: how many marks they left, and the index of the first post they left one on."""

    counts: list[int]
    firsts: list[int]  # meaningless where the count is 0


def _engagers(marks: Marks, people: int) -> Engagers:
    counts, firsts = [0] * people, [0] * people
    for post, person in zip(marks.posts, marks.people, strict=True):
        if not counts[person]:
            firsts[person] = post
        counts[person] += 1
    return Engagers(counts, firsts)


def _cut(marks: Marks | None, first: int, stop: int) -> Marks | None:
    if marks is None:
        return None
    here = slice(bisect_left(marks.posts, first), bisect_left(marks.posts, stop))
    return Marks(tuple(post - first for post in marks.posts[here]), marks.people[here], marks.created[here])
