"""Makes a snapshot of what syncs, exports and campaigns know.

The same person comes by id from one source and by name from another. Ids are believed; a name without an id belongs to
whoever was last seen with both, because a name that somebody gave up may be taken by somebody else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple, TypeVar

from signpost.analytics.snapshot import Account, DailyCounts, Marks, Person, Post, PostClicks, Snapshot, Story


class Comment(NamedTuple):
    """Instagram names no author when the account has been deleted."""

    id: str
    post: str  # its id
    created: float
    author_id: str | None = None
    username: str | None = None


class Like(NamedTuple):
    post: str  # its id
    liker_id: str | None = None
    username: str | None = None


class Contact(NamedTuple):
    """Somebody who follows the account or is followed by it; an export gives the name only."""

    id: str | None = None
    username: str | None = None


class Gathered(NamedTuple):
    """In any order; None where nobody supplied it. A post, comment or like may be there twice."""

    at: float
    account: Account
    posts: Iterable[Post]
    comments: Iterable[Comment] | None = None
    likes: Iterable[Like] | None = None
    followers: Iterable[Contact] | None = None
    following: Iterable[Contact] | None = None
    has_filters: bool = False
    days: Iterable[DailyCounts] | None = None
    stories: Iterable[Story] | None = None
    demographics: Mapping[str, Mapping[str, int]] | None = None
    clicks: Iterable[PostClicks] | None = None


def snapshot(gathered: Gathered) -> Snapshot:
    posts = tuple(
        sorted({post.id: _tidy(post) for post in gathered.posts}.values(), key=lambda post: (post.created, post.id))
    )
    numbers = {post.id: number for number, post in enumerate(posts)}
    comments = _of_posts(gathered.comments, numbers)
    likes = _of_posts(gathered.likes, numbers)
    followers = None if gathered.followers is None else list(gathered.followers)
    following = None if gathered.following is None else list(gathered.following)
    people = _People(gathered.account)
    seen = [(each.created, each.author_id, each.username) for each in comments or ()]
    seen += [(posts[numbers[each.post]].created, each.liker_id, each.username) for each in likes or ()]
    seen += [(gathered.at, each.id, each.username) for each in (*(followers or ()), *(following or ()))]
    for _, id_, username in sorted(seen, key=lambda each: (each[0], each[1] or "", each[2] or "")):
        people.meet(id_, username)
    people.number()
    return Snapshot(
        at=gathered.at,
        account=gathered.account,
        posts=posts,
        people=people.everybody,
        comments=None if comments is None else _comments(comments, numbers, people),
        likes=None if likes is None else _likes(likes, numbers, people),
        followers=_contacts(followers, people),
        following=_contacts(following, people),
        has_filters=gathered.has_filters,
        days=None if gathered.days is None else tuple(sorted(gathered.days, key=lambda day: day.at)),
        stories=None
        if gathered.stories is None
        else tuple(sorted(gathered.stories, key=lambda each: (each.created, each.id))),
        demographics=gathered.demographics,
        clicks=None if gathered.clicks is None else tuple(gathered.clicks),
    )


def with_clicks(taken: Snapshot, clicks: Iterable[PostClicks]) -> Snapshot:
    """The snapshot with what links brought, which is worked out from its posts."""
    return replace(taken, clicks=tuple(clicks))


_NOBODY: Final = None
M = TypeVar("M", Comment, Like)


class _People:
    """Everybody but the owner, found by id or by name."""

    def __init__(self, owner: Account) -> None:
        self._owner_id, self._owner_name = owner.id, owner.username.lower()
        self._names: dict[str, str | None] = {}  # by id: the name last seen
        self._ids: dict[str, str] = {}  # by name: the id last seen with it
        self._only_names: dict[str, None] = {}
        self._numbers: dict[tuple[str, bool], int] = {}
        self.everybody: tuple[Person, ...] = ()

    def meet(self, id_: str | None, username: str | None) -> None:
        """In the order of time."""
        name = (username or "").lower()
        if self._is_owner(id_, name):
            return
        if id_:
            if name:
                self._names[id_] = name
                self._ids[name] = id_
            else:
                self._names.setdefault(id_, None)
        elif name:
            self._only_names[name] = None

    def number(self) -> None:
        """When everybody has been met."""
        found = [Person(id_, name) for id_, name in self._names.items()]
        found += [Person(None, name) for name in self._only_names if name not in self._ids]
        self.everybody = tuple(sorted(found, key=lambda person: person.key))
        self._numbers = {person.key: number for number, person in enumerate(self.everybody)}

    def find(self, id_: str | None, username: str | None) -> int | None:
        """None: the owner, or nobody that could be named."""
        name = (username or "").lower()
        if self._is_owner(id_, name) or not (id_ or name):
            return _NOBODY
        id_ = id_ or self._ids.get(name)
        return self._numbers[(id_, False) if id_ else (name, True)]

    def _is_owner(self, id_: str | None, name: str) -> bool:
        return id_ == self._owner_id or name == self._owner_name


def _of_posts(marks: Iterable[M] | None, posts: Mapping[str, int]) -> list[M] | None:
    return None if marks is None else [each for each in marks if each.post in posts]


def _comments(comments: Iterable[Comment], numbers: Mapping[str, int], people: _People) -> Marks:
    found = sorted(
        (numbers[each.post], each.created, person)
        for each in {each.id: each for each in comments}.values()
        if (person := people.find(each.author_id, each.username)) is not None
    )
    return Marks(tuple(row[0] for row in found), tuple(row[2] for row in found), tuple(row[1] for row in found))


def _likes(likes: Iterable[Like], numbers: Mapping[str, int], people: _People) -> Marks:
    """Nobody likes a post twice."""
    found = sorted(
        {
            (numbers[each.post], person)
            for each in likes
            if (person := people.find(each.liker_id, each.username)) is not None
        }
    )
    return Marks(tuple(row[0] for row in found), tuple(row[1] for row in found))


def _contacts(contacts: Iterable[Contact] | None, people: _People) -> tuple[int, ...] | None:
    if contacts is None:
        return None
    found = (people.find(each.id, each.username) for each in contacts)
    return tuple(sorted({number for number in found if number is not None}))


def _tidy(post: Post) -> Post:
    """Each name once, in lower case."""
    tagged = None if post.tagged is None else _each_once(post.tagged)
    return post._replace(tags=_each_once(post.tags), mentions=_each_once(post.mentions), tagged=tagged)


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.casefold() for name in names))
