"""AWS clients with the same time-outs and retries, and what their errors mean."""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# These services reply in milliseconds: after a second of silence, a retry is better than waiting.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
    max_pool_connections=32,  # /status asks about everything at once; unused ones cost nothing
)

# For calls that only check whether something answers.
QUICK_CONFIG = CONFIG.merge(
    Config(connect_timeout=0.5, read_timeout=0.8, retries={"mode": "standard", "total_max_attempts": 1})
)

# Botocore's checks are half the cost of an update of 200 counters, and DynamoDB repeats them all.
TABLE_CONFIG = CONFIG.merge(Config(parameter_validation=False))

# At INFO, botocore logs at every cold start where each client found its credentials.
logging.getLogger("botocore").setLevel(logging.WARNING)

# Codes of errors, and of the reasons of cancelled transactions, which differ. Sources: "TransactWriteItems" in the
# DynamoDB API reference, "Common errors" in those of the other services.
_TRANSIENT = {
    "BandwidthLimitExceeded",
    "InternalServerError",
    "InternalServiceError",
    "KmsThrottled",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
}


@cache
def cloudwatch() -> "CloudWatchClient":
    return boto3.client("cloudwatch", config=CONFIG)


@cache
def dynamodb() -> "DynamoDBClient":
    """A client for `platform.dynamodb.Table`."""
    return with_json_replies(boto3.client("dynamodb", config=TABLE_CONFIG))


def with_json_replies(client: "DynamoDBClient") -> "DynamoDBClient":
    """Make the client return items as DynamoDB sends them, with binary values in base 64. No key may be binary.

    Botocore tries every type on each value: for 25 posts, that is more than half of a query's CPU.
    """
    for operation in ("GetItem", "BatchGetItem", "Query"):
        client.meta.events.register(f"before-parse.dynamodb.{operation}", _read_json)
    return client


def _read_json(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    if response_dict["status_code"] == HTTPStatus.OK:
        with suppress(ValueError):  # damaged in transit: botocore notices by the checksum, and retries
            customized_response_dict |= json.loads(response_dict["body"])
            response_dict["body"] = b"{}"


@cache
def events() -> "EventBridgeClient":
    return boto3.client("events", config=CONFIG)


@cache
def kms() -> "KMSClient":
    return boto3.client("kms", config=CONFIG)


@cache
def logs() -> "CloudWatchLogsClient":
    return boto3.client("logs", config=CONFIG)


@cache
def s3() -> "S3Client":
    return boto3.client("s3", config=CONFIG.merge(s3_style()))


def s3_style() -> Config:
    # By default, botocore signs links with version 2, which newer buckets refuse, or for the global host, which knows
    # only buckets in us-east-1. The local stack has one host for all buckets.
    style: Literal["path", "virtual"] = "path" if os.environ.get("AWS_ENDPOINT_URL") else "virtual"
    return Config(signature_version="s3v4", s3={"addressing_style": style, "us_east_1_regional_endpoint": "regional"})


@cache
def secretsmanager() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def sesv2() -> "SESV2Client":
    # One try: SES has no idempotency token, and no e-mail may be sent twice.
    return boto3.client("sesv2", config=CONFIG.merge(Config(retries={"total_max_attempts": 1}, read_timeout=10)))


@cache
def sns() -> "SNSClient":
    # One try, likewise.
    return boto3.client("sns", config=CONFIG.merge(Config(retries={"total_max_attempts": 1}, read_timeout=10)))


@cache
def sqs() -> "SQSClient":
    return boto3.client("sqs", config=CONFIG)


@cache
def ssm() -> "SSMClient":
    return boto3.client("ssm", config=CONFIG)


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def cancellation_codes(error: ClientError) -> tuple[str, ...]:
    """Why a transaction was cancelled: a code for each of its actions."""
    reasons: Any = error.response.get("CancellationReasons", ())
    return tuple(reason.get("Code", "") for reason in reasons)


@contextmanager
def named_errors(service: str) -> Iterator[None]:
    """Raise `Unavailable` for transient errors: throttling, time-outs, 5xx. Any other error is a bug and passes."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and not _is_transient(error):
            raise
        raise Unavailable(f"{service} is not answering; try again.") from error


def _is_transient(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    code = error_code(error).rpartition(".")[2]  # SQS puts names before some, such as `AWS.SimpleQueueService`
    return not _TRANSIENT.isdisjoint((code, *cancellation_codes(error)))
