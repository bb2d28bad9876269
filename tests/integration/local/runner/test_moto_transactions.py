"""Transactions of the data server: quick, and as they were."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.aws import Aws


@pytest.fixture
def table(data: Aws) -> Any:
    """A table with one item, and a client for it."""
    client = data.client("dynamodb")
    client.create_table(
        TableName="Transactions",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("a", "b")],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    client.put_item(TableName="Transactions", Item={"a": {"S": "1"}, "b": {"S": "1"}, "n": {"N": "1"}})
    yield client
    client.delete_table(TableName="Transactions")


def update(b: str, condition: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "Transactions",
            "Key": {"a": {"S": "1"}, "b": {"S": b}},
            "UpdateExpression": "ADD n :one",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


def numbers(client: Any) -> dict[str, str]:
    return {each["b"]["S"]: each["n"]["N"] for each in client.scan(TableName="Transactions")["Items"]}


def test_a_transaction_that_fails_changes_nothing(table: Any) -> None:
    put = {"Put": {"TableName": "Transactions", "Item": {"a": {"S": "1"}, "b": {"S": "2"}, "n": {"N": "9"}}}}

    with pytest.raises(ClientError) as failed:
        table.transact_write_items(
            TransactItems=[update("1", "attribute_exists(n)"), put, update("3", "attribute_exists(n)")]
        )

    assert [each["Code"] for each in failed.value.response["CancellationReasons"]] == [
        "None",
        "None",
        "ConditionalCheckFailed",
    ]
    assert numbers(table) == {"1": "1"}
    # And what comes after it works
    table.transact_write_items(TransactItems=[update("1", "attribute_exists(n)"), put])
    assert numbers(table) == {"1": "2", "2": "9"}


def test_whoever_reads_the_stream_goes_on_after_a_transaction_that_fails(data: Aws, table: Any) -> None:
    # Given a reader of the stream
    streams = data.client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName="Transactions")["Streams"]
    (shard,) = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
    reader = streams.get_shard_iterator(
        StreamArn=stream["StreamArn"], ShardId=shard["ShardId"], ShardIteratorType="LATEST"
    )["ShardIterator"]

    # When a transaction fails, and another one does not
    with pytest.raises(ClientError):
        table.transact_write_items(TransactItems=[update("2", "attribute_not_exists(n)"), update("3", "n = :one")])
    table.transact_write_items(TransactItems=[update("1", "n = :one")])

    # Then it reads what the second one wrote, and nothing else
    read = streams.get_records(ShardIterator=reader)["Records"]
    assert [each["dynamodb"]["Keys"]["b"] for each in read] == [{"S": "1"}]
