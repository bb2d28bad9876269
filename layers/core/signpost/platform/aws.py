"""AWS clients, all with the same time-outs and retries, and the meaning of what they raise."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

# DynamoDB and its neighbours answer in milliseconds: a second without a word is a lost connection, and the next
# of the three tries is worth more than waiting on.
CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)

# Botocore's checks of a request are half of what an update of 200 counters costs, and DynamoDB makes them all again.
TABLE_CONFIG = CONFIG.merge(Config(parameter_validation=False))

# botocore tells at INFO, once a cold start and client, where it found its credentials.
logging.getLogger("botocore").setLevel(logging.WARNING)

_TRANSIENT = {
    "InternalServerError",
    "InternalServiceError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TransactionConflict",
    "TransactionConflictException",
    "TransactionInProgressException",
}


@cache
def dynamodb_json() -> "DynamoDBClient":
    """A client for `platform.dynamodb.Table`."""
    return with_json_replies(boto3.client("dynamodb", config=TABLE_CONFIG))


def with_json_replies(client: "DynamoDBClient") -> "DynamoDBClient":
    """Have the client leave what it reads as DynamoDB sends it, binary values in base 64. No key may be binary.

    Botocore holds each value against all the types that it may have: for 25 posts, more than half a query's CPU.
    """
    for operation in ("GetItem", "BatchGetItem", "Query"):
        client.meta.events.register(f"before-parse.dynamodb.{operation}", _read_json)
    return client


def _read_json(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object) -> None:
    if response_dict["status_code"] == HTTPStatus.OK:
        with suppress(ValueError):  # damaged on its way: botocore will miss the checksum, and ask again
            customized_response_dict |= json.loads(response_dict["body"])
            response_dict["body"] = b"{}"


@cache
def events() -> "EventBridgeClient":
    return boto3.client("events", config=CONFIG)


@cache
def kms() -> "KMSClient":
    return boto3.client("kms", config=CONFIG)


@cache
def s3() -> "S3Client":
    return boto3.client("s3", config=CONFIG)


@cache
def secretsmanager() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def sesv2() -> "SESV2Client":
    # One try: SES has no token that makes a second one safe, and an e-mail is sent once.
    return boto3.client("sesv2", config=CONFIG.merge(Config(retries={"total_max_attempts": 1}, read_timeout=10)))


@cache
def sqs() -> "SQSClient":
    return boto3.client("sqs", config=CONFIG)


def error_code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def cancellation_codes(error: ClientError) -> tuple[str, ...]:
    """Why a transaction was cancelled: a code for each of its actions."""
    reasons: Any = error.response.get("CancellationReasons", ())
    return tuple(reason.get("Code", "") for reason in reasons)


@contextmanager
def named_errors(service: str) -> Iterator[None]:
    """Raise `Unavailable` for errors that pass: throttling, time-outs, 5xx. Any other is a bug and stays as it is."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and not _is_transient(error):
            raise
        raise Unavailable(f"{service} is not answering; try again.") from error


def _is_transient(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or not _TRANSIENT.isdisjoint(
        (error_code(error), *cancellation_codes(error))
    )
