"""Made-up accounts: one whose numbers can be worked out by hand, and random ones that look for trouble."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from signpost.analytics.gathering import Comment, Contact, Gathered, Like
from signpost.analytics.snapshot import Account, DailyCounts, Post, PostClicks, Story

NORA = Account(id="99", username="nora", name="Nora", zone="Europe/Berlin", followers=1000)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


# A Sunday, a Monday in the same hour of the day, that Monday an hour later, and the Sunday after.
POSTS = (
    Post(
        id="p1",
        created=at("2026-11-01T08:30"),
        caption="First #Bread with @Ann",
        permalink="https://www.instagram.com/p/AAA/",
        picture="1.jpg",
        media_type="IMAGE",
        product_type="FEED",
        likes=10,
        comments=2,
        saves=1,
        shares=1,
        reach=100,
        views=200,
        tags=("bread",),
        mentions=("ann",),
    ),
    Post(
        id="p2",
        created=at("2026-11-02T08:10"),
        caption="Second #bread #rye",
        permalink="https://www.instagram.com/p/BBB/",
        picture="2.jpg",
        media_type="CAROUSEL_ALBUM",
        product_type="FEED",
        likes=30,
        comments=6,
        reach=200,
        tags=("bread", "rye"),
    ),
    Post(
        id="p3",
        created=at("2026-11-02T09:59"),
        caption="Third @ann",
        permalink="https://www.instagram.com/reel/CCC/",
        picture="3.jpg",
        media_type="VIDEO",
        product_type="REELS",
        comments=4,
        views=50,
        mentions=("ann",),
    ),
    Post(
        id="p4",
        created=at("2026-11-08T08:00"),
        caption="Fourth #rye",
        permalink="https://www.instagram.com/p/DDD/",
        picture="4.jpg",
        media_type="IMAGE",
        product_type="FEED",
        likes=20,
        comments=0,
        saves=0,
        shares=0,
        reach=0,
        tags=("rye",),
    ),
)
COMMENTS = (
    Comment("c1", "p1", at("2026-11-01T10:00"), "2", "bob"),
    Comment("c2", "p2", at("2026-11-02T10:00"), "1", "Ann"),
    Comment("c3", "p2", at("2026-11-02T11:00"), "1", "ann"),
    Comment("c4", "p3", at("2026-11-02T12:00"), "1", "ann"),
    Comment("c5", "p3", at("2026-11-02T13:00"), None, "Cleo"),
    Comment("c6", "p4", at("2026-11-08T13:00"), "2", "bob"),
    Comment("c7", "p4", at("2026-11-08T14:00"), "99", "nora"),  # her own
    Comment("c8", "p4", at("2026-11-08T15:00")),  # of a deleted account
)
LIKES = (Like("p2", "2", "bob"), Like("p3", None, "dan"), Like("p4", None, "DAN"), Like("p4", None, "DAN"))
FOLLOWERS = (Contact(None, "ann"), Contact(None, "dan"), Contact(None, "eve"))
FOLLOWING = (Contact(None, "eve"), Contact(None, "zoe"))


def gathered(**changes: Any) -> Gathered:
    """Nora's account, without likers unless they are given."""
    return Gathered(NOW, NORA, POSTS, COMMENTS, followers=FOLLOWERS, following=FOLLOWING)._replace(**changes)


# ------------------------------------------------------------------------------------------------------------ random
_TIMES = st.one_of(
    st.sampled_from([at("2026-10-25T00:30"), at("2026-10-25T01:30")]), st.integers(1_790_000_000, 1_790_600_000)
)
_NUMBER = st.one_of(st.none(), st.integers(0, 9), st.integers(0, 5000))
_WORDS = st.lists(st.sampled_from(["rye", "Rye", "ñu", "日本", "bun"]), max_size=4).map(tuple)
_IDS = st.one_of(st.none(), st.sampled_from(["1", "2", "10", "99"]))
_NAMES = st.one_of(st.none(), st.sampled_from(["ann", "Ann", "BOB", "bob", "1", "Nora", "dan"]))


_POST_IDS = st.sampled_from(["7", "70", "8", "9", "a", "b", "c", "d", "e", "f"])
_POSTS = st.lists(
    st.builds(
        Post,
        id=_POST_IDS,
        created=_TIMES,
        picture=st.sampled_from([None, "x.jpg", "y.jpg"]),
        media_type=st.sampled_from([None, "IMAGE", "VIDEO", "CAROUSEL_ALBUM"]),
        product_type=st.sampled_from([None, "FEED", "REELS"]),
        **dict.fromkeys(("likes", "comments", "saves", "shares", "reach", "views"), _NUMBER),
        tags=_WORDS,
        mentions=_WORDS,
        tagged=st.one_of(st.none(), _WORDS),
        filter=st.sampled_from([None, "Clarendon", "Juno"]),
    ),
    max_size=10,
    unique_by=lambda each: each.id,
)
_STORY = st.builds(Story, st.sampled_from("abcdefgh"), _TIMES, exits=_NUMBER, reach=_NUMBER)
_CLICKS = st.builds(
    PostClicks, _POST_IDS, _TIMES.map(int), st.sampled_from(["Android", "other"]), st.integers(1, 9), st.booleans()
)
_DEMOGRAPHICS = st.dictionaries(
    st.sampled_from(["country", "city", "age", "gender"]),
    st.dictionaries(st.sampled_from(["DE", "US", "18-24"]), st.integers(0, 99)),
)


def _maybe(strategy: st.SearchStrategy[Any], by: Any = None) -> st.SearchStrategy[Any]:
    """Absent, empty, a few, or enough for the same people to be there again and again."""
    few, many = (st.lists(strategy, min_size=least, max_size=most, unique_by=by) for least, most in ((0, 4), (8, 16)))
    return st.one_of(few, many, st.none())


# Comments, likes and clicks may be on posts that are gone.
RANDOM_ACCOUNTS = st.builds(
    Gathered,
    at=st.just(NOW),
    account=st.builds(NORA._replace, followers=_NUMBER),
    posts=_POSTS,
    comments=_maybe(
        st.builds(Comment, st.integers().map(str), _POST_IDS, _TIMES, _IDS, _NAMES), by=lambda each: each.id
    ),
    likes=_maybe(st.builds(Like, _POST_IDS, _IDS, _NAMES)),
    followers=_maybe(st.builds(Contact, _IDS, _NAMES)),
    following=_maybe(st.builds(Contact, _IDS, _NAMES)),
    has_filters=st.booleans(),
    days=_maybe(st.builds(DailyCounts, _TIMES, _NUMBER)),
    stories=st.one_of(st.none(), st.lists(_STORY, max_size=6, unique_by=lambda each: each.id)),
    demographics=st.one_of(st.none(), _DEMOGRAPHICS),
    clicks=_maybe(_CLICKS),
)
