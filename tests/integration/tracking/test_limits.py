"""`max_clicks` is exact with many simultaneous execution environments, whenever it is set, changed or removed."""

import random
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from signpost.platform import settings
from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import Unavailable
from signpost.tracking.campaigns import wiring as administration
from signpost.tracking.campaigns.admin import CampaignAdmin
from signpost.tracking.campaigns.campaign import Change, Creation
from signpost.tracking.campaigns.views import CampaignView
from signpost.tracking.counting.counts import people
from signpost.tracking.limits import CLOCKS_DIFFER, FRESH, IN_FORCE_AFTER, STORED_AFTER
from signpost.tracking.redirect import wiring
from signpost.tracking.redirect.answers import Redirect
from signpost.tracking.redirect.dynamodb_client import Client
from signpost.tracking.redirect.errors import DynamoDBError
from tests.http_events import http_event
from tests.integration.tracking.callers import FALLBACK, TARGET
from tests.integration.tracking.world import BOT_AGENT, BROWSER, World
from tests.template_model import functions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

ENVIRONMENTS = 16
BUCKETS = 2


class Answered(NamedTuple):
    when: float  # by the clock of the environment that answered
    sent_on: bool


class Wire(Client):
    """The redirect's client. `fault` may return the error code that a request gets."""

    fault: Callable[[str, str], str | None] = staticmethod(lambda _operation, _request: None)

    def call(self, operation: str, request: dict[str, Any], budget: float) -> dict[str, Any]:
        if code := self.fault(operation, str(request)):
            raise DynamoDBError(code)
        return super().call(operation, request, budget)


class Town:
    """Execution environments, and an administrator. Their clocks differ as much as they may."""

    def __init__(self, redirects: list[Redirect], clocks: list[Callable[[], float]], admin: CampaignAdmin) -> None:
        self.redirects, self._clocks, self.admin = redirects, clocks, admin
        self.answers: list[Answered] = []
        self._pool = ThreadPoolExecutor(ENVIRONMENTS + 1)

    def close(self) -> None:
        self._pool.shutdown()

    def create(self, **fields: Any) -> CampaignView:
        return self.admin.create(Creation(redirect_url=TARGET, **fields)).view

    def change(self, campaign: CampaignView, **fields: Any) -> CampaignView:
        return self.admin.change(str(campaign.id), Change(**fields), None).view

    def click(self, campaign: CampaignView, environment: int = 0, *, agent: str = BROWSER) -> bool:
        """Whether a click is redirected to the target."""
        when = self._clocks[environment]()
        event = http_event("GET", f"/track/{campaign.id}", query="platform=IPhone", headers={"user-agent": agent})
        location = self.redirects[environment].answer(event)["headers"]["location"]
        assert location in (TARGET, FALLBACK)
        if agent == BROWSER:
            self.answers.append(Answered(when, location == TARGET))
        return bool(location == TARGET)

    def all_click(self, campaign: CampaignView, meanwhile: Callable[[], object] = lambda: None) -> int:
        """Click in every environment at the same time; returns how many are redirected to the target."""
        other = self._pool.submit(meanwhile)
        sent_on = sum(self._pool.map(lambda number: self.click(campaign, number), range(ENVIRONMENTS)))
        other.result()
        return sent_on

    def sent_on(self, first: float = 0, end: float = float("inf")) -> int:
        return sum(each.sent_on for each in self.answers if first <= each.when < end)


@pytest.fixture
def town(environment: Mapping[str, str], lean_client: Callable[..., Wire], world: World) -> Iterator[Town]:
    given = settings.load(wiring.Settings, environment)._replace(click_buckets=BUCKETS)
    admin, _ = administration.build(
        settings.load(administration.Settings, environment)._replace(click_buckets=BUCKETS), clock=lambda: world.now
    )

    world.now += 600

    def clock(environment: int) -> Callable[[], float]:
        off = (environment / (ENVIRONMENTS - 1) - 0.5) * CLOCKS_DIFFER
        return lambda: world.now + off

    with ExitStack() as stack:
        clients = [stack.enter_context(closing(lean_client(Wire))) for _ in range(ENVIRONMENTS)]
        clocks = [clock(number) for number in range(ENVIRONMENTS)]
        redirects = [
            wiring.build(given, clock=clock, client=client) for clock, client in zip(clocks, clients, strict=True)
        ]
        yield stack.enter_context(closing(Town(redirects, clocks, admin)))


def assert_counted(world: World, campaign: CampaignView, expected: int) -> None:
    """The recount finds the clicks that were redirected to the target."""
    world.pass_hours(3)
    assert world.settle(str(campaign.id)).failures == []
    assert people(world.shown(str(campaign.id))) == expected


