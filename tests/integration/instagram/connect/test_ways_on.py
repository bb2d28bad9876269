"""Pages of logins that failed lead on: to the same dialog, back to the website, or nowhere if that would not help."""

import time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest

from signpost.instagram.connect import login_state, receipt
from signpost.instagram.connect.login_state import LoginState
from signpost.instagram.login_links import login_address
from signpost.instagram.products import NO_APP, Provider
from tests.integration.instagram.connect.world import BACK, HTML, PUBLIC_URL, Browser, Reply, World, decide, query_of

NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"
OTHER_KEYS = (b"o" * 32,)


class Links(HTMLParser):
    """The links of a page, by their texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._address = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._address = str(dict(attributes).get("href")) if tag == "a" else ""

    def handle_data(self, data: str) -> None:
        if self._address and data.strip():
            self.found[data] = self._address


def links(reply: Reply) -> dict[str, str]:
    assert reply["headers"]["content-type"].startswith("text/html")
    return Links(reply["body"]).found


def click(browser: Browser, link: str) -> Reply:
    path, _, query = link.partition("?")
    return browser.get(path, query)


def log_in_again(browser: Browser, link: str, login: str) -> Reply:
    """Follow a link that starts a login, and allow everything."""
    return browser.follow(decide(click(browser, link)["headers"]["location"], login))


# -------------------------------------------------------------------------------------------------- "Try again", "Back"
@pytest.mark.parametrize("failure", ["cancelled", "no page", "bad code"])
def test_a_page_leads_to_the_same_login_and_back_to_the_website(world: World, failure: str) -> None:
    # Given somebody with an app owner's link whose login failed
    browser = world.browser(HTML)
    dialog = browser.start("facebook", app_id="app-1", connect=world.proof("app-1"))
    if failure == "bad code":
        reply = browser.get("/authcallback", {"code": "garbage", "state": query_of(dialog)["state"]})
        code = "instagram_code_refused"
    else:
        decision, code = ("deny", "user_denied") if failure == "cancelled" else ("allow", "no_page")
        reply = browser.follow(decide(dialog, "tom", decision=decision))
    ways = links(reply)

    # Then they can go back to the website, which is told why
    assert ways["Back to shop.example"] == f"{BACK}&instagram_auth_error={code}"
    # Or log in again, for that app, and end at the website as if nothing had happened
    ended = log_in_again(browser, ways["Try again"], "nora")
    assert ended["headers"]["location"] == f"{BACK}&after_instagram_auth=True"
    assert f"install#{world.install(NORA).id}" in world.app("app-1")


def test_a_login_from_an_email_leads_back_to_the_dialog_only(world: World) -> None:
    browser = world.browser(HTML)
    start = query_of(login_address(PUBLIC_URL, Provider.INSTAGRAM))

    reply = browser.follow(decide(browser.start(**start), KILN, decision="deny"))

    assert list(links(reply)) == ["Try again"]


def test_a_mobile_clients_login_ends_where_it_would_have(world: World) -> None:
    browser = world.browser(HTML)
    reply = browser.follow(decide(browser.start("facebook", return_to=""), "nora", decision="deny"))

    ended = log_in_again(browser, links(reply)["Try again"], "nora")

    assert ended["headers"]["location"].startswith("/unwindor?")


def test_a_login_that_ends_as_json_ends_as_json_again(world: World) -> None:
    # Given a login whose dialog comes back to where pages call, in a browser that is late
    browser = world.browser(HTML)
    browser.start("facebook", callback="/instagram/oauth")
    late = LoginState("id", Provider.FACEBOOK, "", "app-1", f"{PUBLIC_URL}/instagram/oauth", time.time() - 601)
    state = login_state.sign(late, browser.cookies[login_state.COOKIE], world.keys)

    reply = browser.get("/authcallback", {"code": "x", "state": state})

    assert query_of(links(reply)["Try again"])["callback"] == "/instagram/oauth"


@pytest.mark.parametrize("whose", ["unreadable", "another key's", "another key's, a mobile client's"])
def test_a_login_that_nobody_knows_never_ends_with_a_token_in_the_address_bar(world: World, whose: str) -> None:
    # Given a login that comes back with a state that was not signed here
    browser = world.browser(HTML)
    browser.start("facebook")
    back = "" if "mobile" in whose else BACK
    proof, callback = world.proof("app-1"), f"{PUBLIC_URL}/authcallback"
    unknown = LoginState("id", Provider.FACEBOOK, back, "app-1", callback, time.time(), connect=proof)
    signed = login_state.sign(unknown, browser.cookies[login_state.COOKIE], OTHER_KEYS)
    reply = browser.get("/authcallback", {"code": "x", "state": signed if "key" in whose else "forged"})
    assert reply["statusCode"] == 400
    assert "start again" in reply["body"]

    # When they start again
    ((text, link),) = links(reply).items()
    if back and "key" in whose:
        # Then the login is the same one, as far as the state says
        assert (text, query_of(link)["app_id"]) == ("Try again", "app-1")
        assert log_in_again(browser, link, "nora")["headers"]["location"] == f"{BACK}&after_instagram_auth=True"
    else:
        # Or ends at our page, after a choice of the product, and not at the mobile client's
        assert text == "Start again"
        chosen = links(click(browser, link))["With Facebook"]
        ended = log_in_again(browser, chosen, "nora")["headers"]["location"]
        assert ended == f"{PUBLIC_URL}/connected?after_instagram_auth=True"


def test_a_forged_state_leads_nobody_elsewhere(world: World) -> None:
    # Given a state that somebody else wrote, to have our page lead to theirs
    forged = LoginState("id", Provider.FACEBOOK, "https://evil.example/", "x", "https://evil.example/", time.time())
    browser = world.browser(HTML)
    reply = browser.get("/authcallback", {"error": "access_denied", "state": login_state.sign(forged, "b", OTHER_KEYS)})

    # Then there is no way to it, and the login does not start
    ((_, link),) = links(reply).items()
    assert link.startswith("/showlogin?")
    assert click(browser, link)["statusCode"] == 422


# ------------------------------------------------------------------------------------------------------ logins to start
def test_a_start_that_may_work_later_is_tried_again_as_it_was(world: World) -> None:
    world.keys = ()
    query = {"provider": "facebook", "return_to": BACK, "app_id": "app-1", "switch_account": "1"}
    del world.apps

    reply = world.browser(HTML).get("/showlogin", query)

    assert reply["statusCode"] == 500
    assert links(reply) == {"Try again": f"/showlogin?{urlencode(query)}"}


def test_a_link_that_is_wrong_is_not_to_be_tried_again(world: World) -> None:
    reply = world.browser(HTML).get("/showlogin", {"provider": "facebook", "return_to": "https://evil.example/"})

    assert (reply["statusCode"], links(reply)) == (422, {})
    assert "its link does not work" in reply["body"]


def test_a_product_that_is_not_set_up_leads_to_the_one_that_is(world: World) -> None:
    # Given an installation with Instagram Login only, and an old link to Facebook Login
    world.apps = world.apps._replace(facebook=NO_APP)
    browser = world.browser(HTML)
    query = {"provider": "facebook", "return_to": BACK, "app_id": "app-1", "connect": world.proof("app-1")}
    reply = browser.get("/showlogin", query)

    # Then the page leads to Instagram Login, for the same app
    assert reply["statusCode"] == 503
    ended = log_in_again(browser, links(reply)["With Instagram"], KILN)
    assert ended["headers"]["location"] == f"{BACK}&after_instagram_auth=True"
    assert world.app("app-1")


def test_a_widgets_link_leads_to_the_product_that_is_set_up(world: World) -> None:
    # Given a widget that shows where to connect an account
    link = login_address(PUBLIC_URL, None, "app-1").removeprefix(PUBLIC_URL)

    # Where both products are set up, people choose; where one is, they are there
    assert set(links(click(world.browser(HTML), link))) == {"With Facebook", "With Instagram"}
    both = world.apps
    for name, only in (("facebook", both._replace(instagram=NO_APP)), ("instagram", both._replace(facebook=NO_APP))):
        world.apps = only
        assert name in click(world.browser(HTML), link)["headers"]["location"].partition("?")[0]


def test_a_choice_of_the_product_keeps_everything_else(world: World) -> None:
    query = {"return_to": BACK, "app_id": "app-1", "callback": "/users/oauth", "switch_account": "1", "rerequest": "1"}

    ways = links(world.browser(HTML).get("/authorize-instagram", query))

    for provider in Provider:
        link = ways[f"With {provider.value.title()}"]
        assert link.startswith("/authorize-instagram?")
        assert query_of(link) == {"provider": provider.value, **query}


# ---------------------------------------------------------------------------------------------------- another account
@pytest.mark.parametrize(
    ("provider", "asked"), [("facebook", {"auth_type": "reauthenticate"}), ("instagram", {"force_reauth": "true"})]
)
def test_an_agency_can_choose_another_account(world: World, provider: str, asked: dict[str, str]) -> None:
    browser = world.browser(HTML)
    dialog = browser.start(provider, switch_account="1")
    assert asked.items() <= query_of(dialog).items()
    assert not asked.keys() & query_of(browser.start(provider)).keys()

    # And when it has to try again, it is asked again
    reply = browser.follow(decide(dialog, KILN if provider == "instagram" else "nora", decision="deny"))
    assert asked.items() <= query_of(click(browser, links(reply)["Try again"])["headers"]["location"]).items()


def test_both_can_be_asked_of_facebook_at_once(world: World) -> None:
    dialog = world.browser().start("facebook", switch_account="1", rerequest="1")

    assert query_of(dialog)["auth_type"] == "rerequest,reauthenticate"


# ----------------------------------------------------------------------------------------------------------- /connected
def connected(browser: Browser) -> str:
    page = browser.get("/connected", {"after_instagram_auth": "True"})
    assert page["statusCode"] == 200
    body: str = page["body"]
    return body


@pytest.fixture
def email(world: World) -> dict[str, Any]:
    """A login from an e-mail's link."""
    return query_of(login_address(PUBLIC_URL, Provider.FACEBOOK))


