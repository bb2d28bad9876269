"""The Media table, as fetches write it."""

import itertools

import pytest

from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.posts import Post, measurement
from signpost.platform import aws
from tests.integration.instagram.fetch.world import NOW

_owners = (f"instagram-store{number}" for number in itertools.count())
POST = Post("18", NOW, "Rye #bread", ("bread",), metrics={"like_count": 1})


@pytest.fixture
def store(signpost_application: object) -> MediaStore:
    return MediaStore(aws.dynamodb(), "Media")


@pytest.fixture
def owner() -> str:
    return next(_owners)


def test_a_post_is_stored_once(store: MediaStore, owner: str) -> None:
    assert store.add(owner, POST)
    assert not store.add(owner, POST._replace(caption="by another fetch"))

    assert store.known(owner, [POST, POST._replace(media_id="19")]) == {"18": POST}
    assert store.known(owner, []) == {}


@pytest.mark.parametrize("measured", [True, False])
def test_an_update_keeps_what_another_fetch_added(store: MediaStore, owner: str, measured: bool) -> None:
    # Given a post with a picture that another fetch has added since it was read
    store.add(owner, POST._replace(pictures=("a.jpg",), metrics_at=NOW))

    # When this fetch writes the post, which lost its caption
    after = POST._replace(caption="", tags=(), metrics={"like_count": 2})
    store.update(owner, after, measurement(owner, after, NOW) if measured else None)

    # Then both are there
    assert store.known(owner, [POST])["18"] == after._replace(pictures=("a.jpg",), metrics_at=NOW)
    assert (store.latest(f"{owner}#18") is not None) is measured


@pytest.mark.parametrize("measured", [True, False])
def test_a_post_that_was_erased_does_not_come_back(store: MediaStore, owner: str, measured: bool) -> None:
    store.update(owner, POST, measurement(owner, POST, NOW) if measured else None)

    assert store.known(owner, [POST]) == {}
    assert store.latest(f"{owner}#18") is None
