"""Queries and bulk items of the data server: quick, and as they were."""

from collections.abc import Iterator
from typing import Any

import pytest

from local.runner.data_server import DataServer
from local.runner.processes import Spawner

NAME = "Queries"


@pytest.fixture(scope="module")
def server() -> Iterator[DataServer]:
    spawner = Spawner()
    made = DataServer(spawner, host="127.0.0.1", port=0, log=print)
    made.client("dynamodb").create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("a", "b", "c")],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}, {"AttributeName": "b", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_c",
                "KeySchema": [
                    {"AttributeName": "c", "KeyType": "HASH"},
                    {"AttributeName": "b", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    items = [
        {"a": {"S": a}, "b": {"S": f"{n:03}"}, **({"c": {"S": "odd"}} if n % 2 else {}), "d": {"B": b"\x00\xff"}}
        for a in ("2", "1")
        for n in range(600, 0, -1)
    ]
    made.put_items(NAME, items)
    yield made
    made.stop()
    spawner.close()


def found(server: DataServer, **query: Any) -> list[str]:
    reply = server.client("dynamodb").query(TableName=NAME, **query)
    return [item["b"]["S"] for item in reply["Items"]]


def values(**named: str) -> dict[str, Any]:
    return {f":{name}": {"S": value} for name, value in named.items()}


def test_items_are_found_in_order_and_between_bounds(server: DataServer) -> None:
    everything = [f"{n:03}" for n in range(1, 601)]
    assert found(server, KeyConditionExpression="a = :a", ExpressionAttributeValues=values(a="1")) == everything

    between = {
        "KeyConditionExpression": "a = :a AND b BETWEEN :x AND :y",
        "ExpressionAttributeValues": values(a="1", x="010", y="012"),
    }
    assert found(server, **between) == ["010", "011", "012"]
    assert found(server, **between, ScanIndexForward=False, Limit=2) == ["012", "011"]
    start = {"a": {"S": "1"}, "b": {"S": "010"}}
    assert found(server, **between, ExclusiveStartKey=start) == ["011", "012"]
    assert found(server, KeyConditionExpression="a = :a", ExpressionAttributeValues=values(a="none")) == []


def test_an_index_holds_only_what_has_its_keys_and_in_order(server: DataServer) -> None:
    query = {"IndexName": "by_c", "KeyConditionExpression": "c = :c", "ExpressionAttributeValues": values(c="odd")}

    assert found(server, **query) == [f"{n:03}" for n in range(1, 601, 2) for _ in range(2)]


def test_items_that_were_put_at_once_can_be_read_and_changed(server: DataServer) -> None:
    client, key = server.client("dynamodb"), {"a": {"S": "2"}, "b": {"S": "001"}}
    assert client.get_item(TableName=NAME, Key=key)["Item"]["d"] == {"B": b"\x00\xff"}

    client.update_item(
        TableName=NAME, Key=key, UpdateExpression="SET e = :e", ExpressionAttributeValues={":e": {"N": "1"}}
    )

    assert client.get_item(TableName=NAME, Key=key)["Item"]["e"] == {"N": "1"}
