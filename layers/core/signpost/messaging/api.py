"""What all routes of the messaging API have in common: who calls, how requests are read, and the envelope."""

from collections.abc import Callable
from typing import Any, Final

from signpost.messaging import callers, envelope, intake
from signpost.messaging.callers import Caller
from signpost.platform.compression import compressed
from signpost.platform.dispatch import unexpected
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, retry_after
from signpost.platform.json_api import JsonApi

_V1: Final = "application/vnd.co.hollerback-v1+json"


class MessagingApi(JsonApi):
    """A resolver whose routes know their `caller`. `admit`: who has an access token; None for routes without one."""

    def __init__(self, admit: Callable[[str], Caller] | None = None) -> None:
        super().__init__(envelope.error_body, ignore_unknown=True)
        self._admit = admit
        self._caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        if self._caller is None:
            raise RuntimeError("this route admits everybody")
        return self._caller

    def is_v1(self) -> bool:
        """Whether the app wants version 1 of the messages' shape. Older apps know no text messages."""
        return _V1 in (header(self.current_event.raw_event, "accept") or "")

    def resolve(self, event: Event, context: Any) -> Reply:
        self._caller = None
        try:
            read = intake.read(event)
            if self._admit is not None:
                self._caller = self._admit(callers.given_token(read))
        except Exception as error:  # noqa: BLE001  (logged, with where it comes from)
            known = error if isinstance(error, SignpostError) else unexpected(error, context)
            return json_reply(known.status, envelope.error_body(known), retry_after(known))
        return compressed(event, super().resolve(read, context))
