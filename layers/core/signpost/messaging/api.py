"""What all routes of the messaging API have in common: who calls, how requests are read, and the envelope."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from signpost.messaging import callers, envelope, intake
from signpost.messaging.callers import App, Caller
from signpost.messaging.errors import NothingFound
from signpost.platform.compression import compressed
from signpost.platform.dispatch import unexpected
from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, retry_after
from signpost.platform.json_api import JsonApi

if TYPE_CHECKING:
    from signpost.messaging.paging import Listing, Paging

MaxId = Annotated[str | None, Query(alias="max_id", description="`pagination.next_max_id` of the page before.")]
_V1: Final = "application/vnd.co.hollerback-v1+json"


class MessagingApi(JsonApi):
    """A resolver whose routes know their `caller`. `admit`: who has an access token; None for routes without one.

    `paging`: of lists that go on. `open_to_all`: paths that may also be called without a token; one that is given has
    to be right. Addresses may end in a slash: on a redirect, some apps would drop their token.
    """

    def __init__(
        self,
        admit: Callable[[str, App], Caller] | None = None,
        *,
        open_to_all: Collection[str] = (),
        paging: "Paging | None" = None,
    ) -> None:
        super().__init__(envelope.error_body, ignore_unknown=True)
        self._admit, self._open_to_all, self._paging = admit, open_to_all, paging
        self._caller: Caller | None = None

    @property
    def caller(self) -> Caller:
        if self._caller is None:
            raise RuntimeError("this route admits everybody")
        return self._caller

    @property
    def is_anonymous(self) -> bool:
        """Whether a route that is open to all was called without a token."""
        return self._caller is None

    def start(self) -> dict[str, Any] | None:
        """Where the page begins that the caller asks for; None for the first. Raises `BadRequest`."""
        if self._paging is None:
            raise RuntimeError("this API has no pages")
        return self._paging.start(self.current_event.raw_event, self.caller.user)

    def listed(self, listing: "Listing") -> dict[str, Any]:
        """A page in the envelope."""
        if self._paging is None:
            raise RuntimeError("this API has no pages")
        return self._paging.reply(self.current_event.raw_event, self.caller.user, listing)

    def is_v1(self) -> bool:
        """Whether the app wants version 1 of the messages' shape. Older apps know no text messages."""
        return _V1 in (header(self.current_event.raw_event, "accept") or "")

    def resolve(self, event: Event, context: Any) -> Reply:
        self._caller = None
        try:
            read = self._without_slash(intake.read(event))
            token = callers.given_token(read)
            if self._admit is not None and (token or read["rawPath"] not in self._open_to_all):
                self._caller = self._admit(token, callers.given_app(read))
        except Exception as error:  # noqa: BLE001  (logged, with where it comes from)
            known = error if isinstance(error, SignpostError) else unexpected(error, context)
            return json_reply(known.status, envelope.error_body(known), retry_after(known))
        return compressed(event, super().resolve(read, context))

    def nothing_here(self, methods: Iterable[str]) -> SignpostError:
        found = super().nothing_here(methods)
        return NothingFound() if isinstance(found, NotFound) else found

    def _without_slash(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event as if its path did not end in a slash, if there is a route then."""
        path = event["rawPath"].rstrip("/")
        return {**event, "rawPath": path} if self.methods(path) else event
