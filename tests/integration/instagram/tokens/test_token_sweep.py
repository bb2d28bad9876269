"""The function: its schedule fills the queue, and messages from the queue have it care for installs."""

import json
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from signpost.instagram.connection_states import DAY, SOON, ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.tokens.steps import day_of
from signpost.platform import aws
from tests.aws import empty, empty_queue
from tests.aws_calls import at_call, noted
from tests.integration.instagram.tokens.world import World
from tests.logs import logged_by
from tests.queue_events import queue_event, taken
from tests.samples import sample


def messages(*installs: Install, tries: int = 1) -> dict[str, Any]:
    """An event with a message for each."""
    return queue_event(*({"install": install.id} for install in installs), receives=tries)


def failed(reply: dict[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


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
    assert token_sweep.handler(sample("token_sweep", "schedule"), context) is None

    # Then those of today and of the 90 days before are queued, and the one whose connection ended
    found = [each["install"] for each in taken(world.settings.token_queue)]
    assert sorted(found) == sorted(each.id for each in [*installs[:3], ended])
    assert json.loads(capsys.readouterr().out)["InstallsDue"] == [4.0]


def test_one_dead_install_does_not_stop_the_others(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given three installs that are due for a refresh, the second with a dead token
    first, dead, third = (world.connected() for _ in range(3))
    world.meta.kill_tokens(dead.instagram_account)
    world.pass_days(41)

    # When their messages come
    reply = token_sweep.handler(messages(first, dead, third), context)

    # Then all is done: two are refreshed, and the owner of the dead one gets an e-mail
    assert failed(reply) == []
    for install in (first, third):
        assert world.stored(install).expires_at == world.clock() + 60 * DAY
    assert world.stored(dead).state is ConnectionState.EXPIRED
    assert len(world.mails(dead)) == 1
    [line] = [line for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    metrics = json.loads(line)
    assert [metrics[name] for name in ("TokensRefreshed", "TokensDied", "EmailsSent")] == [[1.0, 1.0], [1.0], [1.0]]


def test_what_cannot_be_done_now_comes_again(token_sweep: ModuleType, world: World, context: object) -> None:
    # Given an install for which Meta does not answer, between two others
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
    with noted(aws.sqs(), "sqs.ChangeMessageVisibility") as put_off:
        assert failed(token_sweep.handler(messages(install), context)) == ["message-0"]

    assert [each["VisibilityTimeout"] for each in put_off] == [3600]


def test_on_the_last_try_a_throttled_refresh_is_left_for_tomorrow(
    token_sweep: ModuleType, world: World, context: object
) -> None:
    install = world.connected()
    world.pass_days(41)
    world.meta.fail_next(4, path="refresh_access_token")

    assert failed(token_sweep.handler(messages(install, tries=4), context)) == []

    assert world.stored(install).check_day == day_of(world.clock() + DAY)


def test_a_refused_email_is_counted_and_tried_again(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a sender that SES does not know
    install = world.connected(expires_at=world.clock())

    def from_a_stranger(params: dict[str, Any], **_: object) -> dict[str, Any]:
        return {**params, "FromEmailAddress": "stranger@nowhere.example"}

    sending = at_call(aws.sesv2(), "provide-client-params.sesv2.SendEmail", from_a_stranger)
    with sending, logged_by(token_sweep.observer.logger) as log:
        reply = token_sweep.handler(messages(install), context)

    assert failed(reply) == ["message-0"]
    assert '"EmailsRefused":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert "MessageRejected" in log.getvalue()
    assert world.stored(install).second_verify_email_sent_at is None

    # When SES knows it, then the e-mail is sent
    assert failed(token_sweep.handler(messages(install), context)) == []
    assert len(world.mails(install)) == 1


def test_no_log_holds_an_address_or_a_token(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given installs that will be refreshed, or are dead, unreadable, or of an owner whom no e-mail can reach
    installs = [world.connected() for _ in range(3)]
    installs.append(world.connected(token=b"damaged"))
    installs.append(world.connected(owner_email=f"not an address {world.clock()}"))
    tokens = [world.token(each) for each in installs[:3]]
    world.meta.kill_tokens(installs[1].instagram_account)
    world.meta.kill_tokens(installs[4].instagram_account)
    world.pass_days(51)

    with logged_by(token_sweep.observer.logger) as log:
        token_sweep.handler(messages(*installs), context)

    said = log.getvalue() + capsys.readouterr().out
    tokens += [world.token(installs[0])]
    assert "TokensRefreshed" in said
    assert "TokensDied" in said
    assert [each for each in (*tokens, "@owner.example", "not an address", "IGAA") if each in said] == []


def test_a_message_that_cannot_be_read_is_dropped(
    token_sweep: ModuleType, world: World, context: object, capsys: pytest.CaptureFixture[str]
) -> None:
    install = world.connected()
    event = queue_event({"install": "instagram-0"}, {"install": install.id}, "{")

    assert failed(token_sweep.handler(event, context)) == []

    assert '"TokenJobsGivenUp":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_what_there_is_no_time_for_comes_again(token_sweep: ModuleType, world: World) -> None:
    times = iter([120_000, 59_000, 59_000])
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: next(times), function_name="function")

    assert failed(token_sweep.handler(queue_event(*[{"install": "a"}] * 3), context)) == ["message-1", "message-2"]


def test_the_sample_messages_are_read(token_sweep: ModuleType, context: object) -> None:
    assert failed(token_sweep.handler(sample("token_sweep", "queue"), context)) == []
