"""AWS in this process, for adapters that need only one service."""

from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from signpost.platform import aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient


@pytest.fixture(scope="module")
def dynamodb() -> "Iterator[DynamoDBClient]":
    with mock_aws():
        yield aws.with_json_replies(other_dynamodb())


@pytest.fixture(scope="module")
def sqs() -> "Iterator[SQSClient]":
    with mock_aws():
        yield boto3.client("sqs", region_name="us-east-1", endpoint_url="https://sqs.us-east-1.amazonaws.com")


def other_dynamodb() -> "DynamoDBClient":
    """A plain boto3 client. Its address is fixed because the environment may name the server of other tests."""
    address = "https://dynamodb.us-east-1.amazonaws.com"
    return boto3.client("dynamodb", region_name="us-east-1", endpoint_url=address, config=aws.TABLE_CONFIG)
