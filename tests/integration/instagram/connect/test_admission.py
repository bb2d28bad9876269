"""Logins that are not worth a call to Meta: during a pause, and when an address tries too often."""

import time
from typing import Any

import pytest

from signpost.instagram.connect.admission import Admission
from signpost.instagram.install_store import InstallStore
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.errors import TooManyRequests, Unavailable
from signpost.platform.rate_limit import RateLimit
from tests.aws import empty
from tests.aws_calls import at_call
from tests.integration.instagram.connect.world import HTML, World, decide, query_of, refused

KILN = "kiln.and.clay.demo"
REFUSED = 10  # tokens and codes that an address may send in vain
MANY = 30  # logins of an address that may come back within moments


@pytest.fixture
def pauses(world: World) -> PauseStore:
    return PauseStore(InstallStore(aws.dynamodb(), world.settings.installs_table))


@pytest.fixture(params=["start", "code", "token"])
def attempt(request: pytest.FixtureRequest, world: World) -> Any:
    """Something that leads to a call to Meta, or to its dialog; the browser is ready before it."""
    browser = world.browser()
    if request.param == "code":
        address = decide(browser.start("facebook"), "nora")
        return lambda: browser.follow(address)
    path, query = {
        "start": ("/showlogin", {"provider": "facebook"}),
        "token": ("/instagram/oauth", {"token": "garbage"}),
    }[request.param]
    return lambda: browser.get(path, query)


def test_during_a_pause_nobody_calls_meta(world: World, pauses: PauseStore, attempt: Any) -> None:
    # Given a product that Meta throttles as a whole
    pauses.pause_product(Provider.FACEBOOK, time.time() + 600)
    calls = len(world.meta.calls)

    # When somebody begins a login, ends one, or sends a token
    reply = attempt()

    # Then they are told how long to wait, and Meta hears nothing
    assert refused(reply) == (503, "instagram_throttled")
    assert 590 <= int(reply["headers"]["retry-after"]) <= 600
    assert len(world.meta.calls) == calls
    assert world.nothing_is_stored()


def test_a_pause_is_one_products(world: World, pauses: PauseStore) -> None:
    pauses.pause_product(Provider.FACEBOOK, time.time() + 600)

    assert world.browser().log_in("instagram", KILN)["statusCode"] == 302


def test_a_login_that_met_a_pause_may_come_back_after_it(world: World, pauses: PauseStore) -> None:
    browser = world.browser()
    address = decide(browser.start("facebook"), "nora")
    pauses.pause_product(Provider.FACEBOOK, time.time() + 600)
    assert browser.follow(address)["statusCode"] == 503

    empty(world.settings.installs_table)
    assert browser.follow(address)["statusCode"] == 302


def test_a_login_that_meta_throttles_pauses_everybody(world: World, pauses: PauseStore) -> None:
    # Given a Meta that begins to throttle the app
    browser = world.browser()
    addresses = [decide(browser.start("facebook"), "nora") for _ in range(2)]
    world.meta.throttle(4, minutes=30)

    # When two logins come back, then only the first one asks Meta
    assert refused(browser.follow(addresses[0])) == (503, "instagram_throttled")
    calls = len(world.meta.calls)
    assert refused(browser.follow(addresses[1])) == (503, "instagram_throttled")
    assert len(world.meta.calls) == calls
    until = pauses.product_paused_until(Provider.FACEBOOK, time.time())
    assert until
    assert until - time.time() == pytest.approx(1800, abs=60)


def test_garbage_costs_meta_few_calls(world: World) -> None:
    # When an address sends tokens that nobody gave out
    replies = [world.browser().get("/instagram/oauth", {"token": f"garbage{each}"}) for each in range(REFUSED + 3)]

    # Then it has to wait after ten of them
    assert [each["statusCode"] for each in replies] == [409] * REFUSED + [429] * 3
    assert len(world.meta.calls) == REFUSED
    assert refused(replies[-1]) == (429, "too_many_requests")
    assert 0 < int(replies[-1]["headers"]["retry-after"]) <= 60
    # And a page of ours may read it, as any other reply
    assert replies[-1]["headers"]["vary"] == "Origin"


def test_codes_that_nobody_gave_out_are_limited_too(world: World) -> None:
    browser, statuses = world.browser(), []
    for _ in range(REFUSED + 1):
        state = query_of(browser.start("facebook"))["state"]
        statuses.append(browser.get("/authcallback", {"code": "garbage", "state": state})["statusCode"])

    assert statuses == [400] * REFUSED + [429]
    assert len(world.meta.calls) == REFUSED


def test_an_address_that_logs_in_all_the_time_is_slowed_down(world: World, pauses: PauseStore) -> None:
    limits = RateLimit(world.settings.rate_limits_table, aws.dynamodb(), lambda: 1_795_244_400.0)
    admission = Admission(limits, pauses, lambda: 1_795_244_400.0)

    for _ in range(MANY):
        admission.finish("203.0.113.7", Provider.FACEBOOK)
    with pytest.raises(TooManyRequests):
        admission.finish("203.0.113.7", Provider.INSTAGRAM)
    # What costs nothing may be done more often
    for _ in range(2 * MANY):
        admission.start("203.0.113.7", Provider.FACEBOOK)
    with pytest.raises(TooManyRequests):
        admission.start("203.0.113.7", Provider.FACEBOOK)


def test_others_log_in_while_an_address_is_limited(world: World) -> None:
    for each in range(REFUSED + 1):
        world.browser().get("/instagram/oauth", {"token": f"garbage{each}"})

    other = world.browser()
    other.ip = "198.51.100.9"
    assert other.log_in("facebook", "nora")["statusCode"] == 302


def test_people_get_a_page_that_leads_on(world: World) -> None:
    # Given an address with too many wrong codes
    browser = world.browser(HTML)
    query = {"provider": "facebook", "app_id": "app-1", "return_to": "https://shop.example/"}
    for each in range(REFUSED):
        world.browser().get("/instagram/oauth", {"token": f"garbage{each}"})

    # When somebody there logs in
    reply = browser.follow(decide(browser.start(**query), "nora"))

    # Then the page says to wait, and leads to the same login
    assert reply["statusCode"] == 429
    assert "Please wait a moment" in reply["body"]
    again = "/showlogin?provider=facebook&amp;return_to=https%3A%2F%2Fshop.example%2F&amp;app_id=app-1"
    assert f'href="{again}"' in reply["body"]


def test_logins_work_while_the_limits_cannot_be_read(world: World) -> None:
    def fail(params: Any, **_: object) -> None:
        if params.get("TableName") == world.settings.rate_limits_table:
            raise Unavailable("not now")

    with at_call(aws.dynamodb(), "provide-client-params.dynamodb", fail):
        assert world.browser().log_in("facebook", "nora")["statusCode"] == 302
        assert refused(world.browser().get("/instagram/oauth", {"token": "garbage"})) == (409, "instagram_reconnect")
