from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.tracking.counting.counts import BREAKDOWNS, MAX_NAMES, REST, TOTALS, bounded, breakdown, counters, people

CHROME = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
INSTAGRAM = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 Instagram 339.0.0.12.90 (iPhone14,5; iOS 17_5)"
)


def test_a_persons_click_adds_to_its_platform_and_to_each_breakdown() -> None:
    click = {"platform": "IPhone", "agent": INSTAGRAM, "country": "DE", "referrer": "https://L.Instagram.com/x"}

    assert counters(click) == (
        "iphone",
        "country:DE",
        "referrer:l.instagram.com",
        "browser:Instagram",
        "os:iOS",
        "source:none",
    )


def test_a_click_without_details_still_counts_in_each_breakdown() -> None:
    assert counters({"platform": "other", "source": "bio"}) == (
        "other",
        "country:unknown",
        "referrer:none",
        "browser:unknown",
        "os:unknown",
        "source:bio",
    )


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.23.20.0 A",
        "TelegramBot (like TwitterBot)",
        "curl/8.1.2",
    ],
)
def test_bots_and_unfurlers_count_as_bots_only(agent: str) -> None:
    assert counters({"platform": "Android", "agent": agent}) == ("bot",)


def test_a_click_that_the_redirect_marked_as_a_bots_is_one() -> None:
    assert counters({"platform": "Android", "agent": CHROME, "bot": True}) == ("bot",)


@pytest.mark.parametrize(
    ("referrer", "counter"),
    [
        ("android-app://com.instagram.android/", "referrer:android-app://com.instagram.android"),
        ("https://[::1", "referrer:unknown"),
        ("nonsense", "referrer:unknown"),
        ("https:///x", "referrer:unknown"),
    ],
)
def test_odd_referrers_have_a_name_too(referrer: str, counter: str) -> None:
    assert counter in counters({"platform": "Android", "agent": CHROME, "referrer": referrer})


def test_an_unknown_platform_is_an_error() -> None:
    with pytest.raises(KeyError):
        counters({"platform": "Nokia", "agent": CHROME})


numbers = st.integers(min_value=1, max_value=1000)
names = st.integers(min_value=0, max_value=3 * MAX_NAMES).map(str)
some_counts = st.dictionaries(
    st.one_of(st.sampled_from(TOTALS), st.tuples(st.sampled_from(BREAKDOWNS), names).map(":".join)),
    numbers,
    max_size=400,
)


@given(some_counts, st.sets(names, max_size=MAX_NAMES))
def test_bounding_loses_no_click_and_no_name_that_is_kept(counts: dict[str, int], known: set[str]) -> None:
    keep = {f"source:{name}" for name in known}

    result = bounded(counts, keep)

    sums, sums_before = Counter[str](), Counter[str]()
    for total, of in ((sums, result), (sums_before, counts)):
        for counter, number in of.items():
            total[breakdown(counter) or counter] += number
    assert sums == sums_before
    assert all(result[counter] == counts[counter] for counter in keep & set(counts))
    for name in BREAKDOWNS:
        used = {counter for counter in (*result, *keep) if breakdown(counter) == name and counter != f"{name}:{REST}"}
        assert len(used) <= MAX_NAMES


def test_the_largest_names_are_kept() -> None:
    counts = {f"country:{number:03}": number for number in range(1, MAX_NAMES + 51)}

    result = bounded(counts)

    assert result[f"country:{MAX_NAMES + 50:03}"] == MAX_NAMES + 50
    assert result[f"country:{REST}"] == sum(range(1, 51))


def test_a_name_that_has_counts_keeps_growing_when_there_is_no_room_for_others() -> None:
    known = {f"source:{number}" for number in range(MAX_NAMES)}

    assert bounded({"source:7": 2, "source:new": 5}, known) == {"source:7": 2, f"source:{REST}": 5}


def test_bots_are_not_people() -> None:
    assert people({"android": 1, "iphone": 2, "windowsphone": 3, "other": 4, "bot": 100, "country:DE": 10}) == 10
