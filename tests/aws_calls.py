"""What tests do at calls to AWS: note them, answer them, have them fail, or have something else happen first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from signpost.platform.errors import Unavailable


@contextmanager
def at_call(client: Any, event: str, act: Callable[..., Any]) -> Iterator[None]:
    """Run `act` at each of botocore's events of this name, such as `before-call.sqs.SendMessageBatch`."""
    client.meta.events.register(event, act)
    try:
        yield
    finally:
        client.meta.events.unregister(event, act)


@contextmanager
def noted(client: Any, operation: str) -> Iterator[list[dict[str, Any]]]:
    """The parameters of each call of this operation, such as `sqs.SendMessageBatch`."""
    calls: list[dict[str, Any]] = []
    with at_call(client, f"provide-client-params.{operation}", lambda params, **_: calls.append(params)):
        yield calls


@contextmanager
def failing(client: Any, operation: str, error: Exception | None = None) -> Iterator[None]:
    """Each call of this operation raises the error, `Unavailable` by default. AWS is not called."""

    def fail(**_: object) -> None:
        raise error or Unavailable("not now")

    with at_call(client, f"before-call.{operation}", fail):
        yield


@contextmanager
def just_before(client: Any, operation: str, act: Callable[[], object]) -> Iterator[None]:
    """Run `act` once, before the first call of this operation."""
    acts = [act]

    def act_once(**_: object) -> None:
        while acts:
            acts.pop()()

    with at_call(client, f"before-call.{operation}", act_once):
        yield
    assert not acts, f"{operation} was not called"


@contextmanager
def answered(client: Any, operation: str, reply: Callable[[Any], Any]) -> Iterator[None]:
    """Answer each call of this operation with what `reply` makes of its parameters. AWS is not called."""

    def answer(params: Any, **_: object) -> tuple[SimpleNamespace, Any]:
        return SimpleNamespace(status_code=200), reply(params)

    with at_call(client, f"before-call.{operation}", answer):
        yield
