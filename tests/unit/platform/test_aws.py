"""Which of AWS's errors mean that it may work later."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.retries.standard import ThrottledRetryableChecker

from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

DIRECT = [
    *("InternalServerError", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"),
    *("TransactionConflictException", "TransactionInProgressException"),  # of DynamoDB
    *("RequestThrottled", "AWS.SimpleQueueService.RequestThrottled", "KmsThrottled"),  # of SQS
    *("TooManyRequestsException", "LimitExceededException", "InternalServiceError", "ServiceUnavailable"),
]
# "TransactWriteItems", DynamoDB API reference: "Cancellation reason codes and possible error messages"
REASONS = ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"]
BOTOCORE: Any = ThrottledRetryableChecker


def error(code: str, *, status: int = 400, reasons: tuple[str, ...] = ()) -> ClientError:
    response: dict[str, object] = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if reasons:
        response["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    return ClientError(response, "Operation")  # type: ignore[arg-type]


def raised(failure: Exception) -> type[Exception]:
    with pytest.raises((Unavailable, ClientError)) as caught, named_errors("The service"):
        raise failure
    return caught.type


@pytest.mark.parametrize("code", DIRECT)
def test_a_throttle_or_a_conflict_may_work_later(code: str) -> None:
    assert raised(error(code)) is Unavailable


@pytest.mark.parametrize("code", sorted({*BOTOCORE._THROTTLED_ERROR_CODES} - {"EC2ThrottledException"}))
def test_what_botocore_takes_for_a_throttle_is_one_here(code: str) -> None:
    assert raised(error(code)) is Unavailable


@pytest.mark.parametrize("reason", REASONS)
def test_so_may_a_transaction_that_was_cancelled_for_one(reason: str) -> None:
    assert raised(error("TransactionCanceledException", reasons=("None", reason))) is Unavailable


@pytest.mark.parametrize("status", [429, 500, 503])
def test_so_may_what_the_status_says(status: int) -> None:
    assert raised(error("Whatever", status=status)) is Unavailable


def test_so_may_what_nobody_answered() -> None:
    assert raised(EndpointConnectionError(endpoint_url="/")) is Unavailable


@pytest.mark.parametrize("reason", ["ConditionalCheckFailed", "ValidationError", "ItemCollectionSizeLimitExceeded"])
def test_anything_else_would_fail_again(reason: str) -> None:
    assert raised(error("TransactionCanceledException", reasons=("None", reason))) is ClientError
    assert raised(error(reason)) is ClientError