# ------------------------------------------------------------------------------------------ two hundred clicks at once
def test_a_limit_from_the_beginning_is_exact(town: Town, world: World) -> None:
    # Given a campaign for fifty clicks
    campaign = town.create(max_clicks=50)
    assert campaign.limit_from == campaign.created_at

    # When there are two hundred, sixteen at a time
    for _ in range(13):
        town.all_click(campaign)

    # Then fifty get through and count
    assert len(town.answers) > 200
    assert town.sent_on() == 50
    assert_counted(world, campaign, 50)


@pytest.mark.parametrize("limit", [1, 120, 250])
def test_a_limit_that_is_set_while_people_click_is_exact_once_it_is_in_force(
    town: Town, world: World, limit: int
) -> None:
    # Given a campaign that people click on
    campaign = town.create()
    for _ in range(3):
        town.all_click(campaign)
        world.now += random.uniform(0, FRESH)

    # When a limit is set in the middle of it, and clicks continue while the environments learn of it
    set_at, changed = world.now, list[CampaignView]()
    town.all_click(campaign, lambda: changed.append(town.change(campaign, max_clicks=limit)))
    in_force_from = from_rfc3339(str(changed[0].limit_from))
    while world.now < in_force_from + CLOCKS_DIFFER:
        world.now += random.uniform(3, 6)
        town.all_click(campaign)
    for _ in range(10):
        town.all_click(campaign)

    # Then from that moment on exactly those get through that are left, and all that got through count
    assert in_force_from == pytest.approx(set_at + IN_FORCE_AFTER)
    before = town.sent_on(end=in_force_from)
    assert 3 * ENVIRONMENTS <= before < 250
    assert town.sent_on(in_force_from) == max(0, limit - before)
    assert_counted(world, campaign, max(limit, before))


def test_a_limit_that_is_raised_while_people_click_is_exact_at_once(town: Town, world: World) -> None:
    # Given a campaign whose limit is being used up
    campaign = town.create(max_clicks=40)
    for _ in range(2):
        town.all_click(campaign)

    # When it is raised while people click, lowered, and raised again
    for limit in (100, 10, 120):
        town.all_click(campaign, lambda: town.change(campaign, max_clicks=limit))  # noqa: B023
        for _ in range(4):
            town.all_click(campaign)

    # Then as many get through as the highest allowed
    assert town.sent_on() == 120
    assert_counted(world, campaign, 120)


def test_nobody_is_turned_away_when_a_limit_is_removed(town: Town, world: World) -> None:
    # Given a campaign whose clicks are used up, as every environment knows
    campaign = town.create(max_clicks=20)
    for _ in range(2):
        town.all_click(campaign)

    # When the limit is removed while people click
    town.all_click(campaign, lambda: town.change(campaign, max_clicks=None))
    before = town.sent_on()

    # Then everybody gets through immediately, and counts
    assert town.all_click(campaign) == ENVIRONMENTS
    assert_counted(world, campaign, before + ENVIRONMENTS)


def test_a_limit_that_is_set_again_counts_all_clicks_from_the_first_one_on(town: Town, world: World) -> None:
    # Given a campaign with a limit that was removed, clicks before and after that, and a settled hour
    campaign = town.create(max_clicks=20)
    town.all_click(campaign)
    world.pass_hours(2)
    world.settle(str(campaign.id))
    town.change(campaign, max_clicks=None)
    town.all_click(campaign)

    # When another limit is set
    changed = town.change(campaign, max_clicks=50)
    town.all_click(campaign)
    world.now += IN_FORCE_AFTER + CLOCKS_DIFFER
    for _ in range(3):
        town.all_click(campaign)

    # Then it is another one, and 50 get through in all
    assert changed.limit_from is not None
    assert town.sent_on() == 50
    assert_counted(world, campaign, 50)


# --------------------------------------------------------------------------------------------------- what it counts
def test_bots_never_use_a_limit_up(town: Town, world: World) -> None:
    # Given bots' clicks before a limit, while it comes into force, and after
    campaign = town.create()
    for environment in range(4):
        assert town.click(campaign, environment, agent=BOT_AGENT)
    world.now += STORED_AFTER
    campaign = town.change(campaign, max_clicks=2)
    assert town.click(campaign, agent=BOT_AGENT)
    world.now += IN_FORCE_AFTER + CLOCKS_DIFFER
    assert town.click(campaign, agent=BOT_AGENT)

    # Then two people get through, and bots still do
    assert [town.click(campaign) for _ in range(3)] == [True, True, False]
    assert town.click(campaign, agent=BOT_AGENT)


