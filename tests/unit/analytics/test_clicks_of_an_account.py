"""From the counters of ClickCounts to the posts that brought the clicks: each click once."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from signpost.analytics.attribution import Campaign, Hour, attribute
from signpost.analytics.snapshot import Post
from signpost.tracking.clicked_hours import hours, names_no_source, quarters_of_day, runs
from signpost.tracking.counting.counts import PLATFORM_COUNTERS, Counts, Day, people
from signpost.tracking.counting.visitors import VisitorCount
from signpost.tracking.hours import QUARTER, day_of, quarter_of

T = 1_795_244_400  # a full hour
COUNTERS = {counter: name for name, counter in PLATFORM_COUNTERS.items()}


@st.composite
def counts(draw: st.DrawFn) -> Counts:
    """What a quarter of an hour may hold: each breakdown has each click of people once."""
    clicks = draw(
        st.lists(st.tuples(st.sampled_from(list(COUNTERS)), st.sampled_from(["none", "A", "Z", "(other)"])), max_size=6)
    )
    return Counts(
        name for platform, source in clicks for name in (platform, f"source:{source}", "country:DE")
    ) + Counts(bot=draw(st.integers(0, 3)))


QUARTERS = st.dictionaries(
    st.integers(-300, 40).map(lambda number: quarter_of(T + number * QUARTER)), counts(), max_size=12
)
POSTS = st.lists(
    st.builds(
        lambda name, created, caption: Post(name, created, caption, f"https://www.instagram.com/p/{name.upper()}/"),
        st.sampled_from(["a", "b"]),
        st.integers(T - 90 * 3600, T + 10 * 3600),
        st.sampled_from(["", "go.example.com/track/SUMMER", "go.example.com/track/7"]),
    ),
    unique_by=lambda each: each.id,
).map(lambda posts: sorted(posts, key=lambda each: each.created))


@given(QUARTERS, POSTS)
def test_each_click_in_the_counts_is_put_down_to_one_post_or_none(
    quarters: dict[str, Counts], posts: list[Post]
) -> None:
    campaign = Campaign(("7", "summer"), [Hour(*each) for each in hours(quarters)])

    found = attribute([campaign], posts, "go.example.com", T + 20 * 3600)

    given_away: Counter[str] = Counter()
    for each in found:
        given_away[each.platform] += each.clicks
    clicked = sum(quarters.values(), Counts())
    assert given_away == +Counter({name: clicked[counter] for counter, name in COUNTERS.items()})


@given(QUARTERS)
def test_a_day_without_sources_says_what_its_quarters_say(quarters: dict[str, Counts]) -> None:
    # Given the days' own items, which know each quarter's totals and the sources of the whole day
    days: dict[str, Day] = {}
    for name, each in quarters.items():
        day = days.setdefault(day_of(name), Day(Counts(), VisitorCount(0), {}))
        day.counts.update(each)
        day.quarters[name.partition("T")[2]] = Counts({key: each[key] for key in (*COUNTERS, "bot") if each[key]})  # type: ignore[index]

    # Then those on which nobody named a source need no more
    for name, day in days.items():
        whole = {key: each for key, each in quarters.items() if day_of(key) == name}
        named = {counter for counter in sum(whole.values(), Counts()) if counter.startswith("source:")}
        assert names_no_source(day) == (named <= {"source:none"})
        if names_no_source(day):
            assert hours(dict(quarters_of_day(name, day))) == hours(whole)


def test_hours_of_bots_only_are_left_out() -> None:
    assert hours({quarter_of(T): Counts(bot=3)}) == []
    (hour,) = hours({quarter_of(T): Counts({"iphone": 2, "bot": 1, "source:bio": 2, "os:iOS": 2})})
    assert hour == (T, {"IPhone": 2}, {"bio": 2})
    assert people(Counts(iphone=2)) == 2


def test_days_that_follow_one_another_are_read_together() -> None:
    days = ["2026-03-01", "2026-02-28", "2026-03-05", "2026-02-27"]

    assert list(runs(days)) == [("2026-02-27", "2026-03-01"), ("2026-03-05", "2026-03-05")]
    assert list(runs([])) == []
