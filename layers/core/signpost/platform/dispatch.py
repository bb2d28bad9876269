"""Plain dispatch of an HTTP API's events, for functions whose cold start cannot afford Powertools' resolver.

`unexpected` is shared with `json_api`, so every API replies to a defect in the same way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from signpost.platform.errors import NotFound, SignpostError, Unexpected
from signpost.platform.http import Event, Reply, allow
from signpost.platform.metrics import count
from signpost.platform.routes import find, without_slash

Route = Callable[..., Reply]  # takes the features given to `dispatch`, then the event


def dispatch(
    routes: Mapping[str, Route],
    event: Event,
    context: Any,
    refusal: Callable[[SignpostError], Reply],
    *features: object,
) -> Reply:
    """The reply of the request's route, which finds the path's variables in the event; `refusal` replies to errors.

    `routes` are by method and path, such as `GET /links/{id}`: see `platform.routes`.
    """
    try:
        try:
            route, parameters = find(routes, event)
        except NotFound:
            sent_on = without_slash(event)
            if sent_on is None:
                raise
            return sent_on
        return route(*features, {**event, "pathParameters": parameters})
    except SignpostError as error:
        made = refusal(error)
        return {**made, "headers": {**made["headers"], **allow(error)}}
    except Exception as error:  # noqa: BLE001  (logged, with where it comes from)
        return refusal(unexpected(error, context))


def unexpected(error: Exception, context: Any) -> Unexpected:
    """Log and count an unexpected exception. Returns the error for the caller, which has only the request's id."""
    Logger().error("unexpected error", exc_info=error)
    count("UnexpectedErrors")
    return Unexpected(context.aws_request_id)
