"""The people, Pages, accounts and posts that the stand-in knows. All of them are made up."""

import functools
import hashlib
import itertools
import re
from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from local.meta.drawings import MOTIFS

DAY_S: Final = 86_400
_TAG: Final = re.compile(r"#(\w+)")
FIRST_MEDIA: Final = 17_900_000_000_000_000


@dataclass
class Comment:
    id: str
    text: str
    username: str
    from_id: str
    timestamp: float
    likes: int = 0
    hidden: bool = False
    parent_id: str | None = None
    replies: list["Comment"] = field(default_factory=list)


@dataclass
class Media:
    """A post, story or item of an album. `shown_url` is False for copyrighted media, whose address Meta withholds."""

    id: str
    username: str
    owner_id: str
    timestamp: float
    caption: str | None = None
    media_type: str = "IMAGE"
    product_type: str = "FEED"
    likes: int = 0
    hides_likes: bool = False
    shown_url: bool = True
    viewers: int = 500
    reach: int | None = None  # like the next two, worked out from the id where it is None
    saved: int | None = None
    shares: int | None = None
    before_conversion: bool = False
    insights_unavailable: bool = False
    comments: list[Comment] = field(default_factory=list)
    children: list["Media"] = field(default_factory=list)
    parent_id: str | None = None
    motif: str = ""  # what its picture shows

    @property
    def picture(self) -> str:
        return f"{self.motif}-{self.id}"

    @property
    def shortcode(self) -> str:
        return "C" + hashlib.sha256(self.id.encode()).hexdigest()[:10]

    @property
    def tags(self) -> frozenset[str]:
        return frozenset(tag.lower() for tag in _TAG.findall(self.caption or ""))


@dataclass
class Account:
    """An Instagram professional account. `id` is what webhooks name; Instagram Login's `/me` calls it `user_id`."""

    id: str
    app_scoped_id: str
    username: str
    name: str
    account_type: str = "Business"
    biography: str = ""
    website: str | None = None
    followers: int = 0
    follows: int = 0
    media: list[Media] = field(default_factory=list)
    stories: list[Media] = field(default_factory=list)
    subscribed: set[str] = field(default_factory=set)
    tester: bool = True
    motifs: tuple[str, ...] = MOTIFS  # what its pictures show; the first is its profile picture
    personal: bool = False  # no longer professional, so no app may read it
    daily_followers: dict[int, int] = field(default_factory=dict)  # by the number of the UTC day since 1970
    audience: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by dimension: parts of all followers


@dataclass
class FacebookPage:
    id: str
    name: str
    account: Account | None = None
    tasks: tuple[str, ...] = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE")
    subscribed: set[str] = field(default_factory=set)
    linked: bool = True

    @property
    def readable(self) -> Account | None:
        """Its account, if apps may read it."""
        return self.account if self.account and self.linked and not self.account.personal else None


@dataclass
class Person:
    """Someone with a Facebook login; `id` is app-scoped."""

    id: str
    login: str
    name: str
    pages: list[FacebookPage] = field(default_factory=list)

    @property
    def accounts(self) -> list[Account]:
        """The accounts that apps may read."""
        return [page.readable for page in self.pages if page.readable]


Holder = Person | Account


def login_of(holder: Holder) -> str:
    """The name by which tests and pages choose who logs in."""
    return holder.login if isinstance(holder, Person) else holder.username


