"""The table kit against DynamoDB's stand-in."""

import json
import uuid
from base64 import b64encode
from functools import reduce
from operator import and_
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, EndpointConnectionError

from signpost.platform.dynamodb import CONDITION_FAILED, Attr, Change, Item, Key, Table, _typed
from signpost.platform.errors import Unavailable
from tests.aws_calls import answered, noted
from tests.integration.platform.conftest import other_dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ID = {"owner": "nora", "item": "a"}


def made(client: "DynamoDBClient") -> Table:
    name = f"table-{uuid.uuid4().hex}"
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("owner", "item", "kind")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_kind",
                "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return Table(client, name, "The shelf")


@pytest.fixture
def table(dynamodb: "DynamoDBClient") -> Table:
    return made(dynamodb)


def filled(table: Table, *, count: int) -> list[Item]:
    items = [{"owner": "nora", "item": f"{number:03}", "number": number, "kind": "loaf"} for number in range(count)]
    table.batch_write(put=items)
    return items


def recorded(client: "DynamoDBClient") -> list[Item]:
    """The parameters of each query from now on."""
    queries: list[Item] = []
    client.meta.events.register("provide-client-params.dynamodb.Query", lambda params, **_: queries.append(params))
    return queries


def broken(method: str, error: Exception) -> Table:
    def fail(**_: object) -> None:
        raise error

    client: Any = type("Broken", (), {method: staticmethod(fail)})
    return Table(client, "table", "The shelf")


# -------------------------------------------------------------------------------------------------------- values
def test_an_item_comes_out_as_it_went_in(table: Table) -> None:
    item: Item = {
        **ID,
        "whole": 12,
        "large": 2**100,
        "time": 1_795_244_400.25,
        "bytes": b"\x00\xff",
        "none": None,
        "flag": False,
        "texts": {"a", "b"},
        "numbers": {1, 2.5},
        "blobs": {b"a"},
        "list": [1, "a", [b"c"], {"x": 0.5}],
        "empty": {},
    }

    table.put(item)

    assert table.get(ID) == item
    assert Table(other_dynamodb(), table.name).get(ID) == item


def test_an_item_that_was_never_written_is_none(table: Table) -> None:
    assert table.get(ID) is None


# ------------------------------------------------------------------------------------------------------- queries
def test_all_items_come_in_the_order_of_their_keys(table: Table) -> None:
    items = filled(table, count=7)

    assert list(table.items(Key("owner").eq("nora"))) == items
    assert list(table.items(Key("owner").eq("nora"), newest_first=True)) == items[::-1]
    assert list(table.items(Key("owner").eq("nora") & Key("item").between("002", "004"))) == items[2:5]
    assert list(table.items(Key("owner").eq("nora"), after={"owner": "nora", "item": "000"})) == items[1:]


def test_a_query_continues_from_page_to_page(table: Table) -> None:
    items = filled(table, count=5)

    pages = list(table.pages(Key("owner").eq("nora"), limit=2))

    assert [page.items for page in pages] == [items[:2], items[2:4], items[4:]]
    assert [page.last and page.last["item"] for page in pages] == ["001", "003", None]


def test_a_page_is_read_only_when_it_is_needed(dynamodb: "DynamoDBClient", table: Table) -> None:
    filled(table, count=4)
    queries = recorded(dynamodb)

    next(table.items(Key("owner").eq("nora"), limit=1))

    assert len(queries) == 1


def test_an_index_is_queried_by_its_name(table: Table) -> None:
    items = filled(table, count=3)

    found = list(table.items(Key("kind").eq("loaf"), index="by_kind", limit=2))

    assert sorted(found, key=lambda item: str(item["item"])) == items


def test_items_that_a_filter_leaves_out_count_towards_the_page(table: Table) -> None:
    filled(table, count=5)
    odd = reduce(and_, [Attr("number").ne(number) for number in (0, 2, 4)])

    pages = table.pages(Key("owner").eq("nora"), where=odd, limit=2)

    assert [[item["number"] for item in page.items] for page in pages] == [[1], [3], []]


