"""Who clicks on the demo's links: with which browsers, from which countries and sites, and at which hours."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Final, Generic, NamedTuple, TypeVar

from signpost.tracking.clicks import Click

_IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ANDROID: Final = "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
_WINDOWS: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
_MAC: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_INSIDE: Final = "Instagram 350.0.0.28.89"
# (platform, User-Agent): how many of a thousand
_BROWSERS: Final = {
    ("IPhone", f"{_IPHONE} Mobile/22F76 {_INSIDE} (iPhone15,2; iOS 18_5; en_DK; scale=3.00)"): 318,
    ("IPhone", f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"): 142,
    ("Android", f"{_ANDROID} Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 {_INSIDE} Android (35/15)"): 187,
    ("Android", f"{_ANDROID} Chrome/130.0.0.0 Mobile Safari/537.36"): 121,
    ("Android", f"{_ANDROID} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"): 38,
    (
        "other",
        f"{_WINDOWS} Chrome/130.0 Safari/537.36",
    ): 78,
    (
        "other",
        f"{_MAC} Version/18.1 Safari/605.1.15",
    ): 64,
    ("other", "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"): 34,
    (
        "other",
        f"{_WINDOWS} Chrome/130.0 Safari/537.36 Edg/130.0",
    ): 18,
}
_BOTS: Final = ("facebookexternalhit/1.1", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")
_BOTS_SHARE: Final = 0.07
_COUNTRIES: Final = {"DK": 430, "SE": 165, "DE": 160, "NO": 70, "GB": 55, "US": 50, "NL": 30, "FR": 22, "PL": 18}
_ON_INSTAGRAM: Final = {
    "https://l.instagram.com/": 610,
    "": 280,
    "https://www.instagram.com/": 80,
    "https://www.google.com/": 30,
}
_IN_MAIL: Final = {"": 640, "https://mail.google.com/": 270, "https://outlook.live.com/": 90}
# Clicks in each UTC hour, of a thousand: breakfast, lunch and evening in Central Europe.
HOURS: Final = (9, 5, 3, 3, 6, 18, 42, 55, 47, 42, 46, 58, 56, 45, 41, 46, 58, 76, 91, 88, 70, 51, 29, 15)
WEEKDAYS: Final = (0.88, 0.92, 0.98, 1.06, 1.02, 1.02, 1.12)  # from Monday


T = TypeVar("T")


class _Choice(NamedTuple, Generic[T]):
    values: Sequence[T]
    sums: Sequence[int]

    def one(self, chance: Random) -> T:
        return chance.choices(self.values, cum_weights=self.sums)[0]


def _choice(weights: Mapping[T, int]) -> _Choice[T]:
    return _Choice(list(weights), list(accumulate(weights.values())))


_BROWSER: Final = _choice(_BROWSERS)
_COUNTRY: Final = _choice(_COUNTRIES)
_REFERRERS: Final = {False: _choice(_ON_INSTAGRAM), True: _choice(_IN_MAIL)}


def click(chance: Random, *, by_mail: bool = False, source: str = "") -> Click:
    """Somebody, or now and then a bot. `source` is the link's `src`."""
    if chance.random() < _BOTS_SHARE:
        return Click("other", chance.choice(_BOTS), source=source)
    platform, agent = _BROWSER.one(chance)
    return Click(
        platform=platform,
        agent=agent,
        referrer=_REFERRERS[by_mail].one(chance),
        country=_COUNTRY.one(chance),
        source=source,
        visitor=f"{chance.getrandbits(64):016x}",
    )
