"""The hashtag store."""

import uuid

import pytest

from signpost.instagram.fetch.hashtag_quota import UNIQUE_TAGS, WINDOW, Wait
from signpost.instagram.fetch.hashtag_store import DAY, HashtagStore
from signpost.instagram.fetch.polls import Poll, Tag
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.faults import ALL_MODES, Fault, Mode, at_every_call
from tests.installs import new_account
from tests.timing import at_the_same_time

NOW = 1_795_244_400.25


@pytest.fixture
def store(signpost_application: object) -> HashtagStore:
    return HashtagStore(aws.dynamodb(), "InstagramHashtags")


@pytest.fixture
def tag() -> str:
    return "tag" + uuid.uuid4().hex


@pytest.fixture
def account() -> str:
    return new_account()


def test_an_id_is_kept_for_good_and_its_absence_for_a_day(store: HashtagStore, tag: str) -> None:
    # Given a tag that nobody asked for, then one that Meta does not know
    assert store.tag(tag, NOW) is None
    store.keep_unknown(tag, NOW)
    assert store.tag(tag, NOW + DAY - 1) == Tag(None)
    assert store.tag(tag, NOW + DAY) is None

    # When somebody finds it after all, then late news that it is unknown changes nothing
    store.keep(tag, "17843857450040591")
    store.keep_unknown(tag, NOW)
    assert store.tag(tag, NOW + 1000 * DAY) == Tag("17843857450040591")


def test_the_thirty_first_tag_waits_and_repeats_are_free(store: HashtagStore, account: str) -> None:
    assert store.would_wait(account, "food", NOW) is None, "which counts nothing"
    for number in range(UNIQUE_TAGS):
        assert store.ask(account, f"tag{number}", NOW + number) is None

    assert store.ask(account, "one more", NOW + 60) == Wait(NOW + WINDOW)
    assert store.would_wait(account, "one more", NOW + 60) == Wait(NOW + WINDOW)
    assert store.ask(account, "tag29", NOW + 60) is None
    assert store.would_wait(account, "tag29", NOW + 60) is None
    # And when the first one stops counting, there is room for one
    assert store.ask(account, "one more", NOW + WINDOW) is None
    assert store.ask(account, "and another", NOW + WINDOW) == Wait(NOW + 1 + WINDOW)


def test_asking_whether_it_would_wait_counts_nothing(store: HashtagStore, account: str) -> None:
    assert store.would_wait(account, "food", NOW) is None
    for number in range(UNIQUE_TAGS):
        assert store.ask(account, f"tag{number}", NOW) is None


def test_tags_asked_for_at_the_same_time_never_exceed_thirty(store: HashtagStore, account: str) -> None:
    # Given 25 tags that count
    for number in range(25):
        assert store.ask(account, f"tag{number}", NOW) is None

    # When ten others are asked for at the same moment
    answers = at_the_same_time(10, lambda number: store.ask(account, f"new{number}", NOW))

    # Then five of them pass, and those count
    allowed = [number for number, wait in enumerate(answers) if wait is None]
    assert len(allowed) == 5
    assert all(store.would_wait(account, f"new{number}", NOW) is None for number in allowed)
    assert store.would_wait(account, "x", NOW) == Wait(NOW + WINDOW)


@ALL_MODES
def test_a_fault_counts_a_tag_once(store: HashtagStore, mode: Mode) -> None:
    def scenario(fault: Fault) -> None:
        account, tag = uuid.uuid4().hex, uuid.uuid4().hex
        for counted in ("first", "second"):
            store.ask(account, counted, NOW)
        fault.until_done(lambda: store.ask(account, tag, NOW), Unavailable)
        assert store.would_wait(account, tag, NOW) is None
        assert sorted(store._ledger(account)[0]) == sorted(["first", "second", tag])

    at_every_call(scenario, mode)


def test_a_poll_starts_once_and_is_then_renewed_once_a_day(store: HashtagStore, tag: str) -> None:
    assert store.poll(tag, "facebook-1") is None
    assert store.want(tag, "facebook-1", NOW)
    assert not store.want(tag, "facebook-1", NOW + 5)
    assert store.poll(tag, "facebook-1") == Poll(tag, "facebook-1", NOW, NOW)

    # When it was polled and is wanted on the next day, then it stays due as it was
    assert store.poll_again(Poll(tag, "facebook-1", NOW + 3600, NOW))
    assert not store.want(tag, "facebook-1", NOW + DAY)
    assert store.poll(tag, "facebook-1") == Poll(tag, "facebook-1", NOW + 3600, NOW + DAY)


def test_only_one_of_many_requests_starts_a_poll(store: HashtagStore, tag: str) -> None:
    started = at_the_same_time(6, lambda number: store.want(tag, "facebook-1", NOW + number))

    assert sorted(started) == [False] * 5 + [True]


def test_a_poll_that_lost_its_reply_is_still_started(store: HashtagStore, tag: str) -> None:
    fault = Fault(Mode.REPLY_LOST, 2)  # the write; the SDK tries again, and finds its own

    assert fault.attempt(lambda: store.want(tag, "facebook-1", NOW)).reply is True


def test_a_poll_ends_unless_a_widget_wanted_it_again(store: HashtagStore, tag: str) -> None:
    store.want(tag, "facebook-1", NOW)
    old = store.poll(tag, "facebook-1")
    assert old
    store.want(tag, "facebook-1", NOW + DAY)
    assert not store.stop(old)
    now = store.poll(tag, "facebook-1")
    assert now
    assert store.stop(now)
    assert store.stop(now)  # a repetition finds it done
    assert not store.poll_again(now)


class OthersKeepWriting(HashtagStore):
    def _put_ledger(self, *_: object) -> bool:
        return False


def test_a_ledger_under_constant_writes_is_unavailable(account: str) -> None:
    with pytest.raises(Unavailable):
        OthersKeepWriting(aws.dynamodb(), "InstagramHashtags").ask(account, "food", NOW)
