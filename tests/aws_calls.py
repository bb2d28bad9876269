"""Something that happens at a call to AWS, for tests of what others do meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any


@contextmanager
def at_call(client: Any, event: str, act: Callable[..., Any]) -> Iterator[None]:
    """Have `act` done at each of botocore's events of this name, such as `before-call.sqs.SendMessageBatch`."""
    client.meta.events.register(event, act)
    try:
        yield
    finally:
        client.meta.events.unregister(event, act)


@contextmanager
def just_before(client: Any, operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Have `act` done once, before the first call of this name, such as `dynamodb.TransactWriteItems`."""
    acts = [act]

    def act_once(**_: object) -> None:
        while acts:
            acts.pop()()

    with at_call(client, f"before-call.{operation}", act_once):
        yield
    assert not acts, f"{operation} was not called"


@contextmanager
def answered(client: Any, operation: str, reply: Callable[[Any], Any]) -> Iterator[None]:
    """Have calls of this name answered with what `reply` makes of their parameters. AWS is not called."""

    def answer(params: Any, **_: object) -> tuple[SimpleNamespace, Any]:
        return SimpleNamespace(status_code=200), reply(params)

    with at_call(client, f"before-call.{operation}", answer):
        yield
