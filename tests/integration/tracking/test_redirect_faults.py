"""What holds after a fault at any call of a redirect: it is answered, and its click is counted once."""

import json
from collections.abc import Mapping

import pytest

from signpost.platform import settings
from signpost.platform.errors import Unavailable
from signpost.tracking.campaigns import wiring as administration
from signpost.tracking.campaigns.admin import CampaignAdmin
from signpost.tracking.campaigns.campaign import Change
from signpost.tracking.clicks import Click, Item, item
from signpost.tracking.limits import IN_FORCE_AFTER
from signpost.tracking.replay.spilled_clicks import Replay, Replayed
from tests.faults import ALL_MODES, Fault, Mode, at_every_call
from tests.integration.tracking.callers import FALLBACK, TARGET, Browser, clicks_in
from tests.integration.tracking.world import BROWSER, DONE, START, World

pytestmark = pytest.mark.slow

BUCKETS = 1


@pytest.fixture
def campaign_administration(environment: Mapping[str, str], world: World) -> CampaignAdmin:
    given = settings.load(administration.Settings, environment)._replace(click_buckets=BUCKETS)
    admin, _ = administration.build(given, clock=lambda: world.now)
    return admin


def keys(items: list[Item]) -> list[tuple[str, str]]:
    return sorted((str(each["partition"]), str(each["click"])) for each in items)


@ALL_MODES
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_a_click_is_answered_and_kept_exactly_once(mode: Mode, warm: bool, browser: Browser, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign, remembered or not
        world.now = START
        campaign = browser.campaign()
        browser.new_environment()
        if warm:
            browser.warm_up(campaign)

        # When somebody clicks, and clicks again if there was no answer
        location, again = browser.follow_under(fault, campaign)

        # Then it is redirected, and the click is stored or in the log, perhaps with the one of a try that was killed
        stored, log = browser.stored(campaign), browser.log()
        spilled = clicks_in(log)
        if location == FALLBACK:
            # That is for a campaign that could not be read at all, and does not count as a click.
            assert (mode.lasting, fault.calls[fault.at - 1]) == (True, "GetItem")
            assert (stored, spilled) == ([], [])
            return
        assert location == TARGET
        assert len(spilled) <= 1
        distinct = {str(each["click"]): each for each in [*stored, *spilled]}
        assert len(distinct) in ((1, 2) if again and mode.done else (1,))
        if not mode.lasting:
            assert spilled == []

        # When the spilled clicks are replayed, twice
        for _ in range(2 if spilled else 0):
            assert Replay(world.clicks, world.counts, lambda: world.now).lines(log) == Replayed(restored=1)

        # Then each click is there once, and counts once, live and settled
        everything = browser.stored(campaign)
        assert keys(everything) == keys(list(distinct.values()))
        records = [world.record(each) for each in everything]
        assert world.roll_up(records) == DONE
        world.assert_live(str(campaign.id), records)
        world.pass_hours(2)
        world.settlement().settle_campaign(str(campaign.id))
        world.settle_late()
        world.assert_settled(str(campaign.id), records)

    calls = at_every_call(scenario, mode)

    assert calls >= (1 if warm else 3)


@ALL_MODES
def test_a_limit_is_never_exceeded_nor_used_up_by_retries(mode: Mode, browser: Browser, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign for two clicks
        campaign = browser.campaign(max_clicks=2)
        browser.new_environment()
        browser.warm_up(campaign)

        # When four people click, the first one under the fault
        first, again = browser.follow_under(fault, campaign)
        others = [browser.follow(campaign) for _ in range(3)]

        # Then at most two get through and are counted, and exactly two unless a fault hid that one was free
        answers = [first, *others]
        clicks = {str(each["click"]) for each in [*browser.stored(campaign), *clicks_in(browser.log())]}
        assert answers.count(TARGET) <= len(clicks) <= 2
        if not (again or mode.lasting):
            assert answers == [TARGET, TARGET, FALLBACK, FALLBACK]

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_limit_that_was_set_later_is_never_exceeded(
    mode: Mode, browser: Browser, world: World, campaign_administration: CampaignAdmin
) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign that three people have clicked on when a limit of five is set, and a fourth one after that
        world.now = START
        campaign = browser.campaign()
        browser.new_environment()
        earlier = [browser.follow(campaign) for _ in range(3)]
        campaign_administration.change(str(campaign.id), Change(max_clicks=5), None)
        earlier.append(browser.follow(campaign))
        assert earlier == [TARGET] * 4

        # When it is in force, and three people click, the first one under the fault
        world.now += IN_FORCE_AFTER
        first, again = browser.follow_under(fault, campaign)
        others = [browser.follow(campaign) for _ in range(2)]

        # Then at most one gets through and is counted, and exactly one unless a fault hid that it was free
        answers = [first, *others]
        clicks = {str(each["click"]) for each in [*browser.stored(campaign), *clicks_in(browser.log())]}
        if mode.lasting and fault.hit and fault.calls[fault.at - 1] == "GetItem":
            # While campaigns cannot be read, links lead where they are remembered to lead, with no limit.
            assert answers == [TARGET] * 3
            return
        assert answers.count(TARGET) <= len(clicks) - 4 <= 1
        if not (again or mode.lasting):
            assert answers == [TARGET, FALLBACK, FALLBACK]

    assert at_every_call(scenario, mode) > 4


@ALL_MODES
def test_a_limit_that_is_gone_turns_nobody_away(
    mode: Mode, browser: Browser, world: World, campaign_administration: CampaignAdmin
) -> None:
    def scenario(fault: Fault) -> None:
        # Given an environment that remembers a limit, which is removed
        world.now = START
        campaign = browser.campaign(max_clicks=1)
        browser.new_environment()
        browser.warm_up(campaign)
        campaign_administration.change(str(campaign.id), Change(max_clicks=None), None)

        # When somebody clicks under the fault
        answer, _ = browser.follow_under(fault, campaign)

        # Then that one gets through, unless the current campaign cannot be read either
        assert answer == TARGET or (mode.lasting and fault.calls[fault.at - 1] in ("UpdateItem", "GetItem"))

    assert at_every_call(scenario, mode) >= 3


@ALL_MODES
def test_a_spilled_click_is_put_back_once(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a settled hour, and the log of a click that was not stored in it
        world.now = START
        campaign = world.campaign()
        spilled = item(campaign, Click("IPhone", BROWSER), world.now, world.layout)
        records = world.click(campaign)
        world.pass_hours(2)
        world.settlement().settle_campaign(campaign)
        line = json.dumps({"ClicksSpilled": 1, "click": spilled})

        # When it is replayed, again if necessary, and the stream delivers nothing
        replay = Replay(world.clicks, world.counts, lambda: world.now)
        assert fault.until_done(lambda: replay.lines([line]), Unavailable) == Replayed(restored=1)
        world.settle_late()

        # Then it counts once
        world.assert_settled(campaign, [*records, world.record(spilled)])

    at_every_call(scenario, mode)
