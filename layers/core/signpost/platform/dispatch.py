"""Plain dispatch of an HTTP API's events, for functions whose cold start cannot afford Powertools' resolver.

`unexpected` is shared with `json_api`, so every API replies to a defect in the same way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from signpost.platform.errors import NotFound, SignpostError, Unexpected
from signpost.platform.http import Event, Reply
from signpost.platform.metrics import count

Route = Callable[..., Reply]  # takes the features given to `dispatch`, then the event


def dispatch(
    routes: Mapping[str, Route],
    event: Event,
    context: Any,
    refusal: Callable[[SignpostError], Reply],
    *features: object,
) -> Reply:
    """The reply of the route under the event's route key, such as `GET /instagram`; `refusal` replies to errors."""
    try:
        return routes.get(event["routeKey"], _nothing)(*features, event)
    except SignpostError as error:
        return refusal(error)
    except Exception as error:  # noqa: BLE001  (logged, with where it comes from)
        return refusal(unexpected(error, context))


def unexpected(error: Exception, context: Any) -> Unexpected:
    """Log and count an unexpected exception. Returns the error for the caller, which has only the request's id."""
    Logger().error("unexpected error", exc_info=error)
    count("UnexpectedErrors")
    return Unexpected(context.aws_request_id)


def _nothing(*_: object) -> Reply:
    raise NotFound("There is nothing at this address.")
