"""The envelope of this API's replies: `{"meta": {"code", …}, "data", "pagination"}`."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from signpost.messaging.errors import BadToken
from signpost.platform.errors import SignpostError


class Pagination(NamedTuple):
    """Where a list goes on."""

    next_url: str
    next_max_id: str  # a signed cursor, the parameter `max_id` of that address


def enveloped(data: Any, pagination: Pagination | None = None, **meta: Any) -> dict[str, Any]:
    reply: dict[str, Any] = {"meta": {"code": 200, **meta}, "data": data}
    return reply if pagination is None else {**reply, "pagination": pagination._asdict()}


GREETING: Final = enveloped("Signpost App Api v1")


def error_body(error: SignpostError) -> Mapping[str, object]:
    """An error's reply. One about the access token has `error_type`, and `data`, which is null."""
    if isinstance(error, BadToken):
        return {"meta": {"code": error.status, "error_type": error.code, "msg": str(error)}, "data": None}
    errors = list(getattr(error, "errors", ())) or [str(error)]
    return {"meta": {"code": error.status, "msg": str(error), "errors": errors}}
