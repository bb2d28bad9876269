"""What happens to messages, one by one and all together."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from types import SimpleNamespace
from typing import Any

import pytest

from signpost.platform import correlation
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.errors import InvalidInput, SignpostError, Unavailable
from signpost.platform.observe import Observer
from tests.logs import logged_by

CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 60_000)


class Throttled(Unavailable):
    retry_after = 3600


class Queue:
    """A queue that records for how long each message was put off, or does not answer."""

    def __init__(self) -> None:
        self.put_off_for = dict[str, float]()
        self.answers = True

    def put_off(self, receipt_handle: str, seconds: float) -> None:
        if not self.answers:
            raise Unavailable("The queue is not answering; try again.")
        self.put_off_for[receipt_handle] = seconds


class World:
    def __init__(self, **options: Any) -> None:
        self.queue, self.observer = Queue(), Observer()
        queue: Any = self.queue
        self.processor = SignpostBatchProcessor(
            self.observer, queue, given_up="given up", given_up_metric="GivenUp", put_off="put off", **options
        )
        self.log: Any = None

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def counted(self) -> dict[str, list[float]]:
        return {name: metric["Value"] for name, metric in self.observer._metrics.metric_set.items()}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "some_consumer")
    yield
    correlation.current_id.set(None)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    with logged_by(made.observer.logger) as made.log:
        yield made


def event(*bodies: object, receives: int = 1, request_ids: tuple[str | None, ...] = ()) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"handle-{number}",
                "body": json.dumps(body),
                "attributes": {"ApproximateReceiveCount": str(receives)},
                "messageAttributes": {"correlation_id": {"stringValue": each, "dataType": "String"}} if each else {},
            }
            for number, (body, each) in enumerate(zip_longest(bodies, request_ids), start=1)
        ]
    }


def reported(*numbers: int) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": f"message-{number}"} for number in numbers]}


def failing(error: Exception, *, at: object) -> Any:
    def take(message: Message) -> object:
        if message.json() == at:
            raise error
        return message.json()

    return take


# ---------------------------------------------------------------------------------------------------- one by one
def test_each_message_is_handled_with_the_number_of_its_deliveries(world: World) -> None:
    taken: list[Message] = []

    reply = world.processor.each(event({"install": "a"}, {"install": "b"}, receives=3), CONTEXT, taken.append)

    assert reply == reported()
    found = [(each.json()["install"], each.receives, each.id) for each in taken]
    assert found == [("a", 3, "message-1"), ("b", 3, "message-2")]
    assert (world.lines(), world.counted()) == ([], {})


def test_a_message_that_can_never_succeed_is_given_up(world: World) -> None:
    error = InvalidInput("There is no install in it.")

    reply = world.processor.each(event("bad", "good"), CONTEXT, failing(error, at="bad"))

    assert reply == reported()
    (line,) = world.lines()
    assert (line["level"], line["message"], line["message_id"]) == ("ERROR", "given up", "message-1")
    assert line["reason"] == "InvalidInput: There is no install in it."
    assert world.counted() == {"GivenUp": [1.0]}
    assert world.queue.put_off_for == {}


def test_a_message_that_is_not_json_is_given_up_and_not_logged(world: World) -> None:
    broken = event("x")
    broken["Records"][0]["body"] = '{"token": '

    assert world.processor.each(broken, CONTEXT, Message.json) == reported()

    assert world.lines()[0]["reason"] == "InvalidInput: The message is not JSON."
    assert "token" not in world.log.getvalue()


@pytest.mark.parametrize(("receives", "seconds"), [(1, 30), (2, 60), (5, 480), (6, 900), (1000, 900)])
def test_a_message_that_may_succeed_later_is_put_off_longer_each_time(
    world: World, receives: int, seconds: int
) -> None:
    error = Unavailable("The install table is not answering; try again.")

    reply = world.processor.each(event("bad", "good", receives=receives), CONTEXT, failing(error, at="bad"))

    assert reply == reported(1)
    assert world.queue.put_off_for == {"handle-1": seconds}
    (line,) = world.lines()
    assert (line["level"], line["message"], line["message_id"]) == ("WARNING", "put off", "message-1")
    assert line["reason"] == "Unavailable: The install table is not answering; try again."
    assert world.counted() == {}


def test_an_error_may_say_how_long_to_wait(world: World) -> None:
    world.processor.each(event("bad"), CONTEXT, failing(Throttled("Not now."), at="bad"))

    assert world.queue.put_off_for == {"handle-1": 3600}


def test_the_first_wait_is_the_consumers_own() -> None:
    world = World(first_wait=60)

    with logged_by(world.observer.logger):
        world.processor.each(event("bad", receives=2), CONTEXT, failing(Unavailable("No."), at="bad"))

    assert world.queue.put_off_for == {"handle-1": 120}


def test_a_message_that_cannot_be_put_off_is_reported_all_the_same(world: World) -> None:
    world.queue.answers = False

    reply = world.processor.each(event("bad", "good"), CONTEXT, failing(Unavailable("No."), at="bad"))

    assert reply == reported(1)


def test_any_other_error_is_a_defect_and_the_message_is_delivered_again(world: World) -> None:
    reply = world.processor.each(event("bad", "good"), CONTEXT, failing(KeyError("install"), at="bad"))

    assert reply == reported(1)
    (line,) = world.lines()
    assert (line["level"], line["message"], line["exception_name"]) == ("ERROR", "unexpected error", "KeyError")
    assert line["message_id"] == "message-1"
    assert "raise error" in line["exception"]
    assert world.counted() == {"UnexpectedErrors": [1.0]}
    assert world.queue.put_off_for == {}


def test_a_batch_that_fails_as_a_whole_is_reported_and_not_raised(world: World) -> None:
    assert world.processor.each(event("a", "a"), CONTEXT, failing(Unavailable("No."), at="a")) == reported(1, 2)


def test_a_batch_is_independent_of_the_previous_one(world: World) -> None:
    world.processor.each(event("bad"), CONTEXT, failing(Unavailable("No."), at="bad"))

    assert world.processor.each(event("good"), CONTEXT, lambda _: None) == reported()


def test_messages_for_which_there_is_no_time_are_reported_silently() -> None:
    left = [60_000, 20_001, 19_999]
    world, taken = World(reserve_ms=20_000), list[Message]()
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: left.pop(0))

    with logged_by(world.observer.logger) as world.log:
        reply = world.processor.each(event("a", "b", "c"), context, taken.append)

    assert reply == reported(3)
    assert [each.json() for each in taken] == ["a", "b"]
    assert (world.lines(), world.counted(), world.queue.put_off_for) == ([], {}, {})


# -------------------------------------------------------------------------------------------------- all together
def test_messages_that_could_be_read_are_handled_together(world: World) -> None:
    done: list[list[str]] = []

    reply = world.processor.together(event("a", "bad", "c"), failing(InvalidInput("No."), at="bad"), done.append)

    assert (reply, done) == (reported(), [["a", "c"]])
    assert [(line["message"], line["message_id"]) for line in world.lines()] == [("given up", "message-2")]
    assert world.counted() == {"GivenUp": [1.0]}


def act_failing(error: Exception) -> Any:
    def act(_: list[object]) -> None:
        raise error

    return act


def test_a_failure_puts_off_all_messages_but_those_that_were_given_up(world: World) -> None:
    reply = world.processor.together(
        event("a", "bad", "c", receives=2), failing(InvalidInput("No."), at="bad"), act_failing(Unavailable("Later."))
    )

    assert reply == reported(1, 3)
    assert world.queue.put_off_for == {"handle-1": 60, "handle-3": 60}
    assert [(line["message"], line["message_id"]) for line in world.lines()] == [
        ("given up", "message-2"),
        ("put off", "message-1, message-3"),
    ]


def test_messages_that_cannot_be_put_off_together_are_reported_all_the_same(world: World) -> None:
    world.queue.answers = False

    reply = world.processor.together(event("a", "b"), Message.json, act_failing(Unavailable("No.")))

    assert reply == reported(1, 2)


@pytest.mark.parametrize(
    ("error", "reply", "counted"),
    [
        (SignpostError("Never."), reported(), {"GivenUp": [2.0]}),
        (KeyError("account"), reported(1, 2), {"UnexpectedErrors": [1.0]}),
    ],
)
def test_other_errors_are_treated_alike_for_all_together(
    world: World, error: Exception, reply: object, counted: object
) -> None:
    assert world.processor.together(event("a", "b"), Message.json, act_failing(error)) == reply
    assert world.counted() == counted


# ---------------------------------------------------------------------------------------------------- correlation
def test_log_lines_name_the_request_behind_each_message(world: World) -> None:
    def take(message: Message) -> None:
        world.observer.logger.append_keys(**{message.json(): True})
        world.observer.logger.info("taken", current=correlation.current_id.get())

    world.processor.each(event("a", "b", "c", request_ids=("r1", None, "r3")), CONTEXT, take)

    # And the keys that one message appends are gone for the next
    assert [
        (line.get("correlation_id"), line.get("current"), [name for name in "abc" if name in line])
        for line in world.lines()
    ] == [("r1", "r1", ["a"]), (None, None, ["b"]), ("r3", "r3", ["c"])]


@pytest.mark.parametrize(("request_ids", "current"), [(("r1", "r1"), "r1"), (("r1", "r2"), None), (("r1", None), None)])
def test_work_for_several_messages_names_their_request_when_it_is_the_same(
    world: World, request_ids: tuple[str | None, ...], current: str | None
) -> None:
    seen: list[str | None] = []

    def act(_: list[object]) -> None:
        seen.append(correlation.current_id.get())

    world.processor.together(event("a", "b", request_ids=request_ids), Message.json, act)

    assert seen == [current]
