"""Who may see what: every route of the console for everybody, and every form and page for what they must all hold."""

import importlib
import re
from collections.abc import Mapping
from typing import Any

import pytest

from signpost.analytics.reports.registry import REPORTS
from tests.aws import empty
from tests.integration.analytics.account import NOW, Connected
from tests.integration.console.conftest import Members, Visitor
from tests.integration.console.test_pages import link
from tests.integration.tracking.world import World

OPEN = {
    *("GET /_/{file}", "GET /docs", "GET /docs/openapi.json", "GET /fp/login", "POST /fp/login"),
    *("GET /fp/login/member", "POST /fp/login/member", "POST /fp/logout"),
}
EVERYBODY = {"GET /fp", "GET /console", "GET /fp/zone", "POST /fp/zone"}  # who is logged in
OWN = {
    *("GET /fp/accounts/{install}", "POST /fp/accounts/{install}/sync"),
    *("GET /fp/accounts/{install}/disconnect", "POST /fp/accounts/{install}/disconnect"),
    *("GET /fp/accounts/{install}/imports", "POST /fp/accounts/{install}/imports"),
    *("GET /fp/reports/{id}", "GET /fp/reports/{id}/{name}"),
}
NOT_YOURS = "You are logged in as a member: you see the pages of your own account."
QUEUE = "TokenFailures"


def routes() -> list[str]:
    return sorted(importlib.import_module("console.app").ROUTES)


def guarded() -> list[str]:
    return [each for each in routes() if each not in OPEN]


class People:
    """Nora and Kiln are members; somebody is logged in as Nora."""

    def __init__(self, environment: Mapping[str, str], members: Members, visitor: Visitor, world: World) -> None:
        world.now = NOW
        self.nora, self.kiln = Connected(environment), Connected(environment, "ann")
        self.nora.live()
        assert (self.kiln.take(), self.nora.take()) == ("taken", "taken")
        self.link = str(link(world, "box").id)
        self.browser, self._members = visitor, members
        assert members.log_in(visitor, self.nora.install)["statusCode"] == 303

    def address(self, route: str, whose: Connected | None) -> str:
        """The address of a route about an account; without one, about one that is not there."""
        account = whose.member if whose else "17849999999999999"
        given = {"install": f"facebook-{account}", "id": account, "name": "top-posts", "queue": QUEUE, "file": "x"}
        if "/links/" in route:
            given["id"] = self.link if whose else "1"
        return re.sub(r"{(\w+)}", lambda part: given[part[1]], route.partition(" ")[2])

    def try_it(self, route: str, whose: Connected | None, token: str = "", query: str = "") -> dict[str, Any]:
        address = self.address(route, whose)
        if route.startswith("POST "):
            return self.browser.post(address + query, {"form_token": token, "zone": "UTC", "action": "stop"})
        return self.browser.get(address + query)


@pytest.fixture
def people(environment: Mapping[str, str], members: Members, visitor: Visitor, world: World) -> People:
    empty("Media", "Members")
    return People(environment, members, visitor, world)


def not_yours(reply: dict[str, Any]) -> bool:
    return reply["statusCode"] == 403 and NOT_YOURS in reply["body"]


def test_a_member_sees_nothing_of_others_and_not_whether_it_is_there(people: People) -> None:
    token = people.browser.token("/fp/zone")
    for route in sorted(set(guarded()) - EVERYBODY):
        theirs, nothing = people.try_it(route, people.kiln, token), people.try_it(route, None, token)

        assert not_yours(theirs), route
        assert theirs == nothing, route
        # Nor with the other's app token
        assert not_yours(people.try_it(route, people.kiln, token, f"?access_token={people.kiln.token}")), route


def test_a_member_sees_their_own_account_and_what_is_for_everybody_and_nothing_else(people: People) -> None:
    token = people.browser.token("/fp/zone")
    for route in guarded():
        reply = people.try_it(route, people.nora, token)

        if route in EVERYBODY | OWN:
            # One form asks for the account's name, which was not sent
            assert reply["statusCode"] == {"POST /fp/accounts/{install}/disconnect": 422}.get(
                route, 303 if route.startswith("POST ") else 200
            ), route
        else:
            assert not_yours(reply), route


