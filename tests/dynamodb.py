"""Items read and written through boto3 itself, not through the kit that tests check."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_dynamodb.service_resource import Table

Item = dict[str, Any]


@cache
def _dynamodb() -> "DynamoDBServiceResource":
    return boto3.resource("dynamodb")


def table(name: str) -> "Table":
    return _dynamodb().Table(name)


def put(name: str, *items: Mapping[str, Any]) -> None:
    with table(name).batch_writer() as batch:
        for item in items:
            batch.put_item(Item=exact(item))


def get(name: str, **key: str) -> Item:
    """Returns an empty dict when there is no such item."""
    return dict(table(name).get_item(Key=key, ConsistentRead=True).get("Item", {}))


def items(name: str) -> list[Item]:
    pages = _dynamodb().meta.client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    return [dict(item) for page in pages for item in page["Items"]]


def exact(value: Any) -> Any:
    """With decimals for floats, which boto3 does not accept."""
    if isinstance(value, Mapping):
        return {name: exact(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [exact(each) for each in value]
    return Decimal(str(value)) if isinstance(value, float) else value
