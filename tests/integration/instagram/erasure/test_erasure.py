"""Connections that end, and people whose data is erased."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from signpost.instagram.deletion.request import Erased, Kind, Request, Status
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.instagram.install_store import person_key
from signpost.instagram.products import Provider
from signpost.instagram.sightings import PostErased
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests import dynamodb
from tests.aws_calls import at_call, just_before
from tests.integration.instagram.erasure.world import APPS, DONE, IMPORTS, MEDIA, NOW, World, deauthorize, erase
from tests.logs import logged_by
from tests.samples import sample


# -------------------------------------------------------------------------------------------------------- deauthorize
def test_the_connections_of_a_person_end_and_those_of_others_stay(world: World) -> None:
    # Given a person with three accounts, one of which somebody else has connected since, and another person
    person, other = world.fresh(), world.fresh()
    first, second = world.connect(world.fresh(), person), world.connect(world.fresh(), person)
    taken_over = world.connect(world.fresh(), person, person_id=other)
    others = world.connect(world.fresh(), other)
    world.fill(first)

    # When the person removes the app
    assert world.handle(deauthorize(person)) == DONE

    # Then the tokens are gone, but the posts stay
    assert [world.is_ended(each) for each in (first, second, taken_over, others)] == [True, True, False, False]
    assert len(world.left("media#2026-11-20T07:00:00Z#0")) >= 1
    assert "lease_by" not in world.stored(first)


@pytest.mark.parametrize("named", ["person_id", "app_scoped_id", "professional"])
def test_with_instagram_login_each_id_leads_to_the_account(named: str, world: World) -> None:
    account, person = world.fresh(), world.fresh()
    install = world.connect(account, person, Provider.INSTAGRAM)
    ids = {"person_id": person, "app_scoped_id": f"9{account}", "professional": account}

    world.handle(deauthorize(ids[named]))

    assert world.is_ended(install)


def test_the_posts_of_the_person_leave_the_feeds_of_hashtags(world: World) -> None:
    # Given a post of the person in the feeds of two hashtags, once under another id, and a stranger's post
    person, install = world.somebody(1)
    key = {"owner": install.id, "item": "media#2026-11-20T07:00:00Z#0"}
    posted = {"pictures": [], "permalink": f"https://www.instagram.com/reel/C{install.id}/", "caption": "#food"}
    dynamodb.put(MEDIA, {**key, **posted})
    code = f"C{install.id}"
    tags = [f"{tag}{install.id}" for tag in ("food", "bread")]
    shown = [world.show(tags[0], code, f"1{person}"), world.show(tags[1], code, f"2{person}")]
    other, others_picture = world.show(tags[0], f"S{install.id}", f"3{person}")

    # When they ask for erasure
    assert world.handle(erase(person, "hashtags0")) == DONE

    # Then their posts are gone with their pictures, and nothing tells which they were
    for post, picture in shown:
        assert not dynamodb.table(MEDIA).get_item(Key=post).get("Item")
        assert world.left(picture) == []
    assert dynamodb.table(MEDIA).get_item(Key=other).get("Item")
    assert others_picture in world.left(others_picture)
    assert world.left(code) == []
    # And they are not taken up again
    with pytest.raises(PostErased):
        world.show(tags[0], code, f"4{person}")


@pytest.mark.parametrize(
    ("link", "other", "kept"),
    [
        ("accepted", None, False),
        ("older", None, False),  # than states of links
        ("accepted", "pending", False),
        ("accepted", "refused", False),
        ("accepted", "accepted", True),
        ("accepted", "older", True),
        ("accepted", "gone", False),
        ("pending", None, True),
        ("refused", None, True),
    ],
)
def test_an_app_that_shows_nobody_else_forgets_its_owners_address(
    link: str, other: str | None, kept: bool, world: World
) -> None:
    # Given an app with connect keys that shows the person's account, or is asked to, and perhaps somebody else's
    person, install = world.somebody(1)
    app_id = f"app-of-{install.id}"
    dynamodb.put(APPS, {"app_id": app_id, "part": "connect-key", "keys": []})
    world.link(app_id, install.id, link)
    if other:
        theirs = "instagram-1" if other == "gone" else world.connect(world.fresh(), world.fresh()).id
        world.link(app_id, theirs, "accepted" if other == "gone" else other)

    world.handle(erase(person, f"owner{person}"))

    stored = dynamodb.get(APPS, app_id=app_id, part="app")
    assert ("owner_email" in stored) is kept
    assert stored["version"] == (3 if kept else 4)


def test_an_app_forgets_a_person_who_connected_it_through_both_products(world: World) -> None:
    # Given an app that shows the two connections of a person, one of them by default
    person, first = world.somebody(1)
    second = world.connect(world.fresh(), person, Provider.INSTAGRAM)
    app_id = f"app-of-{first.id}"
    app = {"default_account": first.id, "owner_email": "nora@example.com"}
    dynamodb.put(APPS, {"app_id": app_id, "part": "app", "version": 3, **app})
    world.link(app_id, second.id)

    world.handle(erase(person, f"owner{person}"))

    assert dynamodb.get(APPS, app_id=app_id, part="app") == {"app_id": app_id, "part": "app", "version": 5}


def test_what_was_imported_stays_known_while_the_account_is_connected_otherwise(world: World) -> None:
    # Given one account that two people connected, each through another product
    account, person, other = world.fresh(), world.fresh(), world.fresh()
    first = world.connect(account, person)
    world.fill(first)
    world.connect(account, other, Provider.INSTAGRAM)

    # When one of them asks for erasure, then nothing is imported again for the other one
    world.handle(erase(person, "imports00first"))
    assert dynamodb.get(IMPORTS, account=account, post="C0")
    assert world.progress("imports00first").erased.imports == 0

    # And when both have asked, nothing is left
    world.handle(erase(other, "imports0second"))
    assert world.progress("imports0second").erased.imports == 1
    assert world.left(account) == []


@pytest.mark.parametrize("issued_at", [NOW - 5000, NOW - 1002])
def test_an_old_request_does_not_end_a_newer_connection(issued_at: float, world: World) -> None:
    person, install = world.somebody()

    world.handle(deauthorize(person, issued_at))
    world.handle(erase(person, "old0request", issued_at))

    assert not world.is_ended(install)
    assert world.progress("old0request")[1:2] == (Status.DONE,)
    assert not any(world.progress("old0request").erased)
    assert len(world.left(install.id)) > 8


def test_a_fetch_that_ends_later_does_not_make_it_due_again(world: World) -> None:
    # Given a fetch at work
    person, install = world.somebody()
    syncs = SyncStore(world.installs)
    assert syncs.lease(install, "fetch-1", NOW, 120)

    # When the person removes the app, and the fetch ends after that
    world.handle(deauthorize(person))
    assert not syncs.finish(install, "fetch-1", next_sync=NOW + 3600, facts={"synced_at": NOW})

    # Then it stays ended
    assert world.is_ended(install)


def test_a_person_who_reconnects_meanwhile_stays_connected(world: World) -> None:
    # Given a person who connects again after their install was read
    person, account = world.fresh(), world.fresh()
    install = world.connect(account, person)

    def connect_again(**_: object) -> None:
        world.connect(account, person, connected_at=NOW + 2)

    # When the old requests are handled, then the new connection stays as it is
    with at_call(aws.dynamodb(), "after-call.dynamodb.GetItem", connect_again):
        world.handle(deauthorize(person))
        assert not world.is_ended(install)
        world.connect(account, person)
        world.handle(erase(person, "reconnected0"))
    assert not world.is_ended(install)
    assert "erasing" not in world.stored(install)


# -------------------------------------------------------------------------------------------------------------- erase
def test_everything_about_a_person_is_erased_and_nothing_else(world: World) -> None:
    # Given a person with an account through each login, and another person
    person, other = world.fresh(), world.fresh()
    first = world.connect(world.fresh(), person)
    second = world.connect(world.fresh(), person, Provider.INSTAGRAM)
    others = world.connect(world.fresh(), other)
    for install in (first, second, others):
        world.fill(install, 3)
    accounts = [each.instagram_business_account_id for each in (first, second)]
    code = "everything0"
    world.requests.add(code, NOW)
    world.announced()

    # When they ask for erasure
    assert world.handle(erase(person, code)) == DONE

    # Then nothing is left of them, the other person is untouched, and the page says how much it was
    assert world.left(person, *accounts) == []
    assert len(world.left(others.instagram_business_account_id)) == 26
    assert world.installs.get(others.id) == others
    progress = world.progress(code)
    assert (progress.status, progress.done_at) == (Status.DONE, NOW)
    assert progress.erased == Erased(accounts=2, posts=6, pictures=12, imports=2)
    assert world.again == []
    # And others are told, once for each account, after which nothing says whose it was
    assert sorted(world.announced()) == sorted([first.id, second.id])
    assert dynamodb.get("InstagramInstalls", key=f"deletion#{code}").keys().isdisjoint({"to_announce"})
    assert dynamodb.get(APPS, app_id=f"app-of-{first.id}", part="app")


def test_what_two_installs_of_an_account_share_stays_with_the_other(world: World) -> None:
    # Given an account that two people have connected, through different logins
    account, person, other = world.fresh(), world.fresh(), world.fresh()
    by_facebook = world.connect(account, other)
    by_instagram = world.connect(account, person, Provider.INSTAGRAM)
    world.fill(by_facebook)
    world.fill(by_instagram)

    # When one of them asks for erasure
    world.handle(erase(person, "shared0account"))

    # Then the other's install is still found, and keeps the hashtags that were asked for
    assert world.left(by_instagram.id, person) == []
    assert world.installs.of_accounts([account, f"9{account}"]) == {
        account: (by_facebook.id,),
        f"9{account}": (by_facebook.id,),
    }
    assert len(world.left(f"asked#{account}", f"poll#food#{by_facebook.id}")) == 2


def test_an_account_is_erased_whoever_connected_it(world: World) -> None:
    # Given an account that two people have connected, through different logins, and another one of theirs
    account, person, other = world.fresh(), world.fresh(), world.fresh()
    installs = [world.connect(account, person), world.connect(account, other, Provider.INSTAGRAM)]
    another = world.connect(world.fresh(), person)

    # When that account is to be erased
    world.announced()
    assert world.handle(Request(Kind.ERASE_ACCOUNT, account, None, NOW + 1, "account0whole")) == DONE

    # Then it is gone, and the other one stays
    assert [world.installs.get(each.id) for each in (*installs, another)] == [None, None, another]
    assert sorted(world.announced()) == sorted(each.id for each in installs)


def test_a_person_without_data_is_done_immediately(world: World) -> None:
    assert world.handle(erase(world.fresh(), "nobody0here")) == DONE

    assert world.progress("nobody0here").status is Status.DONE


def test_erasure_waits_for_a_fetch_to_end(world: World) -> None:
    # Given an install that a fetch has leased for another 40 seconds
    person, install = world.somebody()
    syncs = SyncStore(world.installs)
    assert syncs.lease(install, "fetch-1", NOW, 40)

    # When the request comes, then it is queued anew, to be handled when the fetch may have ended
    wanted = erase(person, "busy0fetch")
    assert world.handle(wanted) == DONE
    [again] = world.again
    assert (json.loads(again["MessageBody"])["code"], again["DelaySeconds"]) == (wanted.code, 15)
    assert world.progress(wanted.code).status is Status.ERASING
    assert not world.is_ended(install)

    # And when the lease is over, it is done
    world.now += 41
    assert world.handle(wanted) == DONE
    assert world.left(install.id, person) == []
    assert world.progress(wanted.code).status is Status.DONE


def test_an_install_that_is_being_erased_cannot_be_leased(world: World) -> None:
    install = world.connect(world.fresh(), world.fresh())

    assert world.feature.erasure.store.seize(install, "seized0code", NOW)

    assert not SyncStore(world.installs).lease(install, "fetch-1", NOW + 1000, 120)
    assert world.stored(install)["erasing"] is True
    assert world.is_ended(install)


def test_what_takes_too_long_continues_in_another_run(world: World) -> None:
    # Given 120 posts, and a timer that leaves a run time for a few calls
    person, install = world.somebody(120, measurements=0, pictures=0)
    ticks = iter(range(100_000))
    world.build(timer=lambda: float(next(ticks)))
    wanted = erase(person, "takes0long")

    # When the request is handled for as long as it comes back
    runs = 0
    world.again.append({})
    while world.again:
        world.again.clear()
        assert world.handle(wanted, seconds=30 + 110) == DONE
        runs += 1
        assert len(world.again) <= 1

    # Then it took several runs, and everything was counted once
    assert runs > 1
    assert world.left(install.id) == []
    assert world.progress(wanted.code).erased == Erased(1, 120, 0, 1)


def test_more_measurements_than_a_batch_takes_are_erased(world: World) -> None:
    person, install = world.somebody(1, measurements=60, pictures=3)

    world.handle(erase(person, "measured0"))

    assert world.left(install.id) == []
    assert world.progress("measured0").erased == Erased(1, 1, 3, 1)


def test_two_workers_erase_everything_and_count_it_once(world: World) -> None:
    person, install = world.somebody(12)
    wanted = erase(person, "two0at0once")

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(world.feature.erasure.erase, wanted, 900) for _ in range(2)]
    assert all(isinstance(run.exception(), Unavailable | None) for run in runs)
    if world.progress(wanted.code).status is not Status.DONE:
        assert world.handle(wanted) == DONE

    assert world.left(install.id, person) == []
    assert world.progress(wanted.code).status is Status.DONE
    assert world.progress(wanted.code).erased == Erased(1, 12, 24, 1)


def test_an_entry_that_changes_meanwhile_keeps_what_is_new(world: World) -> None:
    account, person = world.fresh(), world.fresh()
    install = world.connect(account, person)
    new: list[str] = []

    def connect() -> None:
        assert world.stored(install)["erasing"]
        new.append(world.connect(account, world.fresh(), Provider.INSTAGRAM, NOW + 5).id)

    # When it is erased, and somebody connects it through another login just after its entries were read
    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", connect):
        assert world.handle(erase(person, "changing0entry")) == DONE

    # Then the new install is found
    assert world.left(install.id, person_key(person)) == []
    assert world.installs.of_accounts([account]) == {account: tuple(new)}


# ----------------------------------------------------------------------------------------------------------- messages
@pytest.mark.parametrize("name", ["queue-deauthorize", "queue-erase", "queue-erase-account"])
def test_the_samples_are_handled(name: str, world: World) -> None:
    install = world.connect("17841400000000002", "26000000000000002", Provider.INSTAGRAM)

    assert world.send(sample("data_deletion", name)) == DONE

    assert (world.installs.get(install.id) is None) == (name != "queue-deauthorize")


def test_a_message_that_is_not_a_request_is_passed_over(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with logged_by(world.logger) as log:
        assert world.handle(erase("1", "x")) == DONE  # not a valid code

    assert "message passed over" in log.getvalue()
    assert "DeletionsPassedOver" in capsys.readouterr().out


def test_no_log_says_who_it_was(world: World) -> None:
    person = world.fresh()
    install = world.connect(world.fresh(), person)

    with logged_by(world.logger) as log:
        world.handle(deauthorize(person))
        world.handle(erase(person, "who0was0it"))

    assert "person erased" in log.getvalue()
    for text in (person, install.instagram_business_account_id, install.instagram_account, "nora@"):
        assert text not in log.getvalue()
