"""What other contexts read is what fetches wrote."""

import pytest

from signpost.instagram import app_tokens
from signpost.instagram.backfills import SyncProgress
from signpost.instagram.comments import Comment, Thread
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, item
from signpost.instagram.posts import Post, account_numbers, demographics, measurement
from signpost.instagram.products import Provider
from signpost.instagram.readings import AccountNumbers, Demographics, Measurement, Readings
from signpost.platform import aws
from tests.installs import connected, new_account

NOW = 1_795_244_400.0
DAY = 86_400


@pytest.fixture
def readings(signpost_application: object) -> Readings:
    return Readings(aws.dynamodb(), "InstagramInstalls", "Media")


@pytest.fixture
def media(signpost_application: object) -> MediaStore:
    return MediaStore(aws.dynamodb(), "Media")


@pytest.fixture
def install() -> Install:
    return connected(Provider.FACEBOOK, new_account(), "nora", NOW)


def test_an_install_is_found_by_its_id(readings: Readings, install: Install) -> None:
    assert readings.install(install.id) is None

    InstallStore(aws.dynamodb(), "InstagramInstalls").table.put(item(install))

    assert readings.install(install.id) == install


def test_posts_come_in_order_with_their_numbers_over_time(
    readings: Readings, media: MediaStore, install: Install
) -> None:
    # Given two posts, one of them measured twice
    newer, older = Post("18", NOW, "Rye", metrics={"reach": 7}), Post("19", NOW - DAY, metrics={"reach": 12.5})
    for post in (newer, older):
        media.add(install.id, post)
        media.update(install.id, post, measurement(install.id, post, NOW))
    after = newer._replace(metrics={"reach": 9}, breakdowns={"navigation": {"tap_exit": 2}})
    media.update(install.id, after, measurement(install.id, after, NOW + DAY))

    assert list(readings.posts(install.id)) == [older, after]
    assert list(readings.measurements(install.id, "18")) == [
        Measurement(NOW, {"reach": 7}, {}),
        Measurement(NOW + DAY, {"reach": 9}, {"navigation": {"tap_exit": 2}}),
    ]
    assert list(readings.measurements(install.id, "20")) == []


def test_the_numbers_of_an_account_come_day_by_day(readings: Readings, media: MediaStore, install: Install) -> None:
    account = ProfessionalAccount("178", "nora", followers_count=5, media_count=2)
    for day, followers in enumerate((5, 6)):
        media.put(account_numbers(install.id, account._replace(followers_count=followers), NOW + day * DAY))

    assert list(readings.account_numbers(install.id)) == [
        AccountNumbers(NOW, 5, None, 2),
        AccountNumbers(NOW + DAY, 6, None, 2),
    ]


def test_comments_come_packed_and_unpacked(readings: Readings, media: MediaStore, install: Install) -> None:
    # Given a post with more comments than an item takes, and one with a single comment of somebody who is gone
    many = [Comment(str(10_000 + number), NOW + number, str(number % 7 + 1), "sam") for number in range(4500)]
    long, short = Thread("18").adding(many), Thread("19").adding([Comment("5", NOW)])

    # When they are stored in two goes
    begun = Thread("18").adding(many[:2500])
    assert media.save_thread(install.id, Thread("18"), begun)
    assert media.save_thread(install.id, begun._replace(version=1), long)
    assert media.save_thread(install.id, Thread("19"), short)

    # Then all are there, once
    found = list(readings.comments(install.id))
    assert len(found) == 4501
    assert {each.comment for each in found if each.media_id == "18"} == set(many)
    assert [each.comment for each in found if each.media_id == "19"] == [Comment("5", NOW)]
    # And of two writers, the slower one changes nothing
    assert not media.save_thread(install.id, Thread("19"), Thread("19"))
    assert media.thread(install.id, "19") == short._replace(version=1)


def test_the_latest_demographics_count(readings: Readings, media: MediaStore, install: Install) -> None:
    assert readings.demographics(install.id) is None

    for week, number in enumerate((3, 4)):
        media.put(demographics(install.id, {"country": {"SE": number}}, NOW + week * 7 * DAY))

    assert readings.demographics(install.id) == Demographics(NOW + 7 * DAY, {"country": {"SE": 4}})


def test_the_installs_of_an_account(readings: Readings, install: Install) -> None:
    account = install.instagram_business_account_id
    table = InstallStore(aws.dynamodb(), "InstagramInstalls").table
    token = app_tokens.new(account)
    table.put(item(install) | {"app_tokens": {app_tokens.hashed(token): NOW}})
    table.put({"key": f"account#{account}", "installs": {install.id, f"instagram-{account}"}})

    assert readings.installs_of(account) == [install]
    assert readings.installs_of("0") == []
    assert readings.account_of_token(token, "0") == account
    assert readings.account_of_token(app_tokens.new("0"), account) is None


def test_how_far_a_first_sync_has_come(readings: Readings, install: Install) -> None:
    assert readings.progress(install._replace(media_count=500)) == SyncProgress("waiting", 0, 500)
    walking = install._replace(media_count=500, backfill_stage="posts", backfill_passed=100)
    timed = walking._replace(backfill_stage_at=NOW, backfill_saved_at=NOW + 50)
    assert readings.progress(walking) == SyncProgress("posts", 100, 500)
    assert readings.progress(timed) == SyncProgress("posts", 100, 500, 200)
    measuring = timed._replace(backfill_stage="metrics", posts_stored=90)
    assert readings.progress(measuring) == SyncProgress("insights", 100, 100, 0)
    assert readings.progress(measuring._replace(backfill_stage="done")) == SyncProgress("done", 90, 90, 0)
