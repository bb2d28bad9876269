"""What other contexts read is what fetches wrote."""

import uuid

import pytest

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.graph.models import ProfessionalAccount
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install, item
from signpost.instagram.posts import Post, account_snapshot, snapshot
from signpost.instagram.products import Provider
from signpost.instagram.readings import AccountSnapshot, Measurement, Readings
from signpost.platform import aws

NOW = 1_795_244_400.0
DAY = 86_400


@pytest.fixture
def readings(signpost_application: object) -> Readings:
    return Readings(aws.dynamodb_json(), "InstagramInstalls", "Media")


@pytest.fixture
def media(signpost_application: object) -> MediaStore:
    return MediaStore(aws.dynamodb_json(), "Media")


@pytest.fixture
def install_id() -> str:
    return f"facebook-{uuid.uuid4().hex}"


def test_an_install_is_found_by_its_id(readings: Readings, install_id: str) -> None:
    assert readings.install(install_id) is None
    install = Install(
        id=install_id,
        provider=Provider.FACEBOOK,
        instagram_account="nora",
        instagram_business_account_id="178",
        connection="first",
        connected_at=NOW,
        state=ConnectionState.ACTIVE,
        token=b"encrypted",
        issued_at=NOW,
    )
    InstallStore(aws.dynamodb_json(), "InstagramInstalls").table.put(item(install))

    assert readings.install(install_id) == install


def test_posts_come_in_order_with_their_numbers_over_time(
    readings: Readings, media: MediaStore, install_id: str
) -> None:
    # Given two posts, one of them measured twice
    newer, older = Post("18", NOW, "Rye", metrics={"reach": 7}), Post("19", NOW - DAY, metrics={"reach": 12.5})
    for post in (newer, older):
        media.add(install_id, post)
        media.update(install_id, post, snapshot(install_id, post, NOW))
    after = newer._replace(metrics={"reach": 9}, breakdowns={"navigation": {"tap_exit": 2}})
    media.update(install_id, after, snapshot(install_id, after, NOW + DAY))

    assert list(readings.posts(install_id)) == [older, after]
    assert list(readings.measurements(install_id, "18")) == [
        Measurement(NOW, {"reach": 7}, {}),
        Measurement(NOW + DAY, {"reach": 9}, {"navigation": {"tap_exit": 2}}),
    ]
    assert list(readings.measurements(install_id, "20")) == []


def test_the_numbers_of_an_account_come_day_by_day(readings: Readings, media: MediaStore, install_id: str) -> None:
    account = ProfessionalAccount("178", "nora", followers_count=5, media_count=2)
    for day, followers in enumerate((5, 6)):
        media.put(account_snapshot(install_id, account._replace(followers_count=followers), NOW + day * DAY))

    assert list(readings.account_snapshots(install_id)) == [
        AccountSnapshot(NOW, 5, None, 2),
        AccountSnapshot(NOW + DAY, 6, None, 2),
    ]
