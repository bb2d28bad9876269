"""The people, Pages, accounts and posts that the stand-in knows, and the demo ones. All of them are made up."""

import hashlib
import itertools
import re
from dataclasses import dataclass, field
from typing import Final

DAY_S: Final = 86_400
_HOUR_S: Final = 3600
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
    """A post, story or item of an album. `shown_url=False` is copyrighted media, whose address Meta keeps back."""

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
    before_conversion: bool = False
    insights_unavailable: bool = False
    comments: list[Comment] = field(default_factory=list)
    children: list["Media"] = field(default_factory=list)
    parent_id: str | None = None

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


@dataclass
class Page:
    id: str
    name: str
    account: Account | None = None
    tasks: tuple[str, ...] = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE")
    subscribed: set[str] = field(default_factory=set)


@dataclass
class Person:
    """Someone with a Facebook login; `id` is app-scoped."""

    id: str
    login: str
    name: str
    pages: list[Page] = field(default_factory=list)

    @property
    def accounts(self) -> list[Account]:
        return [page.account for page in self.pages if page.account]


Holder = Person | Account


def login_of(holder: Holder) -> str:
    """The name by which tests and pages choose who logs in."""
    return holder.login if isinstance(holder, Person) else holder.username


def _number(name: str) -> int:
    """Ids follow from names, so that they are the same after a restart."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10**12


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
            names = {name for account in person.accounts for name in (account.username, account.id)}
            if login in {person.login, person.id} | names:
                return person
        raise KeyError(login)

    def media(self, media_id: str) -> Media | None:
        return self._media.get(media_id)

    def next_id(self) -> str:
        return str(next(self._numbers))

    def add_account(self, username: str, *, name: str | None = None, account_type: str = "Business") -> Account:
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
        )
        self.accounts.append(account)
        return account

    def add_person(self, login: str, name: str, pages: dict[str, Account | None]) -> Person:
        number = _number(login)
        made = [Page(str(100_000_000_000_000 + number * 10 + i), n, a) for i, (n, a) in enumerate(pages.items())]
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
        """A new post, or story, with what such a post has: an album gets three pictures."""
        number = self.next_id()
        media = Media(number, account.username, account.id, at, caption, media_type, product_type)
        media.likes = int(number) * 7919 % 480
        if media_type == "CAROUSEL_ALBUM":
            media.children = [
                Media(self.next_id(), account.username, account.id, at, parent_id=media.id) for _ in range(3)
            ]
        self._media |= {each.id: each for each in (media, *media.children)}
        shelf = account.stories if product_type == "STORY" else account.media
        shelf.append(media)
        shelf.sort(key=lambda each: (-each.timestamp, -int(each.id)))
        return media

    def comment(self, media: Media, at: float, *, username: str, text: str) -> Comment:
        number = self.next_id()
        from_id = str(6_000_000_000_000_000 + int(hashlib.sha256(username.encode()).hexdigest()[:8], 16))
        comment = Comment(number, text, username, from_id, at)
        media.comments.append(comment)
        return comment


_CAPTIONS: Final = (
    "Rye with caraway, first loaf of the week #Bread #ed",
    "Three ways to fold it. Which one is yours? #howto #EatDifferent",
    "Slow morning, fast hands #reels #bread",
    "Nothing added, nothing taken away #eatdifferent #Food",
    "Thanks to @lena.paints.demo for the tiles! #studio",
    "Grüße aus der Küche: 50 % mehr Körner <3 #food #Küche",
    "New on Friday https://shop.example/new #news",
    "Under the old trees #trees #ED",
)


def _fill(world: World, account: Account, now: float, posts: int = 25) -> None:
    """Posts of every kind, with each gap that real answers have: caption, media_url or likes missing."""
    kinds = (("IMAGE", "FEED"), ("CAROUSEL_ALBUM", "FEED"), ("VIDEO", "REELS"), ("VIDEO", "FEED"), ("IMAGE", "FEED"))
    for number in range(posts):
        media_type, product_type = kinds[number % len(kinds)]
        media = world.publish(
            account,
            now - 3 * _HOUR_S - number * 31 * _HOUR_S,
            caption=None if number % 9 == 4 else _CAPTIONS[number % len(_CAPTIONS)],  # noqa: PLR2004
            media_type=media_type,
            product_type=product_type,
        )
        media.shown_url = number % 11 != 7  # noqa: PLR2004
        media.hides_likes = number % 8 == 3  # noqa: PLR2004
        media.before_conversion = number == posts - 1
        if number % 4 == 0:
            for username, text in (("sam.cooks.demo", "Looks so good 😍"), ("ivo.bikes.demo", "How long in the oven?")):
                world.comment(media, media.timestamp + 600, username=username, text=text)
    story = world.publish(account, now - 2 * _HOUR_S, product_type="STORY")
    story.viewers = 3


def demo(now: float) -> World:
    """Nora (Page and account), Tom (no Page), Priya (Page, no account), Ruth (three Pages), and Instagram logins."""
    world = World()
    nora = world.add_account("nora.bakes.demo", name="Nora Bakes")
    kiln = world.add_account("kiln.and.clay.demo", name="Kiln & Clay", account_type="Media_Creator")
    lena = world.add_account("lena.paints.demo", name="Lena Paints")
    bikes = world.add_account("ruth.bikes.demo", name="Ruth's Bikes")
    for account in (nora, kiln, lena, bikes):
        _fill(world, account, now)
    world.add_person("nora", "Nora Lindqvist", {"Nora Bakes": nora})
    world.add_person("tom", "Tom Without Page", {})
    world.add_person("priya", "Priya Without Account", {"Priya's Garden": None})
    ruth = world.add_person("ruth", "Ruth Three Pages", {"Ruth's Bikes": bikes, "Ruth's Choir": None, "Lena": lena})
    ruth.pages[2].tasks = ("ANALYZE",)  # no task of an admin: Meta strips "@" from captions then
    return world
