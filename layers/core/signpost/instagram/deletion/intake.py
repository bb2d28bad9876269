"""Takes Meta's notices of people who removed the app or want their data erased, and reports the progress."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.deletion.request import DeletionProgress, Kind, Request, is_code, message, read_form
from signpost.instagram.deletion.views import ConfirmationView
from signpost.platform.clock import Clock
from signpost.platform.errors import NotFound

if TYPE_CHECKING:
    from signpost.instagram.deletion.store import DeletionStore
    from signpost.platform.queue import MessageQueue


class DeletionIntake:
    """`requests` is called when it is needed: most calls are webhooks, whose cold start does without it.

    Every method raises `Unavailable` when AWS does not answer. Those that take a form raise `SignatureInvalid` when
    Meta did not sign it, and `NotARequest` when it names nobody.
    """

    def __init__(
        self,
        apps: Callable[[], MetaApps],
        queue: "MessageQueue",
        requests: "Callable[[], DeletionStore]",
        clock: Clock,
    ) -> None:
        self._apps, self._queue, self._requests, self._clock = apps, queue, requests, clock

    def deauthorize(self, form: bytes) -> None:
        self._queue.send([message(self._read(Kind.DEAUTHORIZE, form))])

    def erase(self, form: bytes, public_url: str) -> ConfirmationView:
        """Returns what Meta shows to the person: a confirmation code, and where to look it up, below `public_url`."""
        request = self._read(Kind.ERASE, form)
        # If it is interrupted in between, nobody has seen the code yet; a repeated request gets the same one.
        self._requests().add(request.code, request.received_at)
        self._queue.send([message(request)])
        url = f"{public_url}/instagram/data-deletion/{request.code}"
        return {"url": url, "confirmation_code": request.code}

    def progress(self, code: str) -> DeletionProgress:
        """Raises `NotFound`."""
        found = self._requests().get(code, self._clock()) if is_code(code) else None
        if found is None:
            raise NotFound("There is no request with this code, or it was done more than a year ago.")
        return found

    def _read(self, kind: Kind, form: bytes) -> Request:
        return read_form(kind, form, self._apps().signing_secrets, self._clock())
