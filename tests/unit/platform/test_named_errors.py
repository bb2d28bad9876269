"""Which of AWS's errors may go away by themselves. Each is listed here as AWS documents it, not as our code does."""

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

# The codes that DynamoDB, SQS, KMS, S3, EventBridge and Secrets Manager answer with status 400.
TRANSIENT = (
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "Throttling",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
)
# "CancellationReasons" in DynamoDB's API reference, TransactWriteItems.
TRANSIENT_REASONS = ("TransactionConflict", "ThrottlingError")
DEFECTS = (
    "ValidationException",
    "AccessDeniedException",
    "ResourceNotFoundException",
    "ConditionalCheckFailedException",
)
DEFECT_REASONS = ("None", "ConditionalCheckFailed", "ItemCollectionSizeLimitExceeded", "ValidationError")


def error(code: str, *reasons: str, status: int = 400) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": "m"},
        "CancellationReasons": [{"Code": each} for each in reasons],
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "Some")  # type: ignore[arg-type]  # the stubs know no reasons


def cancelled(*reasons: str) -> ClientError:
    return error("TransactionCanceledException", *reasons)


@pytest.mark.parametrize(
    "raised",
    [
        *(pytest.param(error(code), id=code) for code in TRANSIENT),
        *(pytest.param(cancelled("None", reason), id=reason) for reason in TRANSIENT_REASONS),
        *(pytest.param(cancelled("ConditionalCheckFailed", reason), id=f"{reason}-2") for reason in TRANSIENT_REASONS),
        pytest.param(error("Whatever", status=500), id="500"),
        pytest.param(error("Whatever", status=503), id="503"),
        pytest.param(ConnectTimeoutError(endpoint_url="https://e"), id="no answer"),
    ],
)
def test_what_may_go_away_names_the_service_and_keeps_its_cause(raised: Exception) -> None:
    with (
        pytest.raises(Unavailable, match=r"^The shelf is not answering; try again\.$") as caught,
        named_errors("The shelf"),
    ):
        raise raised

    assert caught.value.__cause__ is raised


@pytest.mark.parametrize(
    "raised",
    [
        *(pytest.param(error(code), id=code) for code in DEFECTS),
        pytest.param(error("Whatever", status=499), id="499"),
        pytest.param(cancelled(), id="cancelled"),
        pytest.param(cancelled(*DEFECT_REASONS), id="cancelled for other reasons"),
        pytest.param(KeyError("x"), id="ours"),
    ],
)
def test_any_other_error_is_a_defect_and_passes_as_it_is(raised: Exception) -> None:
    with pytest.raises(type(raised)) as caught, named_errors("The shelf"):
        raise raised

    assert caught.value is raised
