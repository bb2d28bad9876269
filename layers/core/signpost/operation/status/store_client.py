"""Whether stores answer: each is asked for something that is not there."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from signpost.platform.aws import named_errors
from signpost.platform.dynamodb import Table
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


def ask_table(client: "DynamoDBClient", table: str, key: Mapping[str, str]) -> bool:
    """Raises `Unavailable`, also if there is no such table."""
    try:
        return Table(client, table).get(key) is None
    except ClientError as error:
        raise Unavailable("The table cannot be read.") from error


def ask_bucket(client: "S3Client", bucket: str) -> bool:
    """Raises `Unavailable`, also if there is no such bucket."""
    try:
        with named_errors("The bucket"):
            client.head_bucket(Bucket=bucket)
    except ClientError as error:
        raise Unavailable("The bucket cannot be read.") from error
    return True
