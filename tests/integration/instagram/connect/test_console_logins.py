"""Logins that end at the console: what it is handed, in which browser."""

from urllib.parse import urlsplit

import pytest

from signpost.instagram import hand_overs
from signpost.instagram.hand_overs import Proven
from signpost.instagram.login_links import console_address
from signpost.instagram.products import Provider
from tests.integration.instagram.connect.world import BACK, HTML, PUBLIC_URL, Browser, World, decide

NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"


def begin(browser: Browser, provider: Provider) -> str:
    """The dialog's address."""
    start = urlsplit(console_address(PUBLIC_URL, provider, "signed"))
    location: str = browser.get(start.path, start.query)["headers"]["location"]
    return location


@pytest.mark.parametrize(("provider", "login", "username"), [("facebook", "nora", NORA), ("instagram", KILN, KILN)])
def test_a_login_of_the_console_is_handed_over(provider: str, login: str, username: str, world: World) -> None:
    browser = world.browser()

    reply = browser.follow(decide(begin(browser, Provider(provider)), login))

    # The console gets what it gave along, and a cookie that names the connection of this very login
    assert reply["headers"]["location"] == f"{PUBLIC_URL}/fp/login/member?began=signed&after_instagram_auth=True"
    install, account = world.install(username, provider), world.meta.account(username)
    now = install.connected_at
    handed = hand_overs.read(browser.cookies[hand_overs.COOKIE], world.keys, now)
    assert handed is not None
    assert Proven(f"{provider}-{account.id}", install.connection, username) in handed.accounts
    assert hand_overs.read(browser.cookies[hand_overs.COOKIE], world.keys, now + hand_overs.MAX_AGE + 60) is None
    assert hand_overs.read(browser.cookies[hand_overs.COOKIE], (b"x" * 32,), now) is None


def test_two_logins_are_two_hand_overs(world: World) -> None:
    browser, ids = world.browser(), set()
    for _ in range(2):
        browser.follow(decide(begin(browser, Provider.INSTAGRAM), KILN))
        found = hand_overs.read(
            browser.cookies[hand_overs.COOKIE], world.keys, world.install(KILN, "instagram").connected_at
        )
        ids.add(found and found.id)

    assert len(ids - {None}) == 2


@pytest.mark.parametrize("return_to", [BACK, f"{PUBLIC_URL}/connected", f"https://example.com{hand_overs.PATH}", ""])
def test_other_logins_hand_nothing_over(return_to: str, world: World) -> None:
    browser = world.browser()

    browser.log_in("instagram", KILN, return_to)

    assert hand_overs.COOKIE not in browser.cookies


def test_a_login_that_began_in_another_browser_hands_nothing_over(world: World) -> None:
    attackers, victims = world.browser(), world.browser()
    back = decide(begin(attackers, Provider.INSTAGRAM), KILN)
    begin(victims, Provider.INSTAGRAM)

    assert victims.follow(back)["statusCode"] == 400
    assert hand_overs.COOKIE not in victims.cookies


def test_whoever_declines_can_go_back_to_the_console(world: World) -> None:
    browser = world.browser(HTML)

    page = browser.follow(decide(begin(browser, Provider.INSTAGRAM), KILN, decision="deny"))

    assert page["statusCode"] == 403
    assert "Back to the console" in page["body"]
    assert "/fp/login/member?began=signed&amp;instagram_auth_error=user_denied" in page["body"]
    assert hand_overs.COOKIE not in browser.cookies


def test_a_hand_over_of_many_accounts_fits_into_a_cookie(world: World) -> None:
    browser = world.browser()
    browser.follow(decide(begin(browser, Provider.INSTAGRAM), KILN))
    install = world.install(KILN, "instagram")
    long = install._replace(id=f"facebook-{'9' * 17}", connection="0" * 26, instagram_account="n" * 30)

    cookie = hand_overs.set_cookie("l" * 22, [long] * 300, world.keys, install.connected_at)

    assert len(cookie.partition(";")[0]) < 4096
