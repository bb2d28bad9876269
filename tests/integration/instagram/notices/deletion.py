"""The function that ends connections and erases, with everything that there can be about a person."""

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from signpost.instagram.deletion.request import Request
from signpost.instagram.installs import Install
from tests.integration.instagram.notices.world import World, event

EVENTS = Path(__file__).parents[4] / "events" / "data_deletion"
DONE: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


class Deletion:
    """The handler, and what it puts back into its queue."""

    def __init__(self, module: ModuleType, world: World) -> None:
        self.module, self.world = module, world
        self.again: list[dict[str, Any]] = []
        self.put_off: list[int] = []

    def handle(self, wanted: Request, *, seconds: float = 900, received: int = 1) -> Any:
        left = SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000)
        return self.module.handler(event(wanted, received), left)

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "ChangeMessageVisibility":
            self.put_off.append(params["VisibilityTimeout"])
        else:
            self.again.extend(params["Entries"])


def is_ended(world: World, install: Install) -> bool:
    stored = world.stored(install)
    ended = stored["state"] == "revoked" and not bytes(stored["token"])
    assert ended != bool({"sync", "sync_at", "check_day"} & stored.keys())
    return ended
