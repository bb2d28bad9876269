"""Something that happens at a call to AWS, for tests of what others do meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