def test_only_some_attributes_are_read_also_from_within_maps(table: Table) -> None:
    table.put({**ID, "ttl": 1, "metrics": {"likes": 3, "views": 4, "saves": 5}, "name": "rye"})
    wanted = ("item", "metrics.likes", "metrics.saves", "ttl", "missing")

    (found,) = table.items(Key("owner").eq("nora"), attributes=wanted)

    assert found == {"item": "a", "metrics": {"likes": 3, "saves": 5}, "ttl": 1}


@pytest.mark.parametrize(("asked", "sent"), [({}, True), ({"consistent": False}, False), ({"index": "by_kind"}, False)])
def test_reads_of_the_table_itself_are_consistent(
    dynamodb: "DynamoDBClient", table: Table, asked: Any, sent: object
) -> None:
    queries = recorded(dynamodb)

    list(table.items(Key("kind" if "index" in asked else "owner").eq("x"), **asked))

    assert [query["ConsistentRead"] for query in queries] == [sent]


# --------------------------------------------------------------------------------------------------- many items
def test_many_items_are_written_read_and_deleted(table: Table) -> None:
    items = filled(table, count=130)
    keys = [{"owner": item["owner"], "item": item["item"]} for item in items]

    found = list(table.batch_get([*keys, *keys[:5], {"owner": "nora", "item": "none"}], attributes=["item"]))
    assert sorted(each["item"] for each in found) == [item["item"] for item in items]

    table.batch_write(delete=keys[1:])
    assert list(table.items(Key("owner").eq("nora"))) == items[:1]


# -------------------------------------------------------------------------------------------------------- changes
def test_a_change_may_have_all_kinds_of_actions(table: Table) -> None:
    # Given names that are reserved words or have other characters in them
    table.put({**ID, "token": "old", "size": 1, "tags": {"a", "b"}, "ttl": 5, "kept": 1})

    # When
    change = Change(
        set={"token": "new", "shard:7": "x"},
        set_once={"kept": 2, "made": 3},
        add={"size": 2, "referrer:instagram.com": 1},
        delete={"tags": {"a"}},
        remove=["ttl", "none"],
    )
    assert table.update_if(ID, change, Attr("owner").exists())

    # Then
    changed = {"token": "new", "shard:7": "x", "made": 3, "size": 3, "referrer:instagram.com": 1, "tags": {"b"}}
    assert table.get(ID) == {**ID, "kept": 1, **changed}


def test_a_change_creates_a_missing_item(table: Table) -> None:
    assert table.update_if(ID, Change(add={"count": 1, "who": {"x"}}), Attr("owner").not_exists())
    assert table.get(ID) == {**ID, "count": 1, "who": {"x"}}


def test_one_change_may_have_many_counters(table: Table) -> None:
    # Given fewer than the most: moto's parser recurses once for each
    counters = {f"referrer:{number}.example.com": number for number in range(1, 101)}
    condition = Attr("settled").not_exists() & Attr("shard:1").not_exists()

    assert table.update_if(ID, Change(set={"shard:1": "1"}, add={"revision": 1} | counters), condition)

    assert table.get(ID) == {**ID, **counters, "revision": 1, "shard:1": "1"}


def test_an_expression_of_two_hundred_counters_is_within_dynamodbs_limit(table: Table) -> None:
    counters = {f"referrer:{number}.example.com": number for number in range(1, 201)}

    expression = table.updating(ID, Change(set={"shard:1": "1"}, add=counters))["Update"]["UpdateExpression"]

    assert len(expression) < 4096


# ----------------------------------------------------------------------------------------------------- conditions
def test_a_put_with_a_condition(table: Table) -> None:
    new = Attr("owner").not_exists()

    assert table.put_if({**ID, "version": 1}, new)
    assert not table.put_if({**ID, "version": 2}, new)
    assert table.put_if({**ID, "version": 2}, Attr("version").eq(1))
    assert table.get(ID) == {**ID, "version": 2}


