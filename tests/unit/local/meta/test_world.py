from itertools import pairwise

import pytest

from local.meta import demo_world
from local.meta.world import Account, login_of

NOW = 1_795_000_000.0


def test_the_demo_world_is_the_same_each_time() -> None:
    assert demo_world.create(NOW) == demo_world.create(NOW)


def test_the_demo_world_has_every_kind_of_login() -> None:
    people = {person.login: person for person in demo_world.create(NOW).people}
    assert [page.account is not None for page in people["nora"].pages] == [True]
    assert people["tom"].pages == []
    assert [page.account for page in people["priya"].pages] == [None]
    assert len(people["ruth"].pages) == 3


@pytest.mark.parametrize("account", demo_world.create(NOW).accounts, ids=lambda account: account.username)
def test_each_account_has_every_kind_of_post(account: Account) -> None:
    assert len(account.media) == 25
    assert {media.media_type for media in account.media} == {"IMAGE", "VIDEO", "CAROUSEL_ALBUM"}
    assert {media.product_type for media in account.media} == {"FEED", "REELS"}
    assert {media.shown_url for media in account.media} == {True, False}
    assert {media.hides_likes for media in account.media} == {True, False}
    assert any(media.caption is None for media in account.media)
    assert any(media.comments for media in account.media)
    assert {"ed", "eatdifferent", "food"} <= {tag for media in account.media for tag in media.tags}
    assert all(newer.timestamp > older.timestamp for newer, older in pairwise(account.media))
    assert int(account.app_scoped_id) > 2**53


def test_ids_are_unique() -> None:
    world = demo_world.create(NOW)
    posts = [media for account in world.accounts for media in (*account.media, *account.stories)]
    ids = [each.id for media in posts for each in (media, *media.children)]
    ids += [comment.id for media in posts for comment in media.comments]
    ids += [account.id for account in world.accounts] + [account.app_scoped_id for account in world.accounts]
    ids += [person.id for person in world.people] + [page.id for person in world.people for page in person.pages]
    assert len(ids) == len(set(ids))


def test_ids_of_many_more_accounts_are_unique() -> None:
    world = demo_world.create(NOW)
    ids = [world.add_account(f"added.{number}.demo").id for number in range(500)]
    assert len(set(ids)) == 500


def test_logins_are_found_by_every_name() -> None:
    world = demo_world.create(NOW)
    nora = world.account("nora.bakes.demo")
    assert world.holder("facebook", "nora") is world.holder("facebook", "nora.bakes.demo") is world.people[0]
    assert world.holder("instagram", nora.id) is world.holder("instagram", nora.app_scoped_id) is nora
    assert login_of(world.people[0]) == "nora"
    for provider in ("facebook", "instagram"):
        with pytest.raises(KeyError):
            world.holder(provider, "nobody")


def test_more_accounts_can_be_added() -> None:
    world = demo_world.create(NOW)
    account = world.add_account("added.demo")
    person = world.add_person("added", "Added", {"Page": account})
    assert world.account("added.demo") is account
    assert person.accounts == [account]
    assert world.publish(account, NOW, caption="First").tags == frozenset()
