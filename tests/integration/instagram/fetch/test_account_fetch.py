"""Fetching an account: its posts, pictures, numbers and imports are there, each once."""

import pytest

from signpost.instagram.products import Provider
from tests.integration.instagram.fetch.world import HOUR, World


@pytest.mark.parametrize("provider", Provider)
def test_a_first_fetch_brings_the_newest_posts_with_all_that_belongs_to_them(world: World, provider: Provider) -> None:
    # Given an account with more posts than a connect asks for
    install = world.install(provider, posts=7)

    # When it has just been connected
    assert world.sync(install, "connect", count=5)

    # Then the newest posts are there with their metrics and pictures, each metric remembered once
    posts = world.posts(install)
    account = world.meta.account(install.instagram_account)
    assert [post.media_id for post in posts] == [media.id for media in account.media[:5]]
    assert posts[0].tags == ("bread", "ed")
    assert posts[0].metrics["reach"] > 0
    assert posts[0].pictures == (f"pictures/{install.id}/{posts[0].media_id}.png",)
    assert [len(world.snapshots(install, post)) for post in posts] == [1] * 5
    # And each was imported, and told of, once
    assert [each["media_id"] for each in world.imports(install)] == world.events_of(install)
    assert len(world.imports(install)) == 5
    # And the install knows how far it came, and is due again within an hour
    stored = world.stored(install)
    assert (stored.fetched_from, stored.synced_at) == (world.now, world.now)
    assert stored.last_media_at == world.now - HOUR
    assert stored.sync_at == world.now + HOUR
    assert stored.followers_count == account.followers
    assert world.items(f"{install.id}#account")[0]["followers_count"] == account.followers
    assert not {"lease_by", "lease_until"} & set(world.attributes(install))
