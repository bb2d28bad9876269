"""Members' logins, from what a login at Meta hands over to the end of their sessions."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from signpost.console.session.sessions import COOKIE, FORM_COOKIE, SECONDS
from signpost.instagram import hand_overs, installs
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.dynamodb import Change, Table
from tests.integration.console.conftest import Members, Visitor
from tests.integration.console.test_pages import text
from tests.integration.tracking.world import World

OVER = "This log-in is over"
OTHERS = "did not begin here, in this browser"


def is_in(visitor: Visitor) -> bool:
    return bool(visitor.get("/fp")["statusCode"] == 200)


def refused(reply: dict[str, Any], why: str) -> bool:
    return reply["statusCode"] == 403 and why in reply["body"] and "Log in with Instagram" in reply["body"]


@pytest.fixture
def nora(members: Members) -> Install:
    return members.connect("17841401", "nora.bakes")


def test_the_login_page_begins_logins_at_both_products_and_says_what_they_do(visitor: Visitor) -> None:
    page = visitor.get("/fp/login?next=/fp/zone")

    assert "connects the account to Signpost if it is not connected yet" in text(page)
    for provider in Provider:
        start = visitor.member_login("/fp/login", provider)
        assert (start.path, parse_qs(start.query)["provider"]) == ("/showlogin", [provider.value])
        back = urlsplit(parse_qs(start.query)["return_to"][0])
        assert (back.scheme, back.netloc, back.path) == ("https", "signpost.example", "/fp/login/member")
        # And what it carries tells nobody the cookie of the form
        assert visitor.cookies[FORM_COOKIE] not in start.query


def test_a_login_at_meta_makes_a_members_session(members: Members, visitor: Visitor, nora: Install) -> None:
    reply = members.log_in(visitor, nora)

    assert (reply["statusCode"], reply["headers"]["location"]) == (303, "/fp")
    assert set(visitor.cookies) == {COOKIE}
    said = text(visitor.get("/fp"))
    assert "nora.bakes" in said
    assert "Member" in said
    assert "Administrator" not in said
    # And the page of the log-in leads on, also when it is loaded again
    assert visitor.get("/fp/login/member?began=x")["headers"]["location"] == "/fp"


def test_it_leads_to_where_one_wanted_to_go(members: Members, visitor: Visitor, nora: Install) -> None:
    page = f"/fp/reports/{nora.instagram_business_account_id}"
    assert members.log_in(visitor, nora, start=f"/fp/login?next={page}")["headers"]["location"] == page

    visitor.cookies.clear()
    assert members.log_in(visitor, nora, start="/fp/login?next=//evil.example")["headers"]["location"] == "/fp"


def test_a_hand_over_is_used_once(members: Members, visitor: Visitor, nora: Install) -> None:
    # Given a login that was used, whose cookies somebody kept
    visitor.get("/fp/login")
    back = members.end(visitor, nora)
    kept = dict(visitor.cookies)
    assert visitor.get(back)["statusCode"] == 303

    # Then it makes no second session, neither for another function nor after the person has logged out
    visitor.submit("/fp", "/fp/logout")
    visitor.cookies = dict(kept)
    visitor.new_environment()
    assert refused(visitor.get(back), OVER)
    assert COOKIE not in visitor.cookies


def test_a_hand_over_is_for_minutes_only(members: Members, visitor: Visitor, nora: Install, world: World) -> None:
    visitor.get("/fp/login")
    back = members.end(visitor, nora)
    world.now += hand_overs.MAX_AGE

    assert refused(visitor.get(back), OVER)


def test_nobody_can_be_logged_in_to_somebody_elses_session(members: Members, visitor: Visitor, nora: Install) -> None:
    # Given an attacker's login, which has come back from Meta, and a victim at the log-in page
    visitor.get("/fp/login")
    back = members.end(visitor, nora)
    attackers = dict(visitor.cookies)
    visitor.cookies.clear()
    visitor.get("/fp/login")
    victims = dict(visitor.cookies)

    # Then its address does nothing in the victim's browser, not even with the hand-over
    assert refused(visitor.get(back), OTHERS)
    visitor.cookies = victims | {hand_overs.COOKIE: attackers[hand_overs.COOKIE]}
    assert refused(visitor.get(back), OTHERS)
    # Nor does the hand-over with an address of the victim's own that was not signed here, or none
    for began in ("", "x", "eyJ2YWx1ZXMiOnt9fQ.AAAA"):
        assert refused(visitor.get(f"/fp/login/member?began={began}"), OTHERS)
    assert COOKIE not in visitor.cookies


@pytest.mark.parametrize("planted", ["", "x", "eyJ2YWx1ZXMiOnt9fQ.AAAA", "é"])
def test_a_hand_over_that_was_not_signed_proves_nothing(
    planted: str, members: Members, visitor: Visitor, nora: Install
) -> None:
    visitor.get("/fp/login")
    back = members.end(visitor, nora)
    visitor.cookies[hand_overs.COOKIE] = planted

    assert refused(visitor.get(back), OVER)


def test_a_login_that_failed_says_so(visitor: Visitor) -> None:
    reply = visitor.get("/fp/login/member?began=x&instagram_auth_error=user_denied")

    assert refused(reply, "Instagram did not log you in.")


def test_of_several_accounts_one_is_chosen(members: Members, visitor: Visitor, nora: Install) -> None:
    # Given a login that reaches two accounts
    kiln = members.connect("17841402", "<b>kiln</b>")
    visitor.get("/fp/login?next=/fp/zone")
    back = members.end(visitor, nora, kiln)

    # Then both are offered, and no session is made yet
    page = visitor.get(back)
    assert "@nora.bakes @<b>kiln</b>" in text(page)
    assert COOKIE not in visitor.cookies
    token = visitor.token_of(page)
    fields = {"form_token": token, "next": "/fp/zone"}
    # And only these, with the page's own form
    assert visitor.post("/fp/login/member", fields | {"install": "instagram-17841499"})["statusCode"] == 422
    assert visitor.post("/fp/login/member", {"install": kiln.id})["statusCode"] == 403
    assert visitor.post("/fp/login/member", fields | {"install": kiln.id}, origin="https://e.com")["statusCode"] == 403
    kept = visitor.cookies[hand_overs.COOKIE]
    chosen = visitor.post("/fp/login/member", fields | {"install": kiln.id})
    assert (chosen["statusCode"], chosen["headers"]["location"]) == (303, "/fp/zone")
    assert "@<b>kiln</b>" in text(visitor.get("/fp"))
    # And once
    visitor.cookies[hand_overs.COOKIE] = kept
    page = visitor.get("/fp/login?next=/fp")
    visitor.cookies.pop(COOKIE)
    again = visitor.submit("/fp/login", "/fp/login/member", install=nora.id)
    assert refused(again, OVER)


def test_a_new_login_ends_the_administrators_session(members: Members, owner: Visitor, nora: Install) -> None:
    old = owner.cookies.pop(COOKIE)
    owner.get("/fp/login")
    owner.cookies[COOKIE] = old
    assert owner.get(members.end(owner, nora))["statusCode"] == 303

    owner.cookies[COOKIE] = old
    assert not is_in(owner)


def test_a_stolen_cookie_is_of_no_use_after_logging_out(members: Members, visitor: Visitor, nora: Install) -> None:
    members.log_in(visitor, nora)
    stolen = visitor.cookies[COOKIE]
    assert visitor.submit("/fp", "/fp/logout")["statusCode"] == 303

    visitor.cookies[COOKIE] = stolen
    visitor.new_environment()
    assert not is_in(visitor)


def test_a_session_ends_after_twelve_hours(members: Members, visitor: Visitor, nora: Install, world: World) -> None:
    members.log_in(visitor, nora)
    world.now += SECONDS - 1
    assert is_in(visitor)

    world.now += 1
    assert not is_in(visitor)


@pytest.mark.parametrize(
    "change",
    [
        *(Change(set={"state": each.value}) for each in (ConnectionState.REVOKED, ConnectionState.EXPIRED)),
        Change(set={"state": ConnectionState.ACCOUNT_MISSING.value}),
        Change(set={"erasing": "01J"}),
        Change(set={"connection": "a newer login"}),
    ],
)
def test_a_session_ends_with_its_connection(change: Change, members: Members, visitor: Visitor, nora: Install) -> None:
    # Given a member who is logged in, and a login that is about to be
    members.log_in(visitor, nora)
    other = visitor.another()
    other.get("/fp/login")
    back = members.end(other, nora)

    Table(aws.dynamodb(), "InstagramInstalls").update_if({"key": nora.id}, change, members.any_install)

    assert not is_in(visitor)
    assert refused(other.get(back), OVER)


def test_a_session_ends_when_the_account_was_erased_also_if_it_is_connected_again(
    members: Members, visitor: Visitor, nora: Install
) -> None:
    members.log_in(visitor, nora)

    Table(aws.dynamodb(), "InstagramInstalls").delete({"key": nora.id})
    assert not is_in(visitor)

    members.connect("17841401", "nora.bakes", connection="later")
    assert not is_in(visitor)


def test_a_member_with_an_expiring_connection_connects_again_and_stays(
    members: Members, visitor: Visitor, nora: Install, world: World
) -> None:
    # Given a member whose connection ends soon
    soon = nora._replace(expires_at=world.now + 5 * 86_400)
    Table(aws.dynamodb(), "InstagramInstalls").put(installs.item(soon))
    members.log_in(visitor, nora)
    assert "@nora.bakes: 5 days left" in text(visitor.get("/fp"))

    # When they connect the account again, which ends their session
    started = visitor.member_login("/fp", Provider.INSTAGRAM, "Reconnect")
    assert started.path == "/showlogin"
    back = members.end(visitor, members.connect("17841401", "nora.bakes", connection="renewed"), began=started)
    assert not is_in(visitor)

    # Then they are in again, at their account
    assert visitor.get(back)["headers"]["location"] == "/fp/accounts/17841401"
    assert "nora.bakes" in text(visitor.get("/fp/accounts/17841401"))


def test_members_who_erase_their_account_are_logged_out(members: Members, visitor: Visitor, nora: Install) -> None:
    members.log_in(visitor, nora)
    ask = f"/fp/accounts/{nora.id}/disconnect"

    done = visitor.submit(ask, ask, typed="nora.bakes")

    assert done["headers"]["location"] == "/fp/login?done=disconnected"
    assert COOKIE not in visitor.cookies
    assert "being disconnected and erased" in text(visitor.get("/fp/login?done=disconnected"))
