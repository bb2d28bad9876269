"""What holds after a fault at any call to AWS: every redirect answered, every click counted once, no half campaign."""

import io
import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from signpost.platform import aws
from signpost.platform.errors import Conflict, Unavailable
from signpost.platform.secrets import CredentialsSecret
from signpost.tracking.campaign_store import CampaignStore
from signpost.tracking.campaigns import Campaign, Creation
from signpost.tracking.click_store import ClickStore
from signpost.tracking.clicks import Click, Item, Place, item
from signpost.tracking.count_store import CountStore
from signpost.tracking.lean_dynamodb import Client
from signpost.tracking.redirect_store import RedirectStore
from signpost.tracking.replay.spilled_clicks import Replay, Replayed
from signpost.tracking.rollup import Rollup
from signpost.tracking.settlement import OutOfTime
from tests.faults import COSTLY, Attempt, Fault, Mode, at_every_call
from tests.http_events import ADMIN, basic, http_event
from tests.integration.tracking.test_click_rollup import event, received
from tests.integration.tracking.world import BOT_AGENT, BROWSER, DONE, HOUR, START, Record, World
from tests.logs import logged_by

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

COSTLY_MODES = pytest.mark.parametrize(
    "modes", COSTLY, ids=lambda modes: modes[0].name.lower() + "…" * (len(modes) > 1)
)
ALL_MODES = pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.name.lower())
TARGET = "https://e.com/p?a=1"
FALLBACK = "https://example.com/"
PATIENCE = 30.0  # seconds for a redirect's call: faults decide here, not how busy this machine is
ONE_BUCKET = Place(1, 90)
_slugs = (f"slug-{number}" for number in itertools.count())


@pytest.fixture
def world(tables: "DynamoDBServiceResource", counts: CountStore, clicks: ClickStore) -> World:
    return World(tables.Table("Clicks"), counts, clicks, ONE_BUCKET)


# ------------------------------------------------------------------------------------------------------- redirect
class Redirect:
    """The redirect's handler in a world's time."""

    def __init__(
        self,
        module: ModuleType,
        world: World,
        campaigns: CampaignStore,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self._module, self._world, self._campaigns = module, world, campaigns
        self._monkeypatch = monkeypatch
        self._log = io.StringIO()
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: world.now))
        monkeypatch.setattr(module, "PLACE", ONE_BUCKET)

    def new_environment(self) -> None:
        """What was remembered is gone."""
        client = self._module.STORE._client
        store = RedirectStore(client, "Campaigns", "Clicks", PATIENCE, lambda: self._world.now)
        self._monkeypatch.setattr(self._module, "STORE", store)

    def warm_up(self, campaign: Campaign) -> None:
        assert self.follow(campaign, "HEAD") == TARGET
        assert self._module.STORE.visitor_key("2026-11-21")

    def campaign(self, **fields: Any) -> Campaign:
        made = Campaign.create(int(self._world.campaign()), Creation(redirect_url=TARGET, **fields), self._world.now)
        assert self._campaigns.create(made)
        return made

    def follow(self, campaign: Campaign, method: str = "GET") -> str:
        request = http_event(method, f"/track/{campaign.id}", query="platform=IPhone", headers={"user-agent": BROWSER})
        with redirect_stdout(self._log):
            reply = self._module.handler(request, None)
        assert reply["statusCode"] == 307
        location: str = reply["headers"]["location"]
        return location

    def follow_under(self, fault: Fault, campaign: Campaign) -> tuple[str, bool]:
        """The answer, and whether it took a second request: a killed environment answers nobody."""
        attempt = fault.attempt(lambda: self.follow(campaign))
        if attempt.reply is not None:
            return attempt.reply, False
        self.new_environment()
        return self.follow(campaign), True

    def log(self) -> list[str]:
        """The lines since it was last asked for."""
        lines = self._log.getvalue().splitlines()
        self._log.seek(0)
        self._log.truncate()
        return lines

    def stored(self, campaign: Campaign) -> list[Item]:
        pages = self._world.clicks.pages(str(campaign.id), "2026-11-21T07", 0)
        return [{**click, "ttl": int(click["ttl"])} for page in pages for click in page]


