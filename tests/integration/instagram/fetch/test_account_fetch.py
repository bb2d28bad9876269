"""Fetches of accounts: posts, pictures, numbers and imports are stored, each once."""

import json

import pytest

from signpost.instagram.apps.app import LinkState
from signpost.instagram.products import Provider
from signpost.platform import aws
from tests import dynamodb
from tests.aws_calls import just_before, noted
from tests.integration.instagram.fetch.world import DAY, HOUR, World


@pytest.mark.parametrize("provider", Provider)
def test_a_first_fetch_stores_the_newest_posts_with_everything_about_them(world: World, provider: Provider) -> None:
    # Given an account with more posts than a first fetch asks for
    install = world.install(provider, posts=7)

    # When it has just been connected
    assert world.sync(install, "connect", count=5)

    # Then the newest posts are there with their metrics and pictures, and one snapshot of each
    posts = world.posts(install)
    account = world.meta.account(install.instagram_account)
    assert [post.media_id for post in posts] == [media.id for media in account.media[:5]]
    assert posts[0].tags == ("bread", "ed")
    assert posts[0].metrics["reach"] > 0
    assert posts[0].pictures == (f"pictures/{install.id}/{posts[0].media_id}.png",)
    assert [len(world.snapshots(install, post)) for post in posts] == [1] * 5
    # And each was imported, with one event
    assert [each["post"] for each in world.imports(install)] == sorted(str(post.shortcode) for post in posts)
    assert world.events_of(install) == sorted(post.media_id for post in posts)
    # And the install notes how far the fetch came, and is due again in an hour
    stored = world.stored(install)
    assert (stored.fetched_from, stored.synced_at) == (world.now, world.now)
    assert stored.last_media_at == world.now - HOUR
    assert stored.sync_at == world.now + HOUR
    assert stored.followers_count == account.followers
    assert world.items(f"{install.id}#account")[0]["followers_count"] == account.followers
    assert not {"lease_by", "lease_until"} & set(world.attributes(install))


def test_a_hint_that_an_earlier_fetch_covers_costs_no_call(world: World) -> None:
    # Given a burst of hints, the first of which has led to a fetch
    install = world.install(posts=2)
    asked = world.now
    world.pass_time(120)
    assert world.sync(install, "webhook", count=3, asked_at=asked)
    calls = world.calls()

    # When the others are delivered, then nothing is fetched
    for number in range(20):
        assert world.sync(install, "webhook", count=3, asked_at=asked + number)
    assert world.calls() == calls

    # And a later hint leads to a fetch of its own
    world.pass_time(60)
    assert world.sync(install, "webhook", count=3, asked_at=asked + 60)
    assert world.calls() > calls


def test_a_second_fetch_reaches_back_to_the_last_one_and_updates_what_changed(world: World) -> None:
    # Given an account that has posted more since its last fetch than a hint asks for
    install = world.install(posts=3, import_tags=("nothing has this",))
    assert world.sync(install)
    before = world.posts(install)
    world.pass_time(HOUR)
    login = install.instagram_account
    new = [world.meta.publish(login, f"Roll {number}", seconds_ago=number * 60) for number in range(6)]
    account = world.meta.account(login)
    account.media[-1].caption = "Edited #bread"
    account.media[-1].likes += 5
    del account.media[-2].caption

    # When a webhook hints at it
    assert world.sync(install, "webhook", count=3, asked_at=world.now - 120)

    # Then all new posts are there, and the old ones are up to date, with a second snapshot where a number changed
    posts = world.posts(install)
    assert [post.media_id for post in posts] == [media.id for media in new] + [post.media_id for post in before]
    assert (posts[-1].caption, posts[-1].tags) == ("Edited #bread", ("bread",))
    assert posts[-2].caption == ""
    assert posts[-1].metrics["like_count"] == before[-1].metrics["like_count"] + 5
    assert [len(world.snapshots(install, post)) for post in posts[-3:]] == [1, 1, 2]
    assert posts[-1].pictures == before[-1].pictures


