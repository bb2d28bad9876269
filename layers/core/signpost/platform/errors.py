"""Everything that Signpost itself can say went wrong.

SignpostError
├── InvalidInput        400  what was sent cannot be read at all
├── NotAuthenticated    401  no credentials, or wrong ones
├── NotFound            404  there is no such thing
├── Conflict            409  somebody else has it, or changed it at the same time
├── PreconditionFailed  412  it is not in the state the caller saw
├── InvalidField        422  it can be read, but a value is not allowed
├── Unexpected          500  a defect of ours; the log has the rest
└── Unavailable         503  a service we depend on did not answer: worth another try

Each has a `code` for programs, an HTTP `status`, and `retryable`, which tells a queue consumer whether to
have the record delivered again. The message is for the person who sent the request: it says what to do.
"""

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


class NotFound(SignpostError):
    code = "not_found"
    status = 404


class Conflict(SignpostError):
    code = "conflict"
    status = 409


class PreconditionFailed(SignpostError):
    code = "precondition_failed"
    status = 412


class InvalidField(SignpostError):
    code = "invalid_field"
    status = 422


class Unexpected(SignpostError):
    def __init__(self, request_id: str) -> None:
        super().__init__(f"Something went wrong here. Request {request_id}.")


class Unavailable(SignpostError):
    code = "unavailable"
    status = 503
    retryable = True
