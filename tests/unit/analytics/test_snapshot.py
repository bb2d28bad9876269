import json
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signpost.analytics.captions import mentions, tracked_links
from signpost.analytics.gathering import Comment, Contact, Gathered, Like, snapshot, with_clicks
from signpost.analytics.packed import pack, unpack
from signpost.analytics.snapshot import Account, Person, Post, PostClicks, Snapshot
from tests.unit.analytics.accounts import NORA, NOW, POSTS, RANDOM_ACCOUNTS, at, gathered

POST = Post("p", NOW)


def people(*comments: Comment, followers: tuple[Contact, ...] = ()) -> tuple[Person, ...]:
    return snapshot(Gathered(NOW, NORA, [POST], comments, followers=followers)).people


def test_posts_are_in_order_each_once_and_their_words_in_lower_case() -> None:
    first, second = Post("b", 1.0, tags=("Rye", "rye")), Post("a", 1.0)

    taken = snapshot(Gathered(NOW, NORA, [first, second, first]))

    assert [(post.id, post.tags) for post in taken.posts] == [("a", ()), ("b", ("rye",))]


def test_people_are_told_apart_by_id_and_a_name_alone_belongs_to_who_was_last_seen_with_it() -> None:
    # Given a name that one person gave up and another took
    comments = [
        Comment("1", "p", 1.0, "11", "ann"),
        Comment("2", "p", 2.0, "11", "Anna"),
        Comment("3", "p", 3.0, "22", "ann"),
        Comment("4", "p", 1.5, None, "ANN"),
        Comment("5", "p", 1.5, None, "Bob"),
        Comment("6", "p", 1.5, None, "11"),
    ]

    assert people(*comments) == (Person("11", "anna"), Person(None, "11"), Person("22", "ann"), Person(None, "bob"))
    assert snapshot(Gathered(NOW, NORA, [POST], comments)).commenting is not None
    counted = snapshot(Gathered(NOW, NORA, [POST], comments)).commenting
    assert counted is not None
    assert counted.counts == [2, 1, 2, 1]


def test_the_owner_under_any_id_and_people_without_a_name_are_nobody() -> None:
    assert people(Comment("1", "p", 1.0, "99"), Comment("2", "p", 1.0, "5", "Nora"), Comment("3", "p", 1.0)) == ()
    assert people(followers=(Contact(None, "nora"), Contact())) == ()


def test_comments_are_counted_once_by_id_and_likes_once_by_person_and_post() -> None:
    twice = [
        Comment("1", "p", 1.0, "5"),
        Comment("1", "p", 1.0, "5"),
        Comment("2", "p", 1.0, "5"),
        Comment("3", "gone", 1.0, "5"),
    ]
    likes = [Like("p", "5"), Like("p", "5"), Like("gone", "5")]

    taken = snapshot(Gathered(NOW, NORA, [POST], twice, likes))

    assert taken.comments is not None
    assert taken.comments.posts == (0, 0)
    assert taken.likes is not None
    assert taken.likes.posts == (0,)


def test_a_time_limits_posts_with_all_about_them_days_and_stories() -> None:
    whole = snapshot(gathered())
    part = whole.between(at("2026-11-02T08:10"), at("2026-11-08T08:00"))

    assert [post.id for post in part.posts] == ["p2", "p3"]
    assert part.comments is not None
    assert part.comments.posts == (0, 0, 1, 1)
    assert len(part.comments.created) == 4
    assert part.followers == whole.followers


# ------------------------------------------------------------------------------------------------------------- packed
@settings(max_examples=50, deadline=None)
@given(RANDOM_ACCOUNTS, st.text(alphabet=st.characters(), max_size=20))
def test_what_is_packed_comes_back_the_same(account: Gathered, caption: str) -> None:
    account = account._replace(posts=[post._replace(caption=caption) for post in account.posts])
    taken = snapshot(account)

    assert unpack(pack(taken)) == taken
    assert pack(unpack(pack(taken))) == pack(taken)


def test_absent_stays_absent_and_empty_empty() -> None:
    absent = Snapshot(NOW, Account("1", "nora"))
    empty = snapshot(Gathered(NOW, NORA, (), (), (), (), (), days=(), stories=(), demographics={}, clicks=()))

    assert (unpack(pack(absent)), unpack(pack(empty))) == (absent, empty)
    assert unpack(pack(empty)).likes is not None


def test_many_comments_take_few_bytes() -> None:
    comments = [Comment(str(number), "p1", NOW + 60 * number, str(number % 100)) for number in range(10_000)]

    assert len(pack(snapshot(gathered(comments=comments)))) < 3 * len(comments)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"signpost-snapshot 2\n" + zlib.compress(b"{}"),
        pack(snapshot(gathered()))[:-20],
        b"signpost-snapshot 1\n" + b"no zlib",
        b"signpost-snapshot 1\n" + zlib.compress(json.dumps({"at": 1}).encode()),
        b"signpost-snapshot 1\n" + zlib.compress(b"[1"),
    ],
    ids=["empty", "newer", "half", "not compressed", "fields missing", "half JSON"],
)
def test_what_is_not_a_whole_snapshot_of_this_format_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="snapshot"):
        unpack(damaged)


def test_clicks_are_added_when_posts_are_known() -> None:
    click = PostClicks("p1", 0, "other", 1, estimated=False)

    assert with_clicks(snapshot(gathered()), [click]).clicks == (click,)


# ----------------------------------------------------------------------------------------------------------- captions
@pytest.mark.parametrize(
    ("caption", "names"),
    [
        ("With @Ann, @bob.b. and @ann!", ("ann", "bob.b")),
        ("mail me@example.com or (@eve_)", ("eve_",)),
        ("@@x @ . @", ()),
        ("日本@ann", ("ann",)),
        (POSTS[0].caption, ("ann",)),
    ],
)
def test_mentions_in_captions(caption: str, names: tuple[str, ...]) -> None:
    assert mentions(caption) == names


def test_tracked_links_in_captions() -> None:
    caption = "https://Go.example.com/track/Summer-1, go.example.com:8080/track/7?src=x go.example.com/track/"

    assert tracked_links(caption) == (("go.example.com", "Summer-1"), ("go.example.com:8080", "7"))
