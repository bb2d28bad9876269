"""An EventBridge bus for other systems to listen to."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

_AT_ONCE: Final = 10  # EventBridge's limit for one call


class EventBus:
    """`client` is called for the first event, which many a run never sends."""

    def __init__(self, client: "Callable[[], EventBridgeClient]", name: str, source: str) -> None:
        self._client, self._name, self._source = client, name, source

    def send(self, kind: str, detail: Mapping[str, object]) -> None:
        """Send one event; `kind` is its `detail-type`.

        Raises:
            Unavailable: it may not be sent. Send it again: listeners recognise an event by an id in its detail.
        """
        self.send_all([(kind, detail)])

    def send_all(self, events: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Send any number of events, each a kind and a detail.

        Raises:
            Unavailable: not all may be sent. Send them all again, likewise.
        """
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "EventBusName": self._name,
                "Source": self._source,
                "DetailType": kind,
                "Detail": json.dumps(detail),
            }
            for kind, detail in events
        ]
        for start in range(0, len(entries), _AT_ONCE):
            with named_errors("The event bus"):
                reply = self._client().put_events(Entries=entries[start : start + _AT_ONCE])
            if reply["FailedEntryCount"]:
                raise Unavailable("The event bus did not take the event; try again.")
