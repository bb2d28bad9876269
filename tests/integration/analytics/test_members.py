"""The members that are stored, who is found, and whom an app token lets in."""

import pytest

from signpost.analytics.directory import Directory, in_order
from signpost.analytics.errors import BadMember, NoToken, NotYours
from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.instagram import app_tokens
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.products import Provider
from signpost.instagram.readings import Readings
from signpost.platform import aws
from tests import dynamodb
from tests.aws import empty
from tests.installs import connected, new_account
from tests.integration.analytics.world import INSTALLS, NOW, store


@pytest.fixture
def members(signpost_application: object) -> MemberStore:
    return MemberStore(aws.dynamodb(), "Members")


@pytest.fixture
def directory(members: MemberStore) -> Directory:
    return Directory(members, Readings(aws.dynamodb(), INSTALLS, "Media"))


@pytest.fixture
def account() -> str:
    return new_account()


def test_members_are_kept_and_listed_in_the_order_of_their_ids(members: MemberStore) -> None:
    empty("Members")
    kept = [Member("3", NOW, "Nora", "Europe/Vienna"), Member("20", NOW), Member("4", NOW)]

    assert all(members.create(each) for each in kept)

    assert not members.create(Member("3", NOW, "Somebody else"))
    assert list(members.all()) == [kept[1], kept[0], kept[2]]
    assert members.get("3") == kept[0]


def test_a_snapshot_is_replaced_only_by_a_later_one(members: MemberStore, account: str) -> None:
    assert not members.point(account, "first", NOW, "facebook-1")
    members.create(Member(account, NOW))

    assert members.point(account, "second", NOW + 2, "facebook-1")
    assert not members.point(account, "first", NOW + 1, "facebook-1")

    found = members.get(account)
    assert found
    assert (found.snapshot, found.snapshot_at, found.install) == ("second", NOW + 2, "facebook-1")


def test_a_member_that_leaves_keeps_nothing_new_and_is_gone_when_removed(members: MemberStore, account: str) -> None:
    assert not members.leave(account, NOW)
    members.create(Member(account, NOW))
    assert not members.leave(account, NOW - 1)  # the deletion was asked for before there was this member

    assert members.leave(account, NOW + 1)
    assert members.leave(account, NOW + 9)

    left = members.get(account)
    assert left
    assert left.left_at == NOW + 1
    assert not members.point(account, "first", NOW, "facebook-1")
    assert not members.remove(left._replace(left_at=NOW + 9))
    assert members.remove(left)
    assert members.get(account) is None


def test_a_connected_account_is_a_member_once_somebody_asks(
    directory: Directory, members: MemberStore, account: str
) -> None:
    install = store(connected(Provider.FACEBOOK, account, "nora", NOW))

    for address in (account, install.id, f"instagram-{account}"):
        assert directory.find(address) == (Member(account, NOW), (install,))

    assert members.get(account) == Member(account, NOW)


def test_an_added_member_needs_no_account(directory: Directory, members: MemberStore, account: str) -> None:
    members.create(Member(account, NOW, "Nora"))

    assert directory.find(account) == (Member(account, NOW, "Nora"), ())


@pytest.mark.parametrize("address", ["1", "not/an.id", "", "x" * 65])
def test_nobody_else_is_a_member(directory: Directory, members: MemberStore, address: str) -> None:
    with pytest.raises(BadMember):
        directory.find(address)


def test_somebody_who_is_leaving_is_no_longer_a_member(
    directory: Directory, members: MemberStore, account: str
) -> None:
    store(connected(Provider.FACEBOOK, account, "nora", NOW))
    directory.find(account)
    members.leave(account, NOW)

    with pytest.raises(BadMember):
        directory.find(account)


def test_an_app_scoped_id_is_not_the_account(directory: Directory, account: str) -> None:
    install = store(connected(Provider.INSTAGRAM, account, "nora", NOW, app_scoped_id="7"))
    dynamodb.put(INSTALLS, {"key": "account#7", "installs": {install.id}})

    with pytest.raises(BadMember):
        directory.find("7")


def test_data_comes_from_the_connection_that_has_most() -> None:
    facebook = connected(Provider.FACEBOOK, "1", "nora", NOW)
    instagram = connected(Provider.INSTAGRAM, "1", "nora", NOW)
    whole = instagram._replace(backfill_done_at=NOW)
    ended = facebook._replace(state=ConnectionState.REVOKED, backfill_done_at=NOW)

    assert in_order([instagram, facebook]) == (facebook, instagram)
    assert in_order([facebook, whole]) == (whole, facebook)
    assert in_order([ended, instagram]) == (instagram, ended)


@pytest.mark.parametrize("product", list(Provider))
def test_an_app_token_opens_its_own_account(directory: Directory, account: str, product: Provider) -> None:
    token = app_tokens.new(account)
    store(connected(Provider.FACEBOOK, account, "nora", NOW))
    store(connected(product, account, "nora", NOW), "another", token)

    for address in (account, f"facebook-{account}", f"instagram-{account}"):
        directory.admit(token, address)


def test_an_app_token_opens_nothing_else(directory: Directory, account: str) -> None:
    token = app_tokens.new(account)
    store(connected(Provider.FACEBOOK, account, "nora", NOW), token)
    other = new_account()
    store(connected(Provider.FACEBOOK, other, "otto", NOW), app_tokens.new(other))

    for address in (other, "999", "not/an.id", None):
        with pytest.raises(NotYours):
            directory.admit(token, address)


def test_an_app_token_that_nobody_has_opens_nothing(directory: Directory, account: str) -> None:
    store(connected(Provider.FACEBOOK, account, "nora", NOW), app_tokens.new(account))

    for token in (
        app_tokens.new(account),
        app_tokens.new("1"),
        "",
        ".",
        "ä",
        account,
        f"{account}.",
        f"{'9' * 3000}.x",
    ):
        for address in (account, "999", None):
            with pytest.raises(NoToken):
                directory.admit(token, address)


def test_an_older_app_token_does_not_say_whose_it_is(directory: Directory, account: str) -> None:
    store(connected(Provider.FACEBOOK, account, "nora", NOW), "from-before")

    directory.admit("from-before", account)

    with pytest.raises(NoToken):
        directory.admit("from-before", new_account())
