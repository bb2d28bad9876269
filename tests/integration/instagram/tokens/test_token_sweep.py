"""The function: by its schedule it fills the queue, and from the queue it cares for installs."""

import copy
import json
from collections.abc import Iterator
from functools import partialmethod
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest

from local.runner.application import Application
from signpost.instagram.connection_states import DAY, SOON, ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.tokens.steps import day_of
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from signpost.platform.errors import Unavailable
from tests.aws import empty
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


@pytest.fixture
def nobody_due(world: World) -> None:
    """What other tests left to be looked at is not."""
    empty(world.installs.table.name)


@pytest.fixture
def queued(signpost_application: Application, token_sweep: ModuleType) -> Iterator[Any]:
    """Takes all messages out of the queue, and gives their bodies."""
    client = boto3.client("sqs")

    def take() -> list[Any]:
        taken: list[Any] = []
        while found := client.receive_message(QueueUrl=token_sweep.SETTINGS.token_queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            entries: list[Any] = [
                {"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(found)
            ]
            client.delete_message_batch(QueueUrl=token_sweep.SETTINGS.token_queue, Entries=entries)
            taken += [json.loads(each["Body"]) for each in found]
        return taken

    take()
    yield take
    client.close()


def test_what_is_due_is_queued(
    nobody_due: None, token_sweep: ModuleType, world: World, queued: Any, context: object
) -> None:
    # Given installs of several days
    now = world.clock()
    days = [now, now - DAY, now - 90 * DAY, now + DAY, now - 91 * DAY]
    installs = [world.connected(check_day=day_of(day)) for day in days]
    ended = world.connected(check_day=SOON, state=ConnectionState.EXPIRED)
    world.connected(check_day=None)

    # When the day's sweep runs
    assert token_sweep.handler(SCHEDULE, context) is None

    # Then those of today, of the 90 days before, and those whose connection ended are looked at
    assert sorted(each["install"] for each in queued()) == sorted(each.id for each in [*installs[:3], ended])


def test_all_pages_are_queued(
    nobody_due: None,
    token_sweep: ModuleType,
    world: World,
    queued: Any,
    context: object,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given 300 installs that are due today, in pages of 70
    ids = {f"instagram-many-{number}" for number in range(300)}
    table = boto3.resource("dynamodb").Table(world.installs.table.name)
    with table.batch_writer() as batch:
        for install_id in ids:
            batch.put_item({"key": install_id, "check_day": day_of(world.clock())})
    pages: list[int] = []
    monkeypatch.setattr(Table, "pages", partialmethod(Table.pages, limit=70))

    def note_page(parsed: dict[str, Any], **_: object) -> None:
        pages.append(len(parsed["Items"]))

    sent, pages_at_send = list[str](), list[int]()  # only the first batch goes on: moto takes its time
    monkeypatch.setattr(token_sweep, "AT_ONCE", 100)
    send = token_sweep.QUEUE.send

    def note(batch: list[dict[str, str]]) -> None:
        pages_at_send.append(len(pages))
        sent.extend(each["install"] for each in batch)
        if len(sent) <= 100:
            send(batch)

    monkeypatch.setattr(token_sweep.QUEUE, "send", note)

    # When the day's sweep runs
    with at_call(aws.dynamodb_json(), "after-call.dynamodb.Query", note_page):
        token_sweep.handler(SCHEDULE, context)

    # Then each is queued once, before the next ones are read, and the number is a metric
    assert len(sent) == 300
    assert set(sent) == ids
    assert [count for count in pages if count] == [70, 70, 70, 70, 20]
    assert len(queued()) == 100
    assert pages_at_send[0] < 5
    [line] = [line for line in capsys.readouterr().out.splitlines() if "InstallsDue" in line]
    assert json.loads(line)["InstallsDue"] == [300.0]
    with table.batch_writer() as batch:
        for install_id in ids:
            batch.delete_item({"key": install_id})
    table.meta.client.close()


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
    real = token_sweep.CARE.care

    def care(install_id: str, **how: Any) -> None:
        if next(answers):
            world.meta.fail_next(2, path="refresh_access_token")
        real(install_id, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(token_sweep.CARE, "care", care)
        reply = token_sweep.handler(messages(first, busy, third), context)

    assert failed(reply) == ["message-1"]
    assert failed(token_sweep.handler(messages(busy), context)) == []
    assert [world.stored(each).expires_at for each in (first, busy, third)] == [world.clock() + 60 * DAY] * 3


def test_a_throttled_message_is_put_off_until_meta_allows_it(
    token_sweep: ModuleType, world: World, context: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    install = world.connected()
    world.pass_days(41)
    world.meta.fail_next(4, path="refresh_access_token")
    put_off: list[tuple[str, float]] = []
    monkeypatch.setattr(token_sweep.QUEUE, "put_off", lambda *given: put_off.append(given))
    event = messages(install)

    assert failed(token_sweep.handler(event, context)) == ["message-0"]

    assert put_off == [(event["Records"][0]["receiptHandle"], 3600)]


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
    mailer = token_sweep.CARE._tools.mailer
    with pytest.MonkeyPatch.context() as patch, logged_by(token_sweep.logger) as log:
        patch.setattr(mailer, "_sender", "stranger@nowhere.example")

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

    with logged_by(token_sweep.logger) as log:
        token_sweep.handler(messages(*installs), context)

    said = log.getvalue() + capsys.readouterr().out
    tokens += [world.token(installs[0])]
    assert "TokensRefreshed" in said
    assert "TokensDied" in said
    assert [each for each in (*tokens, "@owner.example", "not an address", "IGAA") if each in said] == []


def test_a_message_that_is_none_goes_to_the_failures(token_sweep: ModuleType, world: World, context: object) -> None:
    install = world.connected()
    event = messages("instagram-0", install, "x")
    event["Records"][2]["body"] = "{"

    assert failed(token_sweep.handler(event, context)) == ["message-2"]


def test_what_there_is_no_time_for_comes_again(token_sweep: ModuleType, world: World) -> None:
    times = iter([120_000, 59_000, 59_000])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(times), function_name="function")

    assert failed(token_sweep.handler(messages("a", "b", "c"), context)) == ["message-1", "message-2"]


def test_the_sample_messages_are_read(token_sweep: ModuleType, context: object) -> None:
    assert failed(token_sweep.handler(QUEUE, context)) == []


def test_a_message_that_cannot_be_put_off_comes_again_all_the_same(
    token_sweep: ModuleType, world: World, context: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_arguments: Any) -> None:
        raise Unavailable("SQS does not answer.")

    install = world.connected()
    world.pass_days(41)
    world.meta.fail_next(4, path="refresh_access_token")
    monkeypatch.setattr(token_sweep.QUEUE, "put_off", unavailable)

    assert failed(token_sweep.handler(messages(install), context)) == ["message-0"]
