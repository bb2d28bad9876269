"""The token and the e-mails of one install over the days."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from signpost.instagram.apps.app import LinkState
from signpost.instagram.apps.connect_links import ConnectLinkExpired
from signpost.instagram.connection_states import DAY, SOON, ConnectionState
from signpost.instagram.graph.errors import MetaUnavailable, Throttled
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.tokens.steps import Step
from signpost.instagram.tokens.store import TokenStore
from signpost.platform import aws
from signpost.platform.dynamodb import Change
from signpost.platform.errors import Unavailable
from signpost.platform.sending import Mail, MaybeSent, NotSent
from tests.aws_calls import at_call, just_before
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.tokens.world import NOW, World
from tests.timing import at_the_same_time

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
FIRST, SECOND, PERMISSION = "Reconnect @ by 20 January", "@ is no longer connected", "@ needs your permission"


# ------------------------------------------------------------------------------------------------------------ refresh
@pytest.mark.parametrize("provider", list(Provider))
def test_a_token_is_refreshed_in_its_last_twenty_days(world: World, provider: Provider) -> None:
    # Given a token of 60 days, when it is too early for a refresh
    install = world.connected(provider)
    first = world.token(install)
    world.pass_days(40)
    world.care().care(install.id)
    assert world.token(install) == first
    assert world.stored(install).check_day == "2027-01-01"

    # When it has less than 20 days left
    world.pass_days(0.5)
    world.care().care(install.id)

    # Then there is a new one, encrypted, for 60 days from now, and nobody gets an e-mail
    stored = world.stored(install)
    assert world.token(install) != first
    assert world.is_accepted(world.token(install))
    assert (stored.issued_at, stored.expires_at) == (world.clock(), world.clock() + 60 * DAY)
    assert b"EAA" not in stored.token
    assert b"IGAA" not in stored.token
    assert stored.state is ConnectionState.ACTIVE
    assert stored.check_day == "2027-02-09"
    assert world.subjects(install) == []
    assert world.attributes(install)["sync"] == "due"


def test_a_token_that_is_refreshed_never_needs_its_owner(world: World) -> None:
    install = world.connected()

    world.sweep_daily(install, 200)

    assert world.subjects(install) == []
    assert world.stored(install).state is ConnectionState.ACTIVE
    assert world.is_accepted(world.token(install))


def test_a_facebook_token_may_not_be_extended(world: World) -> None:
    # Given a Meta that issues new tokens with the old end
    world.meta.switches.extend_long_tokens = False
    install = world.connected(FACEBOOK)
    token = world.token(install)

    # When it is swept daily to the end
    world.sweep_daily(install, 65)

    # Then the old one was kept, and the owner got an e-mail ten days ahead and one at the end
    assert world.token(install) == token
    assert world.subjects(install) == [FIRST, SECOND]
    assert world.stored(install).state is ConnectionState.EXPIRED


def test_owners_hear_of_the_end_of_the_data_access_though_the_token_lives_on(world: World) -> None:
    install = world.connected(FACEBOOK)

    world.sweep_daily(install, 95)

    first, second = world.mails(install)
    assert "consent" in first["text"]
    assert "19 February 2027, 06:00 UTC" in first["text"]
    assert "in 10 days" in first["html"]
    assert "consent" in second["html"]
    assert (world.stored(install).expires_at or 0) > world.clock()


def test_a_refresh_finds_that_a_scope_was_taken_away(world: World) -> None:
    install = world.connected(FACEBOOK)
    world.meta.remove_permission(install.instagram_account, "pages_read_engagement")
    world.pass_days(41)

    world.care().care(install.id)
    world.care().care(install.id)

    assert world.stored(install).state is ConnectionState.PERMISSION_MISSING
    assert "pages_read_engagement" not in world.stored(install).scopes
    assert world.subjects(install) == [PERMISSION]
    assert "sync" not in world.attributes(install)


def test_a_refresh_may_be_refused_because_a_permission_is_missing(world: World) -> None:
    # Given a refresh that is refused, while other accounts can be read
    install = world.connected()
    world.meta.remove_permission(install.instagram_account, "instagram_business_basic")
    world.pass_days(41)
    world.works_for_others(INSTAGRAM)

    # When it is tried once, then this may be the beginning of a block
    world.care().care(install.id)
    assert (world.stored(install).state, world.subjects(install)) == (ConnectionState.ACTIVE, [])

    # And when it is refused again, after others could be read, then it is about this account
    world.pass_days(1)
    world.works_for_others(INSTAGRAM)
    world.care().care(install.id)
    assert world.stored(install).state is ConnectionState.PERMISSION_MISSING
    assert world.subjects(install) == [PERMISSION]


def test_an_install_that_lacks_a_permission_expires_too(world: World) -> None:
    # Given an install for which a fetch found that a permission is missing
    install = unrefreshable(world, refused_since=NOW - 1)
    world.meta.remove_permission(install.instagram_account, "instagram_business_basic")
    world.installs.end(install, ConnectionState.PERMISSION_MISSING)
    world.works_for_others(INSTAGRAM)
    world.care().care(install.id)
    assert world.subjects(install) == [PERMISSION]

    # When nobody does anything about it
    world.sweep_daily(install, 65)

    # Then its owner has had each e-mail once, and it is no longer checked
    assert world.subjects(install) == [PERMISSION, FIRST, SECOND]
    assert (world.stored(install).state, world.stored(install).check_day) == (ConnectionState.EXPIRED, None)


@pytest.mark.parametrize(
    ("subcode", "state", "subjects"),
    [
        (458, ConnectionState.REVOKED, []),
        (460, ConnectionState.EXPIRED, [SECOND]),
        (463, ConnectionState.EXPIRED, [SECOND]),
    ],
)
def test_a_dead_token_ends_the_connection(
    world: World, subcode: int, state: ConnectionState, subjects: list[str]
) -> None:
    install = world.connected()
    world.meta.kill_tokens(install.instagram_account, subcode)
    world.pass_days(41)

    world.care().care(install.id)
    world.care().care(install.id)

    assert world.stored(install).state is state
    assert world.stored(install).check_day is None
    assert "sync" not in world.attributes(install)
    assert world.subjects(install) == subjects


def test_the_owner_hears_of_a_token_that_others_found_dead(world: World) -> None:
    # Given a token that a fetch found dead, long before its end
    install = world.connected()
    assert world.installs.end(install, ConnectionState.EXPIRED)
    assert world.stored(install).check_day == SOON

    world.care().care(install.id)

    [mail] = world.mails(install)
    assert "no longer accepts" in mail["text"]
    assert world.stored(install).check_day is None


@pytest.mark.parametrize(("code", "error"), [(4, Throttled), (2, MetaUnavailable)])
def test_a_busy_meta_is_asked_again_without_an_email(world: World, code: int, error: type[Exception]) -> None:
    # Given a token with five days left, and a Meta that is busy
    install = world.connected()
    world.pass_days(55)
    care = world.care()
    world.meta.fail_next(code, count=1 if code == 4 else 2, path="refresh_access_token")

    # When it is checked, then nothing changes
    with pytest.raises(error):
        care.care(install.id)
    assert world.stored(install).check_day == "2026-11-21"
    assert world.subjects(install) == []

    # And on the last try of the day, the owner gets the e-mail anyway
    care.care(install.id, last_try=True)
    assert world.subjects(install) == [FIRST]
    assert world.stored(install).state is ConnectionState.EXPIRING

    # And on the next day it is refreshed
    world.pass_days(1)
    care.care(install.id)
    assert world.stored(install).state is ConnectionState.ACTIVE


def test_a_throttled_app_makes_no_calls(world: World) -> None:
    # Given a worker that Meta told that the app makes too many calls
    first, second = world.connected(), world.connected()
    world.pass_days(41)
    world.meta.fail_next(4, path="refresh_access_token")
    with pytest.raises(Throttled):
        world.care().care(first.id)
    calls = len(world.meta.calls)

    # Then another worker does not call either, until the pause is over
    with pytest.raises(Throttled) as throttled:
        world.care().care(second.id)

    assert len(world.meta.calls) == calls
    assert throttled.value.retry_after == 3600
    world.pass_days(3600 / DAY)
    world.care().care(second.id)
    assert world.stored(second).expires_at == world.clock() + 60 * DAY


def test_a_token_that_cannot_be_read_does_not_count_as_dead(world: World) -> None:
    install = world.connected(token=b"damaged")
    world.pass_days(41)

    world.care().care(install.id)

    assert world.stored(install).state is ConnectionState.ACTIVE
    assert world.reports == [("RefreshesFailed", {"install": install.id, "reason": "token_unreadable"})]


# ------------------------------------------------------------------------------------------------------------- e-mails
def unrefreshable(world: World, **changes: Any) -> Install:
    return world.connected(INSTAGRAM, scopes=("instagram_business_manage_insights",), **changes)


@pytest.mark.parametrize(
    ("days", "expected", "state"),
    [
        (50 - 1 / DAY, [], ConnectionState.ACTIVE),
        (50, [FIRST], ConnectionState.EXPIRING),
        (60 - 1 / DAY, [FIRST], ConnectionState.EXPIRING),
        (60, [SECOND], ConnectionState.EXPIRED),
    ],
)
def test_which_email_is_sent_when(world: World, days: float, expected: list[str], state: ConnectionState) -> None:
    install = unrefreshable(world)
    world.pass_days(days)

    world.care().care(install.id)
    world.care().care(install.id)

    assert world.subjects(install) == expected
    assert world.stored(install).state is state


def test_the_stamps_and_ids_of_emails_are_kept(world: World) -> None:
    install = unrefreshable(world)
    world.pass_days(50)
    world.care().care(install.id)
    world.pass_days(10)
    world.care().care(install.id)

    stored, attributes = world.stored(install), world.attributes(install)
    assert stored.first_verify_email_sent_at == NOW + 50 * DAY
    assert stored.second_verify_email_sent_at == NOW + 60 * DAY
    assert [attributes["first_email_id"], attributes["second_email_id"]] == [m["id"] for m in world.mails(install)]
    assert stored.check_day is None


def test_a_new_connection_gets_emails_of_its_own(world: World) -> None:
    # Given an install whose owner got both e-mails
    install = unrefreshable(world)
    for days in (50, 10):
        world.pass_days(days)
        world.care().care(install.id)

    # When it is connected again, which resets the stamps, and cannot be refreshed either
    keep = world.attributes(install)["emailed"]
    again = install._replace(connection="second", issued_at=world.clock(), expires_at=world.clock() + 60 * DAY)
    world.store(again)
    world.installs.change(again, Change(set={"emailed": keep}))
    world.pass_days(50)
    world.care().care(install.id)

    # Then the owner gets an e-mail again
    assert world.subjects(install) == [FIRST, SECOND, "Reconnect @ by 21 March"]


def test_every_owner_gets_one_email_of_their_own(world: World) -> None:
    # Given an install of several apps: with other owners, with the same owner twice, and without an owner
    install = unrefreshable(world)
    name = install.instagram_account
    world.link(install, f"b-{name}", f"shop@{name}.example")
    world.link(install, f"a-{name}", f"Anna@{name}.example")
    world.link(install, f"c-{name}", f" anna@{name}.example ")
    world.link(install, f"d-{name}", None)
    world.link(install, f"e-{name}", f"{name}@OWNER.example")
    world.pass_days(50)

    world.care().care(install.id)
    world.care().care(install.id)

    mails = world.mails(install)
    assert [mail["to"] for mail in mails] == [
        [f"{name}@owner.example"],
        [f"Anna@{name}.example"],
        [f"shop@{name}.example"],
    ]
    assert f"&app_id=0-{name}" in mails[0]["text"]
    assert f"&app_id=a-{name}" in mails[1]["text"]


@pytest.mark.parametrize("state", [LinkState.PENDING, LinkState.REFUSED])
def test_the_owner_of_an_app_hears_nothing_of_accounts_that_it_does_not_show(world: World, state: LinkState) -> None:
    # Given a stranger's account that asks to be shown in somebody's app
    install = unrefreshable(world, owner_email=None)
    world.link(install, uuid.uuid4().hex, f"victim@{install.instagram_account}.example", state)
    world.pass_days(50)

    world.care().care(install.id)

    assert world.mails(install) == []
    assert [metric for metric, _ in world.reports] == ["EmailAddressMissing"]


def test_the_link_in_an_email_is_its_apps_owners(world: World) -> None:
    # Given an app with a connect key
    install = unrefreshable(world)
    app_id = f"0-{install.instagram_account}"
    links = world.connect_links()
    links.proof(app_id)
    world.pass_days(50)

    world.care().care(install.id)

    [mail] = world.mails(install)
    address = next(word for word in mail["text"].split() if "/showlogin?" in word)
    query = dict(parse_qsl(urlsplit(address).query))
    assert query["app_id"] == app_id
    links.check(app_id, query["connect"])
    # And it is good for 90 days
    world.pass_days(90)
    with pytest.raises(ConnectLinkExpired):
        links.check(app_id, query["connect"])


def test_an_owner_without_an_address_is_tried_again(world: World) -> None:
    # Given an install without any address
    install = unrefreshable(world, owner_email=None)
    world.pass_days(50)

    world.care().care(install.id)

    # Then its state is right, and it is checked again tomorrow
    stored = world.stored(install)
    assert (stored.state, stored.first_verify_email_sent_at) == (ConnectionState.EXPIRING, None)
    assert stored.check_day == "2027-01-11"
    assert world.reports == [("EmailAddressMissing", {"install": install.id, "email": "first_email"})]

    # And when there is an address, the e-mail goes there
    world.link(install, uuid.uuid4().hex, "new@owner.example")
    world.care().care(install.id)
    assert world.subjects(install) == [FIRST]


class Refusing:
    """A mailer that raises these errors in turn and then sends. `meanwhile` runs before it first sends."""

    def __init__(self, *errors: Exception | None, meanwhile: Callable[[], object] | None = None) -> None:
        self.errors, self.meanwhile, self.sent = list(errors), meanwhile, list[str]()

    def send(self, address: str, mail: Mail) -> str:
        error = self.errors.pop(0) if self.errors else None
        if error:
            raise error
        if self.meanwhile and not self.sent:
            self.meanwhile()
        self.sent.append(address)
        return "id"


def owner_of(install: Install) -> str:
    """The owner of the app that `World.connected` makes."""
    return f"{install.instagram_account}@owner.example"


def two_owners(world: World) -> tuple[Install, str]:
    """An install that is due for its first e-mail; and the address of its second owner."""
    install = unrefreshable(world)
    other = f"shop@{install.instagram_account}.example"
    world.link(install, f"a-{install.instagram_account}", other)
    world.pass_days(50)
    return install, other


def test_a_refusal_releases_the_stamp(world: World) -> None:
    # Given an install with two owners, and an SES that refuses the first
    install, other = two_owners(world)
    mailer = Refusing(NotSent("MessageRejected"))

    # When the sweep checks it
    with pytest.raises(NotSent):
        world.care(mailer).care(install.id)

    # Then only the second owner has the e-mail, and the first one gets it next time
    assert mailer.sent == [other]
    assert world.stored(install).first_verify_email_sent_at is None
    world.care(mailer).care(install.id)
    world.care(mailer).care(install.id)
    assert mailer.sent == [other, owner_of(install)]
    assert world.stored(install).first_verify_email_sent_at == world.clock()
    assert world.metrics() == ["EmailsRefused", "EmailsSent", "EmailsSent"]


def test_an_email_that_may_have_been_sent_is_not_sent_again(world: World) -> None:
    install = unrefreshable(world)
    world.pass_days(50)
    mailer = Refusing(MaybeSent("ReadTimeoutError"))

    world.care(mailer).care(install.id)
    world.care(mailer).care(install.id)

    assert mailer.sent == []
    assert world.stored(install).first_verify_email_sent_at == world.clock()
    assert world.metrics() == ["EmailsUnknown"]


# ----------------------------------------------------------------------------------------------- concurrent and cut off
def test_workers_at_the_same_time_send_one_email(world: World) -> None:
    install = unrefreshable(world)
    world.pass_days(50)

    at_the_same_time(4, lambda _: world.care().care(install.id))

    assert world.subjects(install) == [FIRST]


def test_a_refusal_that_another_worker_does_not_see_is_not_lost(world: World) -> None:
    # Given two owners, and a worker that has claimed the first one's e-mail
    install, other = two_owners(world)
    store = TokenStore(world.installs)
    expiring = install._replace(state=ConnectionState.EXPIRING)
    assert store.move(install, ConnectionState.EXPIRING)
    claim = store.claim(expiring, Step.FIRST_EMAIL, owner_of(install))
    assert claim is not None

    # When SES refuses it just before another worker, having mailed the second owner, marks the e-mail as sent
    mailer = Refusing(meanwhile=lambda: store.release(expiring, Step.FIRST_EMAIL, claim))
    world.care(mailer).care(install.id)

    # Then it is not marked, and the first owner gets the e-mail as well, once
    assert world.stored(install).first_verify_email_sent_at is None
    world.care(mailer).care(install.id)
    world.care(mailer).care(install.id)
    assert mailer.sent == [other, owner_of(install)]
    assert world.stored(install).first_verify_email_sent_at == world.clock()


def test_of_two_refreshes_at_the_same_time_one_is_kept(world: World) -> None:
    # Given a token that is due
    install = world.connected()
    world.pass_days(41)
    faster, slower = world.care(), world.care()

    # When a worker has refreshed it, and another stores its own new token first
    with just_before(aws.kms(), "kms.Encrypt", lambda: faster.care(install.id)):
        slower.care(install.id)

    # Then one of them is stored, with its end
    assert world.metrics() == ["TokensRefreshed"]
    assert world.is_accepted(world.token(install))
    assert world.stored(install).check_day == "2027-02-10"


def test_a_new_connection_is_not_overwritten(world: World) -> None:
    # Given somebody who connects again while the old token is refreshed
    install = world.connected()
    world.pass_days(41)
    new = install._replace(connection="second", issued_at=world.clock(), expires_at=world.clock() + 60 * DAY)

    def log_in() -> None:
        world.store(new._replace(token=world.cipher.encrypt(install.id, "new")))

    with just_before(aws.kms(), "kms.Encrypt", log_in):
        world.care().care(install.id)

    assert world.token(install) == "new"
    assert world.stored(install).connection == "second"


def test_an_install_that_is_gone_is_left_alone(world: World) -> None:
    world.care().care("instagram-0")

    assert world.reports == []


def test_an_install_that_keeps_changing_is_unavailable(world: World) -> None:
    install = unrefreshable(world)

    def connect_again(**_: object) -> None:
        world.store(install._replace(connection=uuid.uuid4().hex))

    with at_call(aws.dynamodb(), "before-call.dynamodb.UpdateItem", connect_again), pytest.raises(Unavailable):
        world.care().care(install.id)


@pytest.mark.parametrize(
    ("mode", "lost"),
    [
        (Mode.KILLED_BEFORE, 1),  # before SendEmail: nobody can know that nothing was sent
        (Mode.KILLED_AFTER, 1),  # at the claim
        (Mode.REPLY_LOST, 0),
        (Mode.SERVER_ERROR, 1),  # at SendEmail, after which it may have been sent
        (Mode.ALL_REPLIES_LOST, 1),  # at the claim
    ],
)
def test_no_email_is_sent_twice_wherever_a_worker_is_cut_off(world: World, mode: Mode, lost: int) -> None:
    counts: list[int] = []

    def scenario(fault: Fault) -> None:
        # Given a token that has ended
        world.clock.value = NOW
        install = unrefreshable(world)
        world.pass_days(60)

        # When a worker is cut off, and the message comes twice more
        fault.attempt(lambda: world.care().care(install.id), Unavailable)
        world.care().care(install.id)
        world.care().care(install.id)

        # Then the connection has ended
        stored = world.stored(install)
        assert (stored.state, stored.check_day) == (ConnectionState.EXPIRED, None)
        assert stored.second_verify_email_sent_at is not None
        assert "sync" not in world.attributes(install)
        counts.append(len(world.mails(install)))

    at_every_call(scenario, mode)

    # And the e-mail was sent once, or not at all where another try could have sent a second one
    assert sorted(counts) == [0] * lost + [1] * (len(counts) - lost)


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize("mode", [Mode.KILLED_BEFORE, Mode.KILLED_AFTER, Mode.REPLY_LOST])
def test_no_token_is_lost_wherever_a_worker_is_cut_off(world: World, mode: Mode, provider: Provider) -> None:
    def scenario(fault: Fault) -> None:
        world.clock.value = NOW
        install = world.connected(provider)
        world.pass_days(41)

        # When a worker is cut off, and the message comes again
        fault.attempt(lambda: world.care().care(install.id), Unavailable, MetaUnavailable)
        world.care().care(install.id)

        # Then the stored token is accepted by Meta and is a new one; the old one stays good until its end, too
        assert world.is_accepted(world.token(install))
        stored = world.stored(install)
        assert stored.expires_at == world.clock() + 60 * DAY
        assert (stored.check_day or "") > "2027-02-01"
        assert world.subjects(install) == []

    at_every_call(scenario, mode)
