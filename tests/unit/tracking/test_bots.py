"""Which User-Agents are programs: all on the list, none on a phone."""

from pathlib import Path

import crawleruseragents
import pytest
from hypothesis import given
from hypothesis import strategies as st

import crawlers
from signpost.tracking import crawlers as kept
from signpost.tracking.bots import clicked_by_bot, is_bot
from signpost.tracking.clicks import Click
from signpost.tracking.counting.counts import counters

INSTANCES = [agent for each in crawleruseragents.CRAWLER_USER_AGENTS_DATA for agent in each["instances"]]
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
PHONES = [
    "Opera/9.80 (Android; Opera Mini/76.0.2254/191.303; U; en) Presto/2.12.423 Version/12.16",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80 (S60; SymbOS; Opera Mobi/23.348; U; en) Presto/2.5.25 Version/10.54",
    "Dalvik/2.1.0 (Linux; U; Android 14; SM-A546B Build/UP1A.231005.007)",
    (
        "Mozilla/5.0 (Linux; Android 13; CUBOT KINGKONG 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
        "Mobile Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Linux; Android 11; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/96.0.4664.45 "
        "Mobile Safari/537.36"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22F76 "
        "Instagram 382.0.0.24.86 (iPhone16,1; iOS 18_5; en_GB; en-GB; scale=3.00; 1179x2556; 738223511)"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90"
        " [FBAN/FBIOS;FBAV/468.0.0.40.70;FBBV/605443236;FBDV/iPhone15,3;FBMD/iPhone;FBSN/iOS;FBSV/17.5.1;FBSS/3;FBCR/]"
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/130.0.6723.102 Mobile Safari/537.36 Instagram 356.0.0.41.101 Android (34/14; 600dpi; 1440x3088)"
    ),
    "UCWEB/2.0 (MIDP-2.0; U; Adr 9.0.0; en-US; Redmi) U2/1.0.0 UCBrowser/10.7.9.856 U2/1.0.0 Mobile",
    CHROME,
]


def test_everybody_on_the_list_is_a_program() -> None:
    assert len(INSTANCES) > 2000
    assert [agent for agent in INSTANCES if not is_bot(agent)] == []


@pytest.mark.parametrize("agent", PHONES)
def test_people_on_real_devices_are_not(agent: str) -> None:
    assert not is_bot(agent)


@given(st.one_of(st.sampled_from(PHONES), st.text(), st.sampled_from(INSTANCES).flatmap(lambda a: st.just(a[1:-1]))))
def test_the_answer_is_that_of_the_package(agent: str) -> None:
    assert is_bot(agent) == (not agent or crawleruseragents.is_crawler(agent))


def test_the_list_is_that_of_the_pinned_package() -> None:
    assert Path(str(kept.__file__)).read_text(encoding="utf-8") == crawlers.source(), "run `make crawlers`"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("Googlebot\\/", "Googlebot/"), ("2ip\\.ru", "2ip.ru"), ("^curl", None), ("a.b", None), ("\\d", None)],
)
def test_a_pattern_without_choices_is_a_text(pattern: str, text: str | None) -> None:
    assert crawlers.plain_text(pattern) == text


@pytest.mark.parametrize(
    ("click", "bot"),
    [
        ({"agent": CHROME}, False),
        ({"agent": CHROME, "bot": True}, True),
        ({"agent": "curl/8.1"}, True),
        ({}, False),  # a browser that asks not to be tracked
        ({"bot": True}, True),
    ],
)
def test_a_stored_click_is_the_same_to_everybody(click: dict[str, object], bot: bool) -> None:
    assert clicked_by_bot(click) == bot
    assert (counters({"platform": Click("IPhone").platform, **click}) == ("bot",)) == bot
