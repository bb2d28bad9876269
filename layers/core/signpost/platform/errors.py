"""Signpost's errors.

SignpostError
├── InvalidInput        400  the request cannot be read at all
├── NotAuthenticated    401  no credentials, or wrong ones
├── Forbidden           403  whoever it is, they may not do this
├── NotFound            404  it does not exist
├── MethodNotAllowed    405  the address takes `allowed` only
├── Conflict            409  it is taken, or somebody else changed it at the same time
├── PreconditionFailed  412  it has changed since the caller saw it
├── WrongMediaType      415  the body's content type is not accepted
├── InvalidField        422  the request can be read, but a value is not allowed
├── TooManyRequests     429  try again after `retry_after` seconds
├── Unexpected          500  a bug; the log has the details
└── Unavailable         503  a service we depend on did not answer; try again

Each has a `code` for programs, an HTTP `status`, and `retryable`: whether a queue consumer should have the message
delivered again. The text is for the person who sent the request, and says what to do.
"""

from collections.abc import Sequence
from typing import ClassVar


class SignpostError(Exception):
    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False


class InvalidInput(SignpostError):
    code = "invalid_input"
    status = 400


class NotAuthenticated(SignpostError):
    code = "not_authenticated"
    status = 401


class Forbidden(SignpostError):
    code = "forbidden"
    status = 403


class NotFound(SignpostError):
    code = "not_found"
    status = 404


class MethodNotAllowed(SignpostError):
    code = "method_not_allowed"
    status = 405

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(f"This address takes {', '.join(allowed)} only.")
        self.allowed = allowed


class Conflict(SignpostError):
    code = "conflict"
    status = 409


class PreconditionFailed(SignpostError):
    code = "precondition_failed"
    status = 412


class WrongMediaType(SignpostError):
    code = "wrong_media_type"
    status = 415


class InvalidField(SignpostError):
    code = "invalid_field"
    status = 422


class TooManyRequests(SignpostError):
    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unexpected(SignpostError):
    def __init__(self, request_id: str) -> None:
        super().__init__(f"Something went wrong here. Request {request_id}.")


class Unavailable(SignpostError):
    code = "unavailable"
    status = 503
    retryable = True
