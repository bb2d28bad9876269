"""The function: by its schedule it fills the queue, and from the queue it cares for installs."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from signpost.instagram.connection_states import DAY, SOON, ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.tokens.steps import day_of
from signpost.platform import aws
from tests.aws import empty, empty_queue
from tests.aws_calls import at_call
from tests.integration.instagram.tokens.world import World
from tests.logs import logged_by

EVENTS = Path(__file__).parents[4] / "events" / "token_sweep"
SCHEDULE = json.loads((EVENTS / "schedule.json").read_text(encoding="utf-8"))
QUEUE = json.loads((EVENTS / "queue.json").read_text(encoding="utf-8"))


def messages(*installs: Install | str, tries: int = 1) -> dict[str, Any]:
    """An event with a message for each."""
    records = []
    for number, install in enumerate(installs):
        record = copy.deepcopy(QUEUE["Records"][0])
        install_id = install if isinstance(install, str) else install.id
        record |= {"messageId": f"message-{number}", "body": json.dumps({"install": install_id})}
        record["attributes"]["ApproximateReceiveCount"] = str(tries)
        records.append(record)
    return {"Records": records}


def failed(reply: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


def queued(url: str) -> Iterator[Any]:
    """The bodies of all messages in the queue."""
    while found := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        yield from (json.loads(each["Body"]) for each in found)


def test_what_is_due_is_queued(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given installs of several days
    empty(world.settings.installs_table)
    empty_queue(world.settings.token_queue)
    now = world.clock()
    days = [now, now - DAY, now - 90 * DAY, now + DAY, now - 91 * DAY]
    installs = [world.connected(check_day=day_of(day)) for day in days]
    ended = world.connected(check_day=SOON, state=ConnectionState.EXPIRED)
    world.connected(check_day=None)

    # When the day's sweep runs
    assert token_sweep.handler(SCHEDULE, context) is None

    # Then those of today, of the 90 days before, and those whose connection ended are looked at
    found = [each["install"] for each in queued(world.settings.token_queue)]
    assert sorted(found) == sorted(each.id for each in [*installs[:3], ended])
    assert json.loads(capsys.readouterr().out)["InstallsDue"] == [4.0]


def test_one_dead_install_does_not_stop_the_others(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given three installs that are to be refreshed, the second of which is dead
    first, dead, third = (world.connected() for _ in range(3))
    world.meta.kill_tokens(dead.instagram_account)
    world.pass_days(41)

    # When their messages come
    reply = token_sweep.handler(messages(first, dead, third), context)

    # Then all is done: two are refreshed and the third one's owner is told
    assert failed(reply) == []
    for install in (first, third):
        assert world.stored(install).expires_at == world.clock() + 60 * DAY
    assert world.stored(dead).state is ConnectionState.EXPIRED
    assert len(world.mails(dead)) == 1
    [line] = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    metrics = json.loads(line)
    assert [metrics[name] for name in ("TokensRefreshed", "TokensDied", "EmailsSent")] == [[1.0, 1.0], [1.0], [1.0]]


def test_what_cannot_be_done_now_comes_again(token_sweep: ModuleType, world: World, context: object) -> None:
    # Given an install of which Meta's answer is missing, between two others
    first, busy, third = (world.connected() for _ in range(3))
    world.pass_days(41)
    answers = iter([False, True, False])

    def be_busy_for_the_second(**_: object) -> None:
        if next(answers):
            world.meta.fail_next(2, path="refresh_access_token")

    with at_call(aws.kms(), "before-call.kms.Decrypt", be_busy_for_the_second):
        reply = token_sweep.handler(messages(first, busy, third), context)

    assert failed(reply) == ["message-1"]
    assert failed(token_sweep.handler(messages(busy), context)) == []
    assert [world.stored(each).expires_at for each in (first, busy, third)] == [world.clock() + 60 * DAY] * 3


def test_a_throttled_message_is_put_off_until_meta_allows_it(
    token_sweep: ModuleType, world: World, context: object
) -> None:
    install = world.connected()
    world.pass_days(41)
    world.meta.fail_next(4, path="refresh_access_token")
    put_off: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: object) -> None:
        put_off.append(params)

    with at_call(aws.sqs(), "provide-client-params.sqs.ChangeMessageVisibility", note):
        assert failed(token_sweep.handler(messages(install), context)) == ["message-0"]

    assert [each["VisibilityTimeout"] for each in put_off] == [3600]


def test_on_the_last_try_a_busy_meta_is_left_for_tomorrow(
    token_sweep: ModuleType, world: World, context: object
) -> None:
    install = world.connected()
    world.pass_days(41)
    world.meta.fail_next(4, path="refresh_access_token")

    assert failed(token_sweep.handler(messages(install, tries=4), context)) == []

    assert world.stored(install).check_day == day_of(world.clock() + DAY)


def test_a_refused_email_comes_again_and_counts(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a sender that SES does not know
    install = world.connected(expires_at=world.clock())

    def from_a_stranger(params: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**params, "FromEmailAddress": "stranger@nowhere.example"}

    sending = at_call(aws.sesv2(), "provide-client-params.sesv2.SendEmail", from_a_stranger)
    with sending, logged_by(token_sweep.OBSERVER.logger) as log:
        reply = token_sweep.handler(messages(install), context)

    assert failed(reply) == ["message-0"]
    assert '"EmailsRefused":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert "MessageRejected" in log.getvalue()
    assert world.stored(install).second_verify_email_sent_at is None

    # When it knows it, then the e-mail is sent
    assert failed(token_sweep.handler(messages(install), context)) == []
    assert len(world.mails(install)) == 1


def test_no_log_holds_an_address_or_a_token(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given installs that are refreshed, told, refused, dead and unreadable
    installs = [world.connected() for _ in range(3)]
    installs.append(world.connected(token=b"damaged"))
    installs.append(world.connected(owner_email=f"not an address {world.clock()}"))
    tokens = [world.token(each) for each in installs[:3]]
    world.meta.kill_tokens(installs[1].instagram_account)
    world.meta.kill_tokens(installs[4].instagram_account)
    world.pass_days(51)

    with logged_by(token_sweep.OBSERVER.logger) as log:
        token_sweep.handler(messages(*installs), context)

    said = log.getvalue() + capsys.readouterr().out
    tokens += [world.token(installs[0])]
    assert "TokensRefreshed" in said
    assert "TokensDied" in said
    assert [each for each in (*tokens, "@owner.example", "not an address", "IGAA") if each in said] == []


def test_a_message_that_cannot_be_read_is_given_up(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    install = world.connected()
    event = messages("instagram-0", install, "x")
    event["Records"][2]["body"] = "{"

    assert failed(token_sweep.handler(event, context)) == []

    assert '"TokenJobsGivenUp":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_what_there_is_no_time_for_comes_again(token_sweep: ModuleType, world: World) -> None:
    times = iter([120_000, 59_000, 59_000])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(times), function_name="function")

    assert failed(token_sweep.handler(messages("a", "b", "c"), context)) == ["message-1", "message-2"]


def test_the_sample_messages_are_read(token_sweep: ModuleType, context: object) -> None:
    assert failed(token_sweep.handler(QUEUE, context)) == []
