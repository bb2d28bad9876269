"""Calls of SES and SNS that send something, and the errors after which it was certainly not sent.

Common errors: https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  (botocore's: no connection was made)
    CredentialRetrievalError,
    NoCredentialsError,
    ParamValidationError,
)

from signpost.platform.aws import error_code
from signpost.platform.sending import MaybeSent, NotSent

T = TypeVar("T")

_SERVER_ERROR: Final = 500
_NOT_NOW: Final = 503  # refused before the service did anything
_TOO_MANY: Final = 429
# The request did not reach the service.
_NEVER_LEFT: Final = (ConnectionError, NoCredentialsError, CredentialRetrievalError, ParamValidationError)
_THROTTLED: Final = ("Throttled", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException")


def sent(call: Callable[[], T], named: Mapping[str, type[Exception]] | None = None) -> T:
    """The reply to a call of a client that does not retry. `named`: errors to raise instead for these codes.

    Raises:
        NotSent: it was not sent.
        MaybeSent: it may have been sent.
    """
    error: Exception
    try:
        return call()
    except ClientError as refused:
        error = _refused(refused, named or {})
    except BotoCoreError as failed:
        reason = type(failed).__name__
        left = not isinstance(failed, _NEVER_LEFT)
        error = MaybeSent(reason) if left else NotSent(reason, is_passing=not isinstance(failed, ParamValidationError))
    # Raised out here, because those errors may quote the address.
    raise error


def _refused(error: ClientError, named: Mapping[str, type[Exception]]) -> Exception:
    metadata: Mapping[str, Any] = error.response.get("ResponseMetadata", {})
    status, code = metadata.get("HTTPStatusCode", 0), error_code(error)
    if code in named:
        return named[code]()
    if status >= _SERVER_ERROR and status != _NOT_NOW:
        return MaybeSent(code)
    return NotSent(code, is_passing=status in (_NOT_NOW, _TOO_MANY) or code in _THROTTLED)
