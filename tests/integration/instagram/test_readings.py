"""What other contexts read is what fetches wrote."""

import pytest

from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, item
from signpost.instagram.posts import Post, account_snapshot, measurement
from signpost.instagram.products import Provider
from signpost.instagram.readings import AccountSnapshot, Measurement, Readings
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
        media.put(account_snapshot(install.id, account._replace(followers_count=followers), NOW + day * DAY))

    assert list(readings.account_snapshots(install.id)) == [
        AccountSnapshot(NOW, 5, None, 2),
        AccountSnapshot(NOW + DAY, 6, None, 2),
    ]