def _number(name: str) -> int:
    """A number for an id, derived from the name, so that it is the same after a restart."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10**12


@functools.cache
def commenter_id(username: str) -> str:
    """The id by which Meta names somebody to this app."""
    return str(6_000_000_000_000_000 + int(hashlib.sha256(username.encode()).hexdigest()[:8], 16))


def _motif(account: Account, media_id: str) -> str:
    return account.motifs[int(media_id) % len(account.motifs)]


@dataclass
class World:
    people: list[Person] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    _media: dict[str, Media] = field(default_factory=dict, repr=False, compare=False)
    _numbers: "itertools.count[int]" = field(
        default_factory=lambda: itertools.count(FIRST_MEDIA + 1), repr=False, compare=False
    )

    def account(self, name: str) -> Account:
        """By username or either id. Raises KeyError."""
        for account in self.accounts:
            if name in {account.username, account.id, account.app_scoped_id}:
                return account
        raise KeyError(name)

    def holder(self, provider: str, login: str) -> Holder:
        """Who logs in: with `facebook` a person (also by an account of theirs), else an account. Raises KeyError."""
        if provider == "instagram":
            return self.account(login)
        for person in self.people:
            accounts = [page.account for page in person.pages if page.account]
            names = {name for account in accounts for name in (account.username, account.id)}
            if login in {person.login, person.id} | names:
                return person
        raise KeyError(login)

    def media(self, media_id: str) -> Media | None:
        return self._media.get(media_id)

    def _next_id(self) -> str:
        return str(next(self._numbers))

    def add_account(
        self,
        username: str,
        *,
        name: str | None = None,
        account_type: str = "Business",
        motifs: tuple[str, ...] = MOTIFS,
    ) -> Account:
        if any(account.username == username for account in self.accounts):
            raise ValueError(f"{username} is there already.")
        number = _number(username)
        account = Account(
            id=str(17_841_400_000_000_000 + number),
            app_scoped_id=str(24_500_000_000_000_000 + number),  # beyond 2**53, as real ones may be
            username=username,
            name=name or username,
            account_type=account_type,
            biography=f"Posts of {name or username}. Made up.",
            website=f"https://{username}.example/",
            followers=150 + number % 9000,
            follows=20 + number % 300,
            motifs=motifs,
        )
        self.accounts.append(account)
        return account

    def rename(self, account: Account, username: str) -> None:
        """Give an account another username: its ids, posts and followers stay. Raises ValueError when it is taken."""
        if any(each.username == username for each in self.accounts):
            raise ValueError(f"{username} is there already.")
        account.username = username
        for media in self._media.values():
            if media.owner_id == account.id:
                media.username = username

    def add_person(self, login: str, name: str, pages: dict[str, Account | None]) -> Person:
        number = _number(login)
        made = [
            FacebookPage(str(100_000_000_000_000 + number * 10 + place), page_name, account)
            for place, (page_name, account) in enumerate(pages.items())
        ]
        person = Person(str(10_150_000_000_000_000 + number), login, name, made)
        self.people.append(person)
        return person

    def publish(
        self,
        account: Account,
        at: float,
        *,
        caption: str | None = None,
        media_type: str = "IMAGE",
        product_type: str = "FEED",
    ) -> Media:
        """A new post or story. An album gets three pictures."""
        number = self._next_id()
        media = Media(
            id=number,
            username=account.username,
            owner_id=account.id,
            timestamp=at,
            caption=caption,
            media_type=media_type,
            product_type=product_type,
            likes=int(number) * 7919 % 480,
            motif=_motif(account, number),
        )
        if media_type == "CAROUSEL_ALBUM":
            media.children = [
                Media(each, account.username, account.id, at, parent_id=media.id, motif=_motif(account, each))
                for each in (self._next_id(), self._next_id(), self._next_id())
            ]
        self._media.update((each.id, each) for each in (media, *media.children))
        shelf = account.stories if product_type == "STORY" else account.media
        insort(shelf, media, key=lambda each: (-each.timestamp, -int(each.id)))
        return media

    def fill(self, account: Account, newest: float, posts: int, apart: float) -> None:
        """Many posts, `apart` seconds from one another: pictures mostly, every tenth one a reel."""
        for number in range(posts):
            is_reel = number % 10 == 9  # noqa: PLR2004
            media = Media(
                id=self._next_id(),
                username=account.username,
                owner_id=account.id,
                timestamp=newest - number * apart,
                caption=f"Number {number} #archive",
                media_type="VIDEO" if is_reel else "IMAGE",
                product_type="REELS" if is_reel else "FEED",
                likes=number * 7919 % 480,
            )
            self._media[media.id] = media
            account.media.append(media)
        account.media.sort(key=lambda each: (-each.timestamp, -int(each.id)))

    def comment(self, media: Media, at: float, *, username: str, text: str) -> Comment:
        number = self._next_id()
        comment = Comment(number, text, username, commenter_id(username), at)
        media.comments.append(comment)
        return comment