def test_private_clicks_count_towards_a_limit_that_is_set_later(town: Town, world: World) -> None:
    campaign = town.create()
    private = {"user-agent": BROWSER, "dnt": "1"}
    for redirect in town.redirects[:2]:
        redirect.answer(http_event("GET", f"/track/{campaign.id}", headers=private))

    campaign = town.change(campaign, max_clicks=3)
    world.now += IN_FORCE_AFTER + CLOCKS_DIFFER

    assert [town.click(campaign) for _ in range(2)] == [True, False]


def test_a_limit_may_be_used_up_when_it_is_set(town: Town, world: World) -> None:
    # Given five clicks, which are old enough to be counted when a limit of four is set
    campaign = town.create()
    assert [town.click(campaign) for _ in range(5)] == [True] * 5
    world.now += FRESH

    # Then no click gets through in an environment that knows it, even before it is in force
    campaign = town.change(campaign, max_clicks=4)

    assert not town.click(campaign)


def test_the_last_clicks_before_an_hours_end_count(town: Town, world: World) -> None:
    # Given a limit that is set in one hour and in force in the next, with clicks in both that were not taken from it
    world.now += 3000 - 10
    campaign = town.create()
    town.all_click(campaign)
    world.now += 1
    town.change(campaign, max_clicks=40)
    world.now += FRESH - CLOCKS_DIFFER - 2
    assert town.all_click(campaign) == ENVIRONMENTS

    # When it is in force
    world.now += IN_FORCE_AFTER
    town.all_click(campaign)

    # Then they count
    assert town.sent_on() == 40


def test_a_campaign_that_moves_to_another_link_keeps_its_own_limit(town: Town) -> None:
    # Given an environment that remembers a slug of a campaign with a limit
    old = town.create(slug="summer", max_clicks=5)
    other = town.create(max_clicks=1)

    def by_slug() -> str:
        event = http_event("GET", "/track/summer", headers={"user-agent": BROWSER})
        return str(town.redirects[0].answer(event)["headers"]["location"])

    assert by_slug() == TARGET

    # When that one is deleted, and its slug given to another campaign
    town.admin.delete(str(old.id), None)
    town.change(other, slug="summer")

    # Then the click is the other's
    assert [by_slug(), by_slug()] == [TARGET, FALLBACK]


# --------------------------------------------------------------------------------------------------- what goes wrong
def test_too_many_clicks_to_count_refuse_the_limit_and_say_when(
    town: Town, world: World, tables: "DynamoDBServiceResource"
) -> None:
    campaign = town.create()
    town.all_click(campaign)
    before = tables.Table("Campaigns").scan()["Items"]

    with pytest.raises(Unavailable, match=r"nothing was changed\. Try again after 2026-11-21T08:15:00"):
        town.admin.earlier.quota(str(campaign.id), may_go_on=lambda: False)

    # Two hours later, the hours before can be settled soon
    world.pass_hours(2)
    with pytest.raises(Unavailable, match="Try again after 2026-11-21T09:15:00"):
        town.admin.earlier.quota(str(campaign.id), may_go_on=lambda: False)
    assert tables.Table("Campaigns").scan()["Items"] == before


def test_a_redirect_that_cannot_finish_counting_leaves_the_rest_to_the_next(town: Town, world: World) -> None:
    # Given a limit that comes into force after clicks that were not taken from it
    campaign = town.create()
    town.all_click(campaign)
    town.change(campaign, max_clicks=20)
    world.now += IN_FORCE_AFTER + CLOCKS_DIFFER
    reads = 0

    # When the first one gets through one bucket only
    def slow(operation: str, _request: str) -> str | None:
        nonlocal reads
        reads += operation == "Query"
        return "NoAnswer" if operation == "Query" and reads > 1 else None

    wire = town.redirects[0].store._client
    assert isinstance(wire, Wire)
    wire.fault = slow
    assert not town.click(campaign)

    # Then the next one does the rest, and is redirected to the target
    assert [town.click(campaign, 1) for _ in range(5)] == [True] * 4 + [False]


def test_a_change_of_the_limit_turns_nobody_away(town: Town) -> None:
    # Given an administration that is writing the limit, so that DynamoDB refuses other writes for a moment
    campaign = town.create(max_clicks=2)
    refused = iter(["TransactionConflictException"] * 3)
    wire = town.redirects[0].store._client
    assert isinstance(wire, Wire)
    wire.fault = lambda _, request: next(refused, None) if "quota#" in request else None

    assert [town.click(campaign) for _ in range(3)] == [True, True, False]


def test_the_margins_cover_the_time_outs() -> None:
    timeouts = {each.name: each.timeout for each in functions()}

    assert timeouts["CampaignAdmin"] + FRESH + timeouts["TrackRedirect"] + CLOCKS_DIFFER <= IN_FORCE_AFTER
    assert timeouts["TrackRedirect"] + CLOCKS_DIFFER <= STORED_AFTER