@pytest.mark.parametrize("query", ["?admin=1", "?admin=", "?id=", "?id=17849999999999999", "?id={kiln}", "?id=ann"])
def test_a_member_cannot_ask_the_overview_for_more(query: str, people: People) -> None:
    for page in ("/fp", "/console"):
        assert not_yours(people.browser.get(page + query.format(kiln=people.kiln.member)))
    own = people.browser.get(f"/fp?id={people.nora.member}")
    assert own["headers"]["location"] == f"/fp/reports/{people.nora.member}"


def test_pages_of_a_member_name_nobody_else_and_lead_to_what_they_may_see(people: People) -> None:
    me = people.nora.member
    pages = ["/fp", "/fp/zone", f"/fp/accounts/{me}", f"/fp/accounts/{me}/disconnect", f"/fp/reports/{me}"]
    leads_to: set[str] = set()
    for page in [*pages, *(f"/fp/reports/{me}/{each.name}" for each in REPORTS)]:
        reply = people.browser.get(page)
        assert reply["statusCode"] == 200, page
        assert people.kiln.member not in reply["body"], page
        leads_to |= set(re.findall(r'href="(/fp[^"?#]*)', reply["body"]))
    for address in leads_to:
        assert people.browser.get(address)["statusCode"] == 200, address


def test_only_the_administrators_reports_say_who_else_is_a_member(people: People) -> None:
    page = f"/fp/reports/{people.nora.member}/top-commenters"
    assert "a member, too" not in people.browser.get(page)["body"]

    people.browser.cookies.clear()
    people.browser.log_in()

    assert f"/fp/reports/{people.kiln.member}/top-commenters" in people.browser.get(page)["body"]


def test_a_stranger_sees_nothing_also_not_with_an_app_token(people: People) -> None:
    people.browser.cookies.clear()
    for route in guarded():
        for whose in (people.nora, None):
            reply = people.try_it(route, whose, query=f"?access_token={people.nora.token}")
            assert (reply["statusCode"], reply["body"]) == (303, ""), route
            assert reply["headers"]["location"].startswith("/fp/login"), route


# ------------------------------------------------------------------------------------------------- forms and headers
@pytest.mark.parametrize("who", ["administrator", "member"])
def test_every_form_needs_its_own_token_and_our_own_page(who: str, people: People, members: Members) -> None:
    # Given a browser, and the tokens of others' pages
    browser = people.browser
    other = browser.another()
    stolen = other.token("/fp/login")
    if who == "administrator":
        browser.cookies.clear()
        browser.log_in()
    members.log_in(other, people.nora.install)
    tokens = ["", "x.y", stolen, other.token("/fp/zone")]
    right = browser.token("/fp/zone")

    for route in (each for each in routes() if each.startswith("POST ")):
        address = people.address(route, people.nora)
        for token in tokens:
            assert browser.post(address, {"form_token": token, "zone": "UTC"})["statusCode"] == 403, (route, token)
        for headers in ({"sec_fetch_site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
            assert browser.post(address, {"form_token": right}, **headers)["statusCode"] == 403, (route, headers)
    # And nobody was logged out, nothing started or erased
    assert browser.get("/fp")["statusCode"] == 200


@pytest.mark.parametrize("who", ["administrator", "member", "stranger"])
def test_no_page_can_be_framed_cached_or_load_from_elsewhere(who: str, people: People) -> None:
    if who != "member":
        people.browser.cookies.clear()
    if who == "administrator":
        people.browser.log_in()
    for route in routes():
        for whose in (people.nora, people.kiln, None):
            reply = people.try_it(route, whose)
            headers = reply["headers"]
            if "html" not in headers.get("content-type", ""):
                continue
            policy = headers["content-security-policy"]
            assert "default-src 'self'" in policy, route
            assert "frame-ancestors 'none'" in policy, route
            assert "form-action 'self'" in policy, route
            assert "unsafe" not in policy, route
            assert headers["cache-control"] == "no-store", route
            assert headers["referrer-policy"] == "same-origin", route
            assert headers["strict-transport-security"] == "max-age=31536000", route
            assert headers["x-content-type-options"] == "nosniff", route