def test_a_browser_whose_login_has_just_worked_is_told_so(world: World, email: dict[str, str]) -> None:
    browser = world.browser(HTML)
    browser.log_in(email["provider"], "ruth", return_to=email["return_to"])

    # Also when the page is loaded again
    for _ in range(2):
        assert "@ruth.bikes.demo and @lena.paints.demo are connected." in connected(browser)


def test_nobody_else_is(world: World, email: dict[str, str]) -> None:
    # Given a browser that logged in for a website, one that refused, and one that did nothing
    elsewhere, refused, other = (world.browser(HTML) for _ in range(3))
    elsewhere.log_in("facebook", "nora")
    refused.follow(decide(refused.start("facebook", email["return_to"]), "nora", decision="deny"))

    for browser in (elsewhere, refused, other):
        page = connected(browser)
        assert "Nothing to confirm" in page
        assert "is connected." not in page


def test_what_proves_it_is_short_lived_and_cannot_be_made_up(world: World, email: dict[str, str]) -> None:
    now, browser = time.time(), world.browser(HTML)
    fresh = receipt.set_cookie([NORA], world.keys, now).partition("=")[2].partition(";")[0]
    old = receipt.set_cookie([NORA], world.keys, now - receipt.MAX_AGE - 1).partition("=")[2].partition(";")[0]
    forged = receipt.set_cookie([NORA], OTHER_KEYS, now).partition("=")[2].partition(";")[0]
    state = query_of(browser.start("facebook"))["state"]

    for cookie, expected in ((fresh, True), (old, False), (forged, False), (state, False), ("x", False), ("", False)):
        browser.cookies = {receipt.COOKIE: cookie}
        assert (f"@{NORA} is connected." in connected(browser)) is expected
