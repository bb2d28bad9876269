"""The people, accounts and posts that the stand-in starts with."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from local.meta import past, styles
from local.meta.world import Account, World

_HOUR_S: Final = 3600
_NORA, _KILN = "nora.bakes.demo", "kiln.and.clay.demo"
_NO_PASTS: Final[Mapping[str, past.Style]] = MappingProxyType({})
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
    """Posts of every kind, with the gaps that real replies have: no caption, no media_url, no likes."""
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


def grown(now: float, shop: str = "") -> World:
    """The same people, two of whose accounts have a past of two years; captions link to `shop`, a host."""
    return create(now, {_NORA: styles.BAKERY, _KILN: styles.POTTERY}, shop)


def create(now: float, pasts: Mapping[str, past.Style] = _NO_PASTS, shop: str = "") -> World:
    """Nora (Page and account), Tom (no Page), Priya (Page, no account), Ruth (three Pages), and Instagram logins.

    Accounts that are in `pasts`, by their usernames, have that past, the others 25 posts of every kind.
    """
    world = World()
    nora = world.add_account(_NORA, name="Nora Bakes", motifs=("loaf", "rolls", "tart", "jar", "bowl"))
    kiln = world.add_account(_KILN, name="Kiln & Clay", account_type="Media_Creator", motifs=("mugs", "vase", "bowl"))
    lena = world.add_account("lena.paints.demo", name="Lena Paints", motifs=("palette", "leaf", "cactus", "vase"))
    bikes = world.add_account("ruth.bikes.demo", name="Ruth's Bikes", motifs=("bicycle",))
    for account in (nora, kiln, lena, bikes):
        if account.username in pasts:
            past.fill(world, account, now, pasts[account.username], shop)
        else:
            _fill(world, account, now)
    world.add_person("nora", "Nora Lindqvist", {"Nora Bakes": nora})
    world.add_person("tom", "Tom Without Page", {})
    world.add_person("priya", "Priya Without Account", {"Priya's Garden": None})
    ruth = world.add_person("ruth", "Ruth Three Pages", {"Ruth's Bikes": bikes, "Ruth's Choir": None, "Lena": lena})
    ruth.pages[2].tasks = ("ANALYZE",)  # not an administrator: Meta strips "@" from captions then
    return world