def test_a_post_that_is_tagged_later_is_imported(world: World) -> None:
    # Given a post without the wanted tag
    install = world.install(import_tags=("ed",))
    media = world.meta.publish(install.instagram_account, "Loaf")
    assert world.sync(install)
    assert world.events_of(install) == []

    # When it is tagged later, whatever the case
    media.caption = "Loaf #ED"
    world.pass_time(HOUR)
    assert world.sync(install)
    world.pass_time(HOUR)
    assert world.sync(install)

    # Then it is imported, once
    assert world.events_of(install) == [media.id]
    assert world.posts(install)[0].imported_at == world.now - HOUR


def test_each_app_gets_the_posts_that_it_wants_once(world: World) -> None:
    # Given an account in two apps with tags, and in one that takes everything; a fourth has not accepted it
    install = world.install(import_tags=("old",))
    bread = world.link(install, import_tags=["bread"])
    cake = world.link(install, import_tags=["cake"])
    everything = world.link(install)
    world.link(install, LinkState.PENDING)
    login = install.instagram_account
    loaf, both = world.meta.publish(login, "#bread #old"), world.meta.publish(login, "#cake #Bread")
    other = world.meta.publish(login, "#pie")

    # When it is fetched, twice
    for _ in range(2):
        assert world.sync(install)
        world.pass_time(HOUR)

    # Then each app has an event for each of its posts, whose id says which app it is for
    events = world.events_for(install)
    assert sorted((each["app_id"], each["media_id"]) for each in events) == sorted(
        [(bread, loaf.id), (bread, both.id), (cake, both.id)]
        + [(everything, media.id) for media in (loaf, both, other)]
    )
    assert len({each["id"] for each in events}) == len(events)
    account = install.instagram_business_account_id
    assert all(each["id"] == f"{account}/{each['shortcode']}/{each['app_id']}" for each in events)

    # And an app that the account is connected for later gets them as well, and the others nothing again
    later = world.link(install, import_tags=["pie"])
    assert world.sync(install, "connect")
    assert [(each["app_id"], each["media_id"]) for each in world.events_for(install)] == [(later, other.id)]


def test_what_was_imported_before_apps_had_imports_of_their_own_is_not_imported_again(world: World) -> None:
    # Given an account of an app, whose newest post was imported when an install had one import of each
    install = world.install(posts=2)
    app_id = world.link(install)
    world.make_old(install, app_id)
    assert world.sync(install)
    [newest, _] = world.posts(install)
    world.events()
    dynamodb.table("Media").update_item(
        Key={"owner": install.id, "item": newest.key}, UpdateExpression="REMOVE imported_for"
    )
    for each in world.imports(install):
        if each["post"].startswith(str(newest.shortcode)):
            dynamodb.table("Imports").delete_item(Key={"account": each["account"], "post": each["post"]})

    # When it is fetched again, then only an app that came later gets it
    later = world.link(install)
    world.pass_time(6 * HOUR)
    assert world.sync(install)

    assert {each["app_id"] for each in world.events_for(install)} == {later}
    assert world.posts(install)[0].imported_for == tuple(sorted((app_id, later)))


def test_a_renamed_account_keeps_its_former_name(world: World) -> None:
    install = world.install(posts=1)
    account = world.meta.account(install.instagram_account)
    for name in ("renamed.demo", "again.demo"):
        account.username = f"{name}{install.instagram_business_account_id}"
        world.pass_time(2 * DAY)
        assert world.sync(install)

    stored = world.stored(install)
    assert stored.instagram_account.startswith("again.demo")
    assert stored.former_names == (
        f"renamed.demo{install.instagram_business_account_id}",
        install.instagram_account,
    )


