"""Snapshots: what is in them, when they are taken, and what is left of older ones."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pytest

from signpost.analytics.members import Member
from signpost.analytics.packed import unpack
from signpost.analytics.snapshot import PostClicks, Snapshot
from signpost.analytics.snapshots import jobs
from signpost.analytics.snapshots.jobs import Job
from signpost.analytics.snapshots.sources import host_of
from signpost.analytics.snapshots.taking import STALE
from signpost.instagram.posts import Post
from signpost.platform import aws
from signpost.platform.errors import InvalidInput, Unavailable
from signpost.platform.ids import first_ulid
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.hours import quarter_of
from tests import dynamodb
from tests.aws import empty
from tests.faults import Fault, Mode, at_every_call
from tests.integration.analytics.account import DAY, NOW, Connected
from tests.integration.conftest import Handlers
from tests.queue_events import queue_event
from tests.samples import sample

if TYPE_CHECKING:
    from signpost.platform.queue import MessageQueue


@pytest.fixture
def account(environment: Mapping[str, str]) -> Connected:
    made = Connected(environment)
    made.live()
    return made


def latest(account: Connected) -> Snapshot:
    member = account.stored
    assert member
    assert member.snapshot
    return unpack(account.feature.snapshots.files.load(member.id, member.snapshot))


def test_a_snapshot_has_what_syncs_stored(account: Connected) -> None:
    assert account.take() == "taken"

    found = latest(account)
    assert (found.at, found.account.username, found.account.followers, found.account.following) == (
        NOW,
        "nora",
        120,
        40,
    )
    oldest, _, newest = found.posts
    assert (newest.likes, newest.comments, newest.saves, newest.shares, newest.reach, newest.views) == (
        *(1200, 2, 4, 1),
        *(9000, 9500),
    )
    assert newest.tags == ("rye", "bread")
    assert newest.picture == f"/instagram/pictures/{account.install.id}/18.jpg"
    assert oldest.mentions == ("ann",)
    assert oldest.likes is None
    assert found.comments
    assert [found.people[each].id for each in found.comments.people] == ["2", "3"]
    assert found.stories
    assert (found.stories[0].reach, found.stories[0].exits, found.stories[0].forward) == (80, 8, 50)
    assert found.days
    assert [day.followers for day in found.days] == [118, 120]
    assert found.demographics == {"country": {"DE": 70, "SE": 30}}
    # And what nobody supplied is unknown
    assert (found.followers, found.likes, found.clicks) == (None, None, None)
    # And the member has the name that reports know it by
    stored = account.stored
    assert stored
    assert (stored.snapshot_at, stored.install, stored.username) == (NOW, account.install.id, "nora")


def test_clicks_on_the_accounts_campaigns_are_put_down_to_its_posts(account: Connected) -> None:
    # Given a campaign of the account whose link stands in no caption, clicked an hour ago
    campaign = Campaign.create(7, Creation(redirect_url="https://e.com", slug="bio", account=account.install.id), NOW)
    assert CampaignStore(aws.dynamodb(), "Campaigns").create(campaign)
    period = f"quarter#{quarter_of(NOW - 3600)}"
    dynamodb.put("ClickCounts", {"campaign": "7", "period": period, "iphone": 5, "source:C18": 2})

    assert account.take() == "taken"

    clicks = latest(account).clicks
    assert clicks
    assert sum(each.clicks for each in clicks) == 5
    assert PostClicks("18", int(NOW - 3600), "IPhone", 2, estimated=False) in clicks


def test_comments_that_nobody_could_read_are_unknown(environment: Mapping[str, str]) -> None:
    # Given comments that Meta counts, and no permission to read them
    account = Connected(environment)
    account.publish(Post("18", NOW, metrics={"comments_count": 9}))

    assert account.take() == "taken"
    assert latest(account).comments is None


def test_no_second_snapshot_is_taken_of_the_same_news(account: Connected) -> None:
    assert account.take(at=NOW - 5) == "taken"
    (first,) = account.objects()

    account.now = NOW + 60
    assert account.take(at=NOW - 1) == "known"
    assert account.objects() == [first]
    assert account.take(at=NOW + 30) == "taken"
    assert len(account.objects()) == 1
    assert account.objects() != [first]


def test_the_pointer_only_moves_forward(account: Connected) -> None:
    account.now = NOW + 60
    assert account.take() == "taken"
    kept = account.objects()

    account.now = NOW  # one that began earlier, and ends later
    assert account.take() == "lost"
    assert account.objects() == kept


def test_there_is_no_snapshot_before_all_posts_are_stored(environment: Mapping[str, str]) -> None:
    for stage in (None, "posts"):
        account = Connected(environment, backfill_stage=stage)
        assert account.take() == "incomplete"
        assert account.objects() == []
    assert Connected(environment, backfill_stage="comments").take() == "taken"


def test_nothing_is_kept_of_members_that_leave_or_left(account: Connected, environment: Mapping[str, str]) -> None:
    # Given a member who has left, and an object that a crash has left of it
    gone = "17849999999999999"
    account.feature.snapshots.files.save(gone, first_ulid(NOW), b"left")
    assert account.feature.snapshots.take(Job(gone)) == "nobody"
    with pytest.raises(Unavailable):
        account.feature.snapshots.files.load(gone, first_ulid(NOW))

    # And one who is leaving, and one who was only added
    assert account.take() == "taken"
    account.feature.snapshots.members.leave(account.member, NOW + 40 * DAY)
    assert account.take() == "nobody"
    assert account.objects() == []
    account.feature.snapshots.members.create(Member("added", NOW))
    assert account.feature.snapshots.take(Job("added")) == "nobody"


class Sent(list[dict[str, object]]):
    """A queue that remembers what it was sent."""

    def send(self, messages: Sequence[dict[str, object]], delay: Sequence[int]) -> None:
        assert list(delay) == list(range(len(messages)))
        self.extend(messages)


def test_the_daily_schedule_makes_up_for_events_that_were_missed(environment: Mapping[str, str]) -> None:
    # Given members with a snapshot of today and of yesterday, one who is leaving, and one whom nobody has asked about
    empty("Members", "InstagramInstalls")
    stale, fresh, unknown = (Connected(environment) for _ in range(3))
    assert stale.take() == "taken"
    fresh.now = NOW + STALE
    assert fresh.take() == "taken"
    fresh.feature.snapshots.members.create(Member("leaving", NOW))
    fresh.feature.snapshots.members.leave("leaving", NOW)

    sent = Sent()
    number = fresh.feature.schedule._replace(queue=cast("MessageQueue", sent)).queue_stale()

    assert number == 2
    assert {each["member"] for each in sent} == {stale.member, unknown.member}


@pytest.mark.parametrize("message", [[], {}, {"member": 7}, {"detail-type": "MediaImported", "detail": {}}, "text"])
def test_what_is_not_a_job_is_given_up(message: Any) -> None:
    with pytest.raises(InvalidInput):
        jobs.read(message)


def test_an_event_says_when_its_news_was_stored() -> None:
    event = {"detail-type": "AccountSynced", "detail": {"install": "facebook-1", "account": "1", "at": NOW}}

    assert jobs.read(event) == Job("1", NOW)
    event["detail"] = {"account": "1", "at": "2026-11-21T07:00:00.000000Z"}
    assert jobs.read(event) == Job("1", 1_795_244_400.0)
    event["detail"] = {"account": "1", "at": "soon"}
    assert jobs.read(event) == Job("1")


def test_links_are_known_by_their_host() -> None:
    assert host_of("https://Links.Example:8443") == "links.example:8443"


def test_the_handler_takes_events_messages_and_the_schedule(
    account: Connected, handlers: Handlers, context: Any
) -> None:
    handler = handlers("report_snapshot").handler
    event = {"detail-type": "AccountSynced", "detail": {"install": account.install.id, "account": account.member}}

    reply = handler(queue_event(event, {"member": account.member}, {"nobody": 1}), context, feature=account.feature)

    assert reply == {"batchItemFailures": []}
    assert len(account.objects()) == 1
    assert handler(sample("report_snapshot", "schedule"), context, feature=account.feature) is None


@pytest.mark.slow
@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.name.lower())
def test_a_snapshot_killed_or_refused_at_any_call_is_taken_when_its_message_comes_again(
    mode: Mode, environment: Mapping[str, str]
) -> None:
    def scenario(fault: Fault) -> None:
        account = Connected(environment)
        account.live()

        attempt = fault.attempt(account.take, Unavailable)
        account.now += 60
        if not attempt.done:
            assert account.take() == "taken"

        assert account.take(at=NOW - 1) == "known"
        assert len(account.objects()) == 1
        assert len(latest(account).posts) == 3

    assert at_every_call(scenario, mode) > 5