def test_an_update_with_a_condition_on_what_it_changes(table: Table) -> None:
    table.put({**ID, "state": "active", "until": 10.5})
    free = Attr("until").not_exists() | Attr("until").lt(10) | Attr("by").eq("me")
    taken = Change(set={"by": "me", "until": 20.5}, remove=["state"])

    assert not table.update_if(ID, taken, free)
    assert table.update_if(ID, taken, Attr("state").is_in(["active", "expiring"]) & ~Attr("by").exists())
    assert table.update_if(ID, taken, free)
    assert table.get(ID) == {**ID, "by": "me", "until": 20.5}


def test_conditions_look_at_the_members_of_sets(table: Table) -> None:
    table.put({**ID, "emailed": {"first", "second"}})

    assert not table.update_if(ID, Change(add={"emailed": {"third"}}), ~Attr("emailed").contains("first"))
    assert table.update_if(ID, Change(add={"emailed": {"third"}}), Attr("emailed").eq({"second", "first"}))
    assert table.get(ID) == {**ID, "emailed": {"first", "second", "third"}}


def test_a_delete_with_a_condition(table: Table) -> None:
    table.put({**ID, "token": "a"})

    assert not table.delete_if(ID, Attr("token").eq("b"))
    assert table.delete_if(ID, Attr("token").eq("a"))
    assert table.get(ID) is None


def test_deleting_twice_is_not_an_error(table: Table) -> None:
    table.put(ID)

    table.delete(ID)
    table.delete(ID)

    assert table.get(ID) is None


# --------------------------------------------------------------------------------------------------- transactions
def test_a_transaction_across_tables_does_all(dynamodb: "DynamoDBClient", table: Table) -> None:
    other = made(dynamodb)
    table.put({**ID, "version": 1})
    other.put({**ID, "who": {"a", "b"}})

    done = table.transact(
        [
            table.updating(ID, Change(set={"version": 2}), Attr("version").eq(1)),
            table.putting({"owner": "nora", "item": "b"}, Attr("owner").not_exists()),
            other.updating(ID, Change(delete={"who": {"a"}})),
            other.deleting({"owner": "nora", "item": "none"}),
            other.checking({"owner": "nora", "item": "c"}, Attr("owner").not_exists()),
        ]
    )

    assert done == ()
    assert list(table.items(Key("owner").eq("nora"))) == [{**ID, "version": 2}, {"owner": "nora", "item": "b"}]
    assert list(other.items(Key("owner").eq("nora"))) == [{**ID, "who": {"b"}}]


def test_a_transaction_with_a_condition_that_fails_does_nothing(table: Table) -> None:
    table.put({**ID, "version": 1})

    codes = table.transact(
        [
            table.putting({"owner": "nora", "item": "b"}),
            table.deleting(ID, Attr("version").eq(7)),
            table.checking({"owner": "nora", "item": "c"}, Attr("owner").exists()),
        ]
    )

    assert codes == ("None", CONDITION_FAILED, CONDITION_FAILED)
    assert list(table.items(Key("owner").eq("nora"))) == [{**ID, "version": 1}]


def cancelled(*codes: str) -> Table:
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": ""},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return broken("transact_write_items", ClientError(answer, "TransactWriteItems"))


@pytest.mark.parametrize("codes", [("None", "TransactionConflict"), (CONDITION_FAILED, "TransactionConflict")])
def test_conflicts_with_another_transaction_are_reported_on_request(codes: tuple[str, ...]) -> None:
    assert cancelled(*codes).transact([], tell_conflicts=True) == codes
    with pytest.raises(Unavailable, match="The shelf"):
        cancelled(*codes).transact([])


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [("ThrottlingError", Unavailable, "The shelf"), ("ValidationError", ClientError, "TransactionCanceled")],
)
@pytest.mark.parametrize("tell_conflicts", [True, False])
def test_a_throttled_transaction_may_be_retried_and_a_wrong_one_is_a_defect(
    code: str, error: type[Exception], text: str, *, tell_conflicts: bool
) -> None:
    with pytest.raises(error, match=text):
        cancelled(code, "None").transact([], tell_conflicts=tell_conflicts)