@pytest.fixture
def redirect(
    track_redirect: ModuleType,
    world: World,
    campaigns: CampaignStore,
    monkeypatch: pytest.MonkeyPatch,
) -> Redirect:
    return Redirect(track_redirect, world, campaigns, monkeypatch)


def clicks_in(log: list[str]) -> list[Item]:
    return [line["click"] for line in map(json.loads, log) if line.get("message") == "click spilled"]


def keys(items: list[Item]) -> list[tuple[str, str]]:
    return sorted((str(each["partition"]), str(each["click"])) for each in items)


@ALL_MODES
@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_a_click_is_answered_and_kept_exactly_once(mode: Mode, warm: bool, redirect: Redirect, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign, remembered or not
        world.now = START
        campaign = redirect.campaign()
        redirect.new_environment()
        if warm:
            redirect.warm_up(campaign)

        # When somebody clicks, and clicks again where nobody answered
        location, again = redirect.follow_under(fault, campaign)

        # Then the browser is sent on, and the click is stored or in the log; the first one of a killed try may be too
        stored, log = redirect.stored(campaign), redirect.log()
        spilled = clicks_in(log)
        if location == FALLBACK:
            # The only reason not to know where to: the campaign could not be read at all. That is no click.
            assert (mode.lasting, fault.calls[fault.at - 1]) == (True, "GetItem")
            assert (stored, spilled) == ([], [])
            return
        assert location == TARGET
        assert len(spilled) <= 1
        distinct = {str(each["click"]): each for each in [*stored, *spilled]}
        assert len(distinct) in ((1, 2) if again and mode.done else (1,))
        if not mode.lasting:
            assert spilled == []

        # When what was spilled is put back, twice
        for _ in range(2 if spilled else 0):
            assert Replay(world.clicks, world.counts, lambda: world.now).lines(log) == Replayed(restored=1)

        # Then each click is there once, and counts once, live and settled
        everything = redirect.stored(campaign)
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
def test_a_limit_is_never_exceeded_nor_used_up_by_retries(mode: Mode, redirect: Redirect, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign for two clicks
        campaign = redirect.campaign(max_clicks=2)
        redirect.new_environment()
        redirect.warm_up(campaign)

        # When four people click, the first one under the fault
        first, again = redirect.follow_under(fault, campaign)
        others = [redirect.follow(campaign) for _ in range(3)]

        # Then at most two are sent to it and counted, and two are unless it could not be known that one was free
        answers = [first, *others]
        clicks = {str(each["click"]) for each in [*redirect.stored(campaign), *clicks_in(redirect.log())]}
        assert answers.count(TARGET) <= len(clicks) <= 2
        if not (again or mode.lasting):
            assert answers == [TARGET, TARGET, FALLBACK, FALLBACK]

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_spilled_click_is_put_back_once(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a settled hour, and the log of a click that was not stored in it
        world.now = START
        campaign = world.campaign()
        spilled = item(campaign, Click("IPhone", BROWSER), world.now, ONE_BUCKET)
        records = world.click(campaign)
        world.pass_hours(2)
        world.settlement().settle_campaign(campaign)
        line = json.dumps({"ClicksSpilled": 1, "click": spilled})

        # When it is put back until that is done, and the stream carries nothing
        replay = Replay(world.clicks, world.counts, lambda: world.now)
        assert fault.until_done(lambda: replay.lines([line]), Unavailable) == Replayed(restored=1)
        world.settle_late()

        # Then it counts once
        world.assert_settled(campaign, [*records, world.record(spilled)])

    at_every_call(scenario, mode)


# --------------------------------------------------------------------------------------------------------- rollup
@pytest.fixture
def rollup(click_rollup: ModuleType, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setattr(click_rollup, "Rollup", lambda shard, store: Rollup(shard, store, lambda: world.now))
    with logged_by(click_rollup.logger):
        yield click_rollup


def deliver(fault: Fault, rollup: ModuleType, records: list[Record]) -> None:
    """As Lambda does: again when it was killed or raised, and from the lowest record that it is told has failed."""
    batch = records
    attempt: Attempt[Any] = fault.attempt(lambda: rollup.handler(event(batch), None), Unavailable)
    for _ in range(3):
        if attempt.reply is not None:
            failures = [int(failure["itemIdentifier"]) for failure in attempt.reply["batchItemFailures"]]
            if not failures:
                return
            batch = [record for record in batch if int(record["dynamodb"]["SequenceNumber"]) >= min(failures)]
        attempt = Attempt(rollup.handler(event(batch), None), done=True)
    pytest.fail("the batch is never done")


@COSTLY_MODES
def test_a_batch_that_is_delivered_again_counts_each_click_once(
    modes: tuple[Mode, ...], rollup: ModuleType, world: World
) -> None:
    def scenario(fault: Fault) -> None:
        # Given a batch over two campaigns and two hours
        world.now = START
        one, other = world.campaign(), world.campaign()
        early = [*world.click(one, 2), *world.click(other, 1, agent=BOT_AGENT)]
        world.pass_hours(1)
        late = [*world.click(other, 2, platform="IPhone"), *world.click(one, 2, country="DE")]
        records = [*early, *late]

        # When it is delivered until it is done
        deliver(fault, rollup, records)

        # Then each click counts once
        for campaign in (one, other):
            world.assert_live(campaign, of(campaign, records))

    calls = at_every_call(scenario, *modes)

    assert calls >= 8


@ALL_MODES
def test_a_record_that_is_no_click_is_set_aside(mode: Mode, rollup: ModuleType, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a record that is no click between two that are
        campaign = world.campaign()
        first, poison, last = world.click(campaign, 3)
        poison["dynamodb"]["NewImage"]["platform"] = {"S": "Nokia"}

        # When they are delivered until that is done
        deliver(fault, rollup, [first, poison, last])

        # Then the clicks count once, and the other record waits for somebody to look at it
        world.assert_live(campaign, [first, last])
        assert {message["sequence"] for message in received()} == {poison["dynamodb"]["SequenceNumber"]}

    at_every_call(scenario, mode)


def of(campaign_id: str, records: list[Record]) -> list[Record]:
    return [each for each in records if each["dynamodb"]["NewImage"]["partition"]["S"].startswith(f"{campaign_id}#")]


# ----------------------------------------------------------------------------------------------------- settlement
def settle(world: World, *campaigns: str) -> None:
    """A run as the handler does it: what could not be done fails it."""
    if world.settle(*campaigns).failures:
        raise Unavailable("some campaigns could not be settled")


@COSTLY_MODES
def test_live_hours_are_settled_once(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given two hours whose live counts are wrong
        world.now = START
        campaign = world.campaign()
        records = world.click(campaign, 3, visitor="00000000000000aa")
        world.roll_up(records[1:])
        world.pass_hours(1)
        records += world.click(campaign, 2, platform="IPhone")
        world.pass_hours(1.5)

        # When a run is struck and, if it was not done, the next one is not
        fault.until_done(lambda: world.settlement().settle_campaign(campaign), Unavailable, Conflict)

        # Then every number is right
        world.assert_settled(campaign, records)

    at_every_call(scenario, *modes)


def test_a_whole_run_is_done_by_the_next_one(world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign with a settled hour that got a late click, and an hour to be settled
        world.now = START
        campaign = world.campaign()
        world.pass_hours(2)
        world.settlement().settle_campaign(campaign)
        records = world.click(campaign, 2)
        world.now = START
        late = world.click(campaign)
        world.counts.ask_recount(campaign, "2026-11-21T07", "token")
        world.pass_hours(4)

        # When a run is struck
        fault.until_done(lambda: settle(world, campaign), Unavailable)

        # Then every number is right, for lists too
        world.assert_settled(campaign, [*records, *late])
        assert world.counts.listed([campaign]) == {campaign: {"android": 3}}

    at_every_call(scenario, *Mode)


@pytest.mark.parametrize(
    ("counted_before", "modes"),
    [*((2, modes) for modes in COSTLY), (0, tuple(Mode))],
    ids=[*(f"counted-{modes[0].name.lower()}" for modes in COSTLY), "empty"],
)
def test_a_late_click_counts_once(modes: tuple[Mode, ...], counted_before: int, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a settled hour and a click that is stored in it later
        world.now = START
        campaign = world.campaign()
        records = world.click(campaign, counted_before) if counted_before else []
        world.now += 2 * HOUR
        world.settlement().settle_campaign(campaign)
        world.now -= 2 * HOUR
        late = world.click(campaign, platform="IPhone")
        world.now += 2 * HOUR

        def come_late() -> None:
            if world.roll_up(late).again:
                raise Unavailable("delivered again")
            world.settle_late()

        # When its record is delivered and late hours are counted again, until both are done
        fault.until_done(come_late, Unavailable, Conflict)

        # Then it counts once
        world.assert_settled(campaign, [*records, *late])
        assert list(world.counts.recount_requests()) == []

    at_every_call(scenario, *modes)


@COSTLY_MODES
def test_a_recount_page_by_page_counts_once(
    modes: tuple[Mode, ...], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_pages_of(2, world, monkeypatch)

    def scenario(fault: Fault) -> None:
        # Given an hour of two pages
        world.now = START
        campaign = world.campaign()
        records = [record for number in range(3) for record in world.click(campaign, visitor=f"{number:016x}")]
        world.pass_hours(2)

        def run_until_done() -> None:
            with suppress(OutOfTime):
                world.settlement(may_go_on=lambda: False).settle_campaign(campaign)
            world.settlement().settle_campaign(campaign)

        # When it is recounted by a run that has time for one page, and by the next one
        fault.until_done(run_until_done, Unavailable, Conflict)

        # Then each click counts once, and nothing is remembered of the way
        world.assert_settled(campaign, records)
        assert world.counts.progress(campaign) is None

    at_every_call(scenario, *modes)


def in_pages_of(number: int, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = world.clicks.pages

    def small_pages(*arguments: Any) -> Iterator[list[dict[str, Any]]]:
        for page in pages(*arguments):
            for start in range(0, len(page), number):
                yield page[start : start + number]

    monkeypatch.setattr(world.clicks, "pages", small_pages)


@COSTLY_MODES
def test_of_two_runs_at_once_the_slower_one_changes_nothing(
    modes: tuple[Mode, ...], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = world.counts.settle

    def scenario(fault: Fault) -> None:
        # Given an hour, and a run that is about to write it when a late click comes and another run counts that too
        world.now = START
        campaign = world.campaign()
        records = world.click(campaign, 2)
        world.pass_hours(2)
        faster_run = iter([True])

        def after_a_faster_run(*arguments: Any, **named: Any) -> None:
            if next(faster_run, False):
                with fault.paused():
                    world.now -= 2 * HOUR
                    records.extend(world.click(campaign, platform="IPhone"))
                    world.now += 2 * HOUR
                    world.settlement().settle_campaign(campaign)
            real(*arguments, **named)

        monkeypatch.setattr(world.counts, "settle", after_a_faster_run)

        # When the slower one is struck or told of the conflict
        fault.attempt(lambda: world.settlement().settle_campaign(campaign), Unavailable, Conflict)
        monkeypatch.setattr(world.counts, "settle", real)
        world.settlement().settle_campaign(campaign)

        # Then every click counts once
        world.assert_settled(campaign, records)

    at_every_call(scenario, *modes)


# ------------------------------------------------------------------------------------------------------ campaigns
class Administrator:
    """Sends requests to the administration's handler as its client would, and looks at what the table holds."""

    def __init__(self, module: ModuleType, context: Any, table: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._module, self._context, self._table, self._monkeypatch = module, context, table, monkeypatch

    def send(self, method: str, path: str = "", body: object = None) -> tuple[int, Any]:
        request = http_event(method, f"/admin/campaigns{path}", body=body, headers=basic(*ADMIN))
        reply = self._module.handler(request, self._context)
        text = reply.get("body")
        return reply["statusCode"], json.loads(text) if text else None

    def send_under(self, fault: Fault, method: str, path: str = "", body: object = None) -> tuple[int, Any, bool]:
        """The first definite answer, and whether the request had to be repeated for it."""
        attempt = fault.attempt(lambda: self.send(method, path, body))
        if attempt.reply is not None and attempt.reply[0] != 503:
            return *attempt.reply, False
        assert mode_may_fail(fault.mode), "one fault is for the SDK to get over"
        return *self.send(method, path, body), True

    def forget_secret(self) -> None:
        secret = CredentialsSecret(aws.secretsmanager(), self._module.SETTINGS.admin_secret)
        self._monkeypatch.setattr(self._module, "SECRET", secret)

    def campaigns(self) -> dict[int, dict[str, Any]]:
        """All campaigns by their id; fails when the table holds half of one."""
        items = {item["key"]: item for item in self._table.scan(ConsistentRead=True)["Items"]}
        found = {key: item for key, item in items.items() if item.get("kind") == "campaign"}
        slugs = {key: item for key, item in items.items() if key.startswith("slug#")}
        copies = {f"slug#{each['slug']}": without(each, "kind", "key") for each in found.values() if "slug" in each}
        assert copies == {key: without(copy, "key") for key, copy in slugs.items()}
        assert {key for key in items if key.startswith("quota#")} <= {f"quota#{key}" for key in found}
        return {int(key): item for key, item in found.items()}


def mode_may_fail(mode: Mode) -> bool:
    return mode.kills or mode.lasting


def without(item: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in names}


@pytest.fixture
def admin(
    campaign_admin: ModuleType,
    context: object,
    tables: "DynamoDBServiceResource",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Administrator]:
    with logged_by(campaign_admin.logger):
        yield Administrator(campaign_admin, context, tables.Table("Campaigns"), monkeypatch)


@ALL_MODES
def test_a_campaign_with_a_slug_is_created_whole_and_once(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        slug, before = next(_slugs), admin.campaigns()

        status, body, repeated = admin.send_under(fault, "POST", body={"redirect_url": TARGET, "slug": slug})

        # Then it is there once; who had to repeat the request may be told that the slug is taken: by the first one
        made = [item for number, item in admin.campaigns().items() if number not in before]
        assert [item["slug"] for item in made] == [slug]
        assert status in ((201, 409) if repeated and mode.done else (201,))
        if status == 201:
            assert (made[0]["id"], made[0]["redirect_url"]) == (body["id"], TARGET)

    at_every_call(scenario, mode)


@ALL_MODES
def test_no_retry_of_the_sdk_creates_a_second_campaign(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        before = admin.campaigns()

        status, body, repeated = admin.send_under(fault, "POST", body={"redirect_url": TARGET})

        made = set(admin.campaigns()) - set(before)
        assert status == 201
        assert body["id"] in made
        assert len(made) in ((1, 2) if repeated and mode.done else (1,))

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_change_is_made_whole(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        old, new = next(_slugs), next(_slugs)
        _, made = admin.send("POST", body={"redirect_url": TARGET, "slug": old})
        wish = {"redirect_url": "https://new.example/", "slug": new, "max_clicks": 5}

        status, body, repeated = admin.send_under(fault, "PUT", f"/{made['id']}", wish)

        stored = admin.campaigns()[made["id"]]
        assert status == 200
        assert {name: stored[name] for name in wish} == wish == {name: body[name] for name in wish}
        assert stored["version"] in ((2, 3) if repeated else (2,))

    at_every_call(scenario, mode)


@ALL_MODES
def test_a_campaign_is_deleted_whole(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        slug = next(_slugs)
        _, made = admin.send("POST", body={"redirect_url": TARGET, "slug": slug})

        status, _, repeated = admin.send_under(fault, "DELETE", f"/{made['id']}")

        assert status in ((204, 404) if repeated and mode.done else (204,))
        assert made["id"] not in admin.campaigns()

    at_every_call(scenario, mode)


@ALL_MODES
def test_credentials_that_cannot_be_read_are_answered(mode: Mode, admin: Administrator) -> None:
    def scenario(fault: Fault) -> None:
        admin.forget_secret()

        status, _, _ = admin.send_under(fault, "GET")

        assert status == 200

    at_every_call(scenario, mode)


# ----------------------------------------------------------------------------------------------- deleted meanwhile
@pytest.fixture
def deleted_once_read(campaigns: CampaignStore, monkeypatch: pytest.MonkeyPatch) -> Callable[[Campaign], None]:
    """Deletes a campaign as soon as the redirect has read it."""

    def arrange(campaign: Campaign) -> None:
        call = Client.call

        def then_delete(client: Client, operation: str, *arguments: Any) -> Any:
            reply = call(client, operation, *arguments)
            if operation == "GetItem":
                campaigns.delete(campaign)
            return reply

        monkeypatch.setattr(Client, "call", then_delete)

    return arrange


@pytest.mark.parametrize("mode", [Mode.KILLED_AFTER, Mode.ALL_REPLIES_LOST])
def test_a_campaign_that_is_deleted_meanwhile_breaks_nothing(
    mode: Mode,
    redirect: Redirect,
    rollup: ModuleType,
    world: World,
    campaigns: CampaignStore,
    deleted_once_read: Callable[[Campaign], None],
) -> None:
    # Given a campaign that is deleted while somebody clicks on it, and another one
    campaign, other = redirect.campaign(slug="summer"), redirect.campaign()
    redirect.new_environment()
    deleted_once_read(campaign)

    # When the click is answered, rolled up, and settled by a run that read the list of campaigns before and one after
    assert redirect.follow(campaign) == TARGET
    records = [world.record(each) for each in redirect.stored(campaign)]
    others = world.click(str(other.id))
    deliver(Fault(mode, 2), rollup, records + others)
    world.pass_hours(2)
    for listed in ([str(campaign.id), str(other.id)], *campaigns.ids()):
        Fault(mode, 5).until_done(lambda: settle(world, *listed), Unavailable)  # noqa: B023

    # Then both have their counts, and nobody is sent there any more
    world.assert_settled(str(campaign.id), records)
    world.assert_settled(str(other.id), others)
    assert [len(records), len(others)] == [1, 1]
    world.now = START + 60
    assert redirect.follow(campaign) == FALLBACK


def test_a_late_click_on_a_deleted_campaign_breaks_nothing(world: World) -> None:
    # Given a campaign of which no hour was ever settled, and that no list names any more
    campaign, other = world.campaign(), world.campaign()
    late = world.click(campaign)
    world.pass_hours(2)

    # When its click's record comes
    assert world.roll_up(late) == DONE
    settle(world, other)

    # Then others are settled, now and as long as the request waits
    assert world.counts.total(other).settled_until == "2026-11-21T08"
    world.pass_hours(24 * 90)
    world.settle_late()
    assert list(world.counts.recount_requests()) == []


def test_a_click_in_flight_leaves_nothing_of_a_deleted_campaign(
    redirect: Redirect, admin: Administrator, deleted_once_read: Callable[[Campaign], None]
) -> None:
    campaign = redirect.campaign(max_clicks=5)
    redirect.new_environment()
    deleted_once_read(campaign)

    assert redirect.follow(campaign) in (TARGET, FALLBACK)

    assert admin.campaigns() == {}


# ------------------------------------------------------------------------------------------------ recounts that meet
def test_a_click_that_comes_late_behind_an_unfinished_recount_is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a settled hour of two pages that is counted again for a late click, by a run that has time for one page
    in_pages_of(2, world, monkeypatch)
    campaign = world.campaign()
    world.now += 1
    records = world.click(campaign, 2)
    world.now += 1
    records += world.click(campaign, 2)
    world.now += 7200
    world.settlement().settle_campaign(campaign)
    now, world.now = world.now, START + 3
    first = world.click(campaign)
    world.now = now
    world.roll_up(first)
    with pytest.raises(OutOfTime):
        world.settle_late(may_go_on=lambda: False)

    # When another late click comes into the part that was counted already
    now, world.now = world.now, START
    second = world.click(campaign)
    world.now = now
    world.roll_up(second)
    world.settle_late()
    world.settle_late()

    # Then it counts as well
    world.assert_settled(campaign, [*records, *first, *second])


def test_a_slow_recount_takes_no_visitor_from_a_faster_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a run that has read an hour when a late click comes and another run settles it with that
    campaign = world.campaign()
    records = world.click(campaign, visitor="00000000000000aa")
    world.pass_hours(2)
    add_visitors = world.counts.add_visitors
    faster_run = iter([True])

    def after_a_faster_run(*arguments: Any) -> None:
        if next(faster_run, False):
            now, world.now = world.now, START
            records.extend(world.click(campaign, visitor="00000000000000bb"))
            world.now = now
            world.settlement().settle_campaign(campaign)
        add_visitors(*arguments)

    monkeypatch.setattr(world.counts, "add_visitors", after_a_faster_run)
    with pytest.raises(Conflict):
        world.settlement().settle_campaign(campaign)

    # When the next hour of the day is settled
    records += world.click(campaign, visitor="00000000000000cc")
    world.pass_hours(2)
    world.settlement().settle_campaign(campaign)

    # Then the day has all its visitors
    world.assert_settled(campaign, records)