def test_a_dead_token_ends_its_connection_and_no_other(world: World) -> None:
    # Given three accounts, the owner of the second of which has removed the app
    installs = [world.install(posts=1) for _ in range(3)]
    world.meta.kill_tokens(installs[1].instagram_account, 458)

    # When all are due
    assert all(world.sync(install) for install in installs)

    # Then the others are synced, and this one is not fetched again until it is reconnected
    assert [len(world.posts(install)) for install in installs] == [1, 0, 1]
    ended = world.attributes(installs[1])
    assert ended["state"] == "revoked"
    assert not {"sync", "sync_at", "lease_by"} & set(ended)
    calls = world.calls()
    assert world.sync(installs[1], asked_at=world.now + 1)
    assert world.calls() == calls


@pytest.mark.parametrize("subcode", [463, 460])
def test_meta_says_how_a_connection_ends(world: World, subcode: int) -> None:
    install = world.install(posts=1)
    world.meta.fail_next(190, subcode, path="/media")

    assert world.sync(install)

    assert world.stored(install).state == "expired"


def test_a_dead_old_token_does_not_end_a_new_connection(world: World) -> None:
    # Given an install that is connected again just after its token was read
    install = world.install(posts=1)
    world.meta.kill_tokens(install.instagram_account)

    # When the old token turns out to be dead
    with just_before(aws.kms(), "kms.Decrypt", lambda: world.update(install, "connection", "newer")):
        assert world.sync(install)

    # Then the new connection stays
    assert world.stored(install).state == "active"


def test_a_message_for_an_install_that_is_gone_does_nothing(world: World) -> None:
    install = world.install()
    world.delete(install.id)

    assert world.sync(install)

    assert world.calls() == 0


def test_an_account_that_cannot_be_found_is_tried_three_times(world: World) -> None:
    # Given an account that Meta says it does not know
    install = world.install(posts=1)
    world.meta.fail_next(100, 33, path="/media", count=3)

    # When its message is delivered again and again
    with noted(aws.sqs(), "sqs.ChangeMessageVisibility") as put_off:
        done = [world.deliver(world.job(install), receives=number) for number in (1, 2, 3)]

    # Then the third time is the last, and the account is left alone for a day
    assert done == [False, False, True]
    assert [each["VisibilityTimeout"] for each in put_off] == [30, 60]
    assert world.stored(install).sync_at == world.now + DAY
    assert world.stored(install).state == "active"


def test_retries_after_a_fault_at_meta_wait_longer_and_longer(world: World) -> None:
    install = world.install(posts=1)
    world.meta.fail_next(2, path="/media", count=2)

    with noted(aws.sqs(), "sqs.ChangeMessageVisibility") as put_off:
        assert not world.deliver(world.job(install), receives=1)
        assert not world.deliver(world.job(install), receives=7)
    assert [each["VisibilityTimeout"] for each in put_off] == [30, 900]

    # Then the failed fetches do not hinder the next one
    assert world.deliver(world.job(install), receives=8)
    assert len(world.posts(install)) == 1


def test_an_account_with_an_unreadable_token_waits_a_day(world: World) -> None:
    install = world.install(posts=1, token=b"copied from elsewhere")

    assert world.sync(install)

    assert (world.calls(), world.stored(install).state) == (0, "active")
    assert world.stored(install).sync_at == world.now + DAY


@pytest.mark.parametrize(
    "body",
    [
        {"why": "sweep", "count": 3, "asked_at": 1},
        {"why": "sweep", "count": 3, "asked_at": 1, "install": 5},
        {"why": "spring", "count": 3, "asked_at": 1, "install": "x"},
        {"why": "sweep", "count": "x", "asked_at": 1, "install": "x"},
        {"why": "hashtag", "asked_at": 1, "install": "x"},
        {"why": "hashtag", "asked_at": 1, "install": "x", "tag": "#"},
        {"why": "sweep", "asked_at": 1, "install": "x"},
    ],
)
def test_a_malformed_message_is_dropped(world: World, body: dict[str, object]) -> None:
    event = world.event({"why": "sweep"})
    event["Records"][0]["body"] = json.dumps(body)

    assert world.handle(event)

    assert world.calls() == 0