# --------------------------------------------------------------------------------------------------------- errors
@pytest.mark.parametrize(
    ("method", "call"),
    [
        ("get_item", lambda table: table.get(ID)),
        ("query", lambda table: list(table.items(Key("owner").eq("nora")))),
        ("batch_get_item", lambda table: list(table.batch_get([ID]))),
        ("batch_write_item", lambda table: table.batch_write(put=[ID])),
        ("put_item", lambda table: table.put(ID)),
        ("put_item", lambda table: table.put_if(ID, Attr("owner").exists())),
        ("update_item", lambda table: table.update_if(ID, Change(set={"a": 1}), Attr("owner").exists())),
        ("delete_item", lambda table: table.delete(ID)),
        ("delete_item", lambda table: table.delete_if(ID, Attr("owner").exists())),
        ("transact_write_items", lambda table: table.transact([])),
    ],
)
def test_a_table_that_does_not_answer_is_named(method: str, call: Any) -> None:
    with pytest.raises(Unavailable, match=r"^The shelf is not answering; try again\.$"):
        call(broken(method, EndpointConnectionError(endpoint_url="https://dynamodb")))


def test_a_write_that_was_left_over_is_repeated_unchanged(dynamodb: "DynamoDBClient", table: Table) -> None:
    item = {**ID, "token": b"\x00\xff", "tags": {"a"}}
    left = [{"UnprocessedItems": {table.name: [{"PutRequest": {"Item": _as_json(item)}}]}}]

    def leave(request: AWSPreparedRequest, **_: object) -> Any:
        if not left:
            return None
        raw: Any = SimpleNamespace(stream=lambda: [json.dumps(left.pop()).encode()])
        return AWSResponse(str(request.url), 200, HTTPHeaders(), raw)

    dynamodb.meta.events.register_first("before-send.dynamodb.BatchWriteItem", leave)
    table.batch_write(put=[item])
    dynamodb.meta.events.unregister("before-send.dynamodb.BatchWriteItem", leave)

    assert table.get(ID) == item


def test_keys_that_are_always_left_over_are_not_asked_for_forever(dynamodb: "DynamoDBClient", table: Table) -> None:
    def leave(request: Any) -> dict[str, Any]:
        return {"Responses": {}, "UnprocessedKeys": json.loads(request["body"])["RequestItems"]}

    with (
        noted(dynamodb, "dynamodb.BatchGetItem") as calls,
        answered(dynamodb, "dynamodb.BatchGetItem", leave),
        pytest.raises(Unavailable),
    ):
        list(table.batch_get([ID]))

    assert len(calls) == 5


def _as_json(item: Item) -> Item:
    typed = _typed(item)
    return {**typed, "token": {"B": b64encode(typed["token"]["B"]).decode()}}


def test_a_damaged_reply_is_requested_again(dynamodb: "DynamoDBClient", table: Table) -> None:
    table.put(ID)
    damaged = [b'{"Item": {"own']

    def damage(request: AWSPreparedRequest, **_: object) -> Any:
        raw: Any = SimpleNamespace(stream=lambda: [damaged.pop()])
        return AWSResponse(str(request.url), 200, HTTPHeaders.from_dict({"x-amz-crc32": "1"}), raw) if damaged else None

    dynamodb.meta.events.register_first("before-send.dynamodb", damage)

    assert table.get(ID) == ID
    assert damaged == []
    dynamodb.meta.events.unregister("before-send.dynamodb", damage)


def test_a_table_that_does_not_exist_is_a_defect(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(ClientError):
        Table(dynamodb, "none-of-ours").put_if(ID, Attr("owner").not_exists())
