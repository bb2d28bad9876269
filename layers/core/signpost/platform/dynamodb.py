"""DynamoDB tables: plain Python values in and out, conditions and changes as values, errors by name.

Numbers go in as int, float or Decimal; they come out as int, or as float if DynamoDB writes them with a fraction.
Binary values come out as bytes, tuples as lists. Expressions use placeholders for names, so no word is reserved.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict, Unpack

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder, Key
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from signpost.platform.aws import cancellation_codes, error_code, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["CONDITION_FAILED", "CONFLICT", "Action", "Attr", "Change", "ConditionBase", "Item", "Key", "Table"]

Item = dict[str, Any]
Action = Mapping[str, Any]  # one part of a transaction, in DynamoDB's form

CONDITION_FAILED: Final = "ConditionalCheckFailed"
CONFLICT: Final = "TransactionConflict"
_KEYS_AT_ONCE: Final = 100  # DynamoDB's limit in one BatchGetItem
_WRITES_AT_ONCE: Final = 25  # and in one BatchWriteItem
_TRIES: Final = 5
_SAFE_BITS: Final = 126  # an int of this many bits has at most 38 digits, which DynamoDB keeps exactly


class Change(NamedTuple):
    """What an update does to an item, by attribute name.

    Here, a dot is part of a name. In `Attr` and in a query's `attributes`, it separates the parts of a path.
    """

    set: Mapping[str, Any] = {}
    set_once: Mapping[str, Any] = {}  # unless the attribute exists
    add: Mapping[str, Any] = {}  # a number to a number, members to a set
    delete: Mapping[str, Any] = {}  # members of a set
    remove: Sequence[str] = ()


class QueryOptions(TypedDict, total=False):
    where: ConditionBase | None  # of `Attr`; other items are read too, but left out of the page
    index: str | None
    after: Mapping[str, Any] | None  # the key to start after
    limit: int | None  # items read for one page; by default 1 MB of them
    newest_first: bool  # in descending order of the range keys
    attributes: Sequence[str]  # only these names or paths, such as `metrics.like_count`
    consistent: bool  # true by default, but false of an index; of a global index it must not be true


class ItemPage(NamedTuple):
    items: list[Item]
    last: Item | None  # the key to continue after; None at the end


class Table:
    """One table. Reads are consistent unless the caller says otherwise.

    Every method raises `Unavailable`, which names `service`, when DynamoDB does not answer; a write may or may not be
    done then. A method whose name ends in `_if` does nothing and returns False when its condition does not hold.
    """

    def __init__(self, client: "DynamoDBClient", name: str, service: str = "The table") -> None:
        self._client, self.name, self._service = client, name, service

    # ---------------------------------------------------------------------------------------------------- reading
    def get(self, key: Mapping[str, Any]) -> Item | None:
        with named_errors(self._service):
            reply = self._client.get_item(TableName=self.name, Key=_typed(key), ConsistentRead=True)
        return _plain(reply["Item"]) if "Item" in reply else None

    def pages(self, condition: ConditionBase, **query: Unpack[QueryOptions]) -> Iterator[ItemPage]:
        """The items under a hash key, in the order of their range keys. A page is read when the caller reaches it."""
        index, limit, after = query.get("index"), query.get("limit"), query.get("after")
        request: dict[str, Any] = {
            "TableName": self.name,
            "ScanIndexForward": not query.get("newest_first", False),
            "ConsistentRead": query.get("consistent", index is None),
            **_expressions(key=condition, where=query.get("where"), attributes=query.get("attributes", ())),
            **({"IndexName": index} if index else {}),
            **({"Limit": limit} if limit else {}),
            **({"ExclusiveStartKey": _typed(after)} if after else {}),
        }
        while True:
            with named_errors(self._service):
                reply = self._client.query(**request)
            last = reply.get("LastEvaluatedKey")
            yield ItemPage([_plain(item) for item in reply["Items"]], _plain(last) if last else None)
            if not last:
                return
            request["ExclusiveStartKey"] = last

    def items(self, condition: ConditionBase, **query: Unpack[QueryOptions]) -> Iterator[Item]:
        """The items of all pages."""
        for page in self.pages(condition, **query):
            yield from page.items

    def count(self, condition: ConditionBase, *, index: str = "", consistent: bool | None = None) -> int:
        """How many items are under a hash key: DynamoDB reads all, and sends none. `consistent`: as in `pages`."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "Select": "COUNT",
            "ConsistentRead": not index if consistent is None else consistent,
            **({"IndexName": index} if index else {}),
            **_expressions(key=condition),
        }
        found = 0
        while True:
            with named_errors(self._service):
                reply = self._client.query(**request)
            found += reply["Count"]
            if "LastEvaluatedKey" not in reply:
                return found
            request["ExclusiveStartKey"] = reply["LastEvaluatedKey"]

    def batch_get(
        self, keys: Iterable[Mapping[str, Any]], *, attributes: Sequence[str] = (), consistent: bool = True
    ) -> Iterator[Item]:
        """The items under any number of keys: those that exist, each once, in no particular order."""
        wanted = list({tuple(sorted(key.items())): _typed(key) for key in keys}.values())
        options = {"ConsistentRead": consistent, **_expressions(attributes=attributes)}
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            request = {"Keys": wanted[start : start + _KEYS_AT_ONCE], **options}
            for reply in self._until_all_is_done(self._client.batch_get_item, request):
                yield from map(_plain, reply["Responses"].get(self.name, ()))

    # ---------------------------------------------------------------------------------------------------- writing
    def put(self, item: Mapping[str, Any]) -> None:
        with named_errors(self._service):
            self._client.put_item(TableName=self.name, Item=_typed(item))

    def put_if(self, item: Mapping[str, Any], condition: ConditionBase) -> bool:
        return self._if(self._client.put_item, self.putting(item, condition)["Put"])

    def update_if(self, key: Mapping[str, Any], change: Change, condition: ConditionBase) -> bool:
        return self._if(self._client.update_item, self.updating(key, change, condition)["Update"])

    def delete(self, key: Mapping[str, Any]) -> None:
        with named_errors(self._service):
            self._client.delete_item(TableName=self.name, Key=_typed(key))

    def delete_if(self, key: Mapping[str, Any], condition: ConditionBase) -> bool:
        return self._if(self._client.delete_item, self.deleting(key, condition)["Delete"])

    def batch_write(self, *, put: Iterable[Mapping[str, Any]] = (), delete: Iterable[Mapping[str, Any]] = ()) -> None:
        """Put and delete any number of items with different keys. After `Unavailable`, some may be done."""
        requests = [
            *({"PutRequest": {"Item": _typed(item)}} for item in put),
            *({"DeleteRequest": {"Key": _typed(key)}} for key in delete),
        ]
        for start in range(0, len(requests), _WRITES_AT_ONCE):
            list(self._until_all_is_done(self._client.batch_write_item, requests[start : start + _WRITES_AT_ONCE]))

    def _if(self, write: Callable[..., object], request: Mapping[str, Any]) -> bool:
        try:
            with named_errors(self._service):
                write(**request)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _until_all_is_done(self, call: Callable[..., Any], request: Any) -> Iterator[Mapping[str, Any]]:
        """Repeat a batch call for what DynamoDB left out, a few times at most. Yields the replies."""
        left: Mapping[str, Any] = {self.name: request}
        for _ in range(_TRIES):
            with named_errors(self._service):
                reply: Mapping[str, Any] = call(RequestItems=left)
            yield reply
            left = reply.get("UnprocessedKeys") or reply.get("UnprocessedItems") or {}
            if not left:
                return
        raise Unavailable(f"{self._service} is not answering; try again.")

    # ----------------------------------------------------------------------------------------------- transactions
    def putting(self, item: Mapping[str, Any], condition: ConditionBase | None = None) -> Action:
        return {"Put": {"TableName": self.name, "Item": _typed(item), **_expressions(condition=condition)}}

    def updating(self, key: Mapping[str, Any], change: Change, condition: ConditionBase | None = None) -> Action:
        expressions = _expressions(condition=condition, change=change)
        return {"Update": {"TableName": self.name, "Key": _typed(key), **expressions}}

    def deleting(self, key: Mapping[str, Any], condition: ConditionBase | None = None) -> Action:
        return {"Delete": {"TableName": self.name, "Key": _typed(key), **_expressions(condition=condition)}}

    def checking(self, key: Mapping[str, Any], condition: ConditionBase) -> Action:
        return {"ConditionCheck": {"TableName": self.name, "Key": _typed(key), **_expressions(condition=condition)}}

    def transact(self, actions: Iterable[Action], *, tell_conflicts: bool = False) -> tuple[str, ...]:
        """Do all of these actions, in this table and others, or nothing.

        Returns () when they are done. If a condition does not hold, returns DynamoDB's code for each action:
        `CONDITION_FAILED`, or "None" if nothing is wrong with it. A conflict with another transaction is `Unavailable`
        or, with `tell_conflicts`, one of the codes.
        """
        request: list[Any] = list(actions)
        with named_errors(self._service):
            try:
                self._client.transact_write_items(TransactItems=request)
            except ClientError as error:
                codes = cancellation_codes(error)
                expected = tell_conflicts if CONFLICT in codes else CONDITION_FAILED in codes
                if expected:
                    return codes
                raise
        return ()


class _Serializer(TypeSerializer):
    """Boto3's, with floats, and with a shortcut for strings and integers, which most values are."""

    def serialize(self, value: Any) -> Any:
        kind = type(value)
        if kind is str:
            return {"S": value}
        if kind is int and value.bit_length() <= _SAFE_BITS:
            return {"N": str(value)}
        if isinstance(value, set | frozenset):
            return super().serialize({_exact(member) for member in value})
        return super().serialize(_exact(value))


_serialize = _Serializer().serialize


def _exact(value: Any) -> Any:
    """A float as the decimal that Python writes for it: 0.1, not the nearest binary fraction."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _typed(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serialize(value) for name, value in item.items()}


def _plain(item: Mapping[str, Any]) -> Item:
    return {name: _value(typed) for name, typed in item.items()}


def _value(typed: Mapping[str, Any]) -> Any:
    [(kind, content)] = typed.items()
    return content if kind == "S" else _READ[kind](content)


def _number(text: str) -> float:
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _binary(content: bytes | str) -> bytes:
    """Already decoded by botocore, unless the client leaves it in base 64 (`aws.with_json_replies`)."""
    return content if isinstance(content, bytes) else b64decode(content)


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "N": _number,
    "M": _plain,
    "L": lambda contents: [_value(each) for each in contents],
    "BOOL": lambda content: content,
    "B": _binary,
    "NULL": lambda _: None,
    "SS": set,
    "NS": lambda contents: {_number(each) for each in contents},
    "BS": lambda contents: {_binary(each) for each in contents},
}


def _expressions(
    *,
    key: ConditionBase | None = None,
    where: ConditionBase | None = None,
    condition: ConditionBase | None = None,
    change: Change | None = None,
    attributes: Sequence[str] = (),
) -> dict[str, Any]:
    """A request's expressions, and the names and values that they share."""
    builder = ConditionExpressionBuilder()
    texts, names, values = dict[str, Any](), dict[str, str](), dict[str, Any]()
    conditions = {"KeyConditionExpression": key, "FilterExpression": where, "ConditionExpression": condition}
    for parameter, each in conditions.items():
        if each is not None:
            texts[parameter], its_names, its_values = builder.build_expression(each, is_key_condition=each is key)
            names |= its_names
            values |= its_values
    if change is not None:
        texts["UpdateExpression"] = _update(change, names, values)
    if attributes:
        paths = [path.split(".") for path in attributes]
        parts = {part: f"#p{number}" for number, part in enumerate({part: None for path in paths for part in path})}
        names |= {placeholder: part for part, placeholder in parts.items()}
        texts["ProjectionExpression"] = ", ".join(".".join(parts[part] for part in path) for path in paths)
    if names:
        texts["ExpressionAttributeNames"] = names
    if values:
        texts["ExpressionAttributeValues"] = _typed(values)
    return texts


def _update(change: Change, names: dict[str, str], values: dict[str, Any]) -> str:
    """The UpdateExpression. Boto3's conditions use other placeholders: `#n0` and `:v0`."""

    def name(attribute: str) -> str:
        placeholder = f"#c{len(names)}"
        names[placeholder] = attribute
        return placeholder

    def value(plain: Any) -> str:
        placeholder = f":c{len(values)}"
        values[placeholder] = plain
        return placeholder

    once = "{0} = if_not_exists({0}, {1})"
    clauses = {
        "SET": [f"{name(each)} = {value(plain)}" for each, plain in change.set.items()]
        + [once.format(name(each), value(plain)) for each, plain in change.set_once.items()],
        "REMOVE": [name(each) for each in change.remove],
        "ADD": [f"{name(each)} {value(plain)}" for each, plain in change.add.items()],
        "DELETE": [f"{name(each)} {value(plain)}" for each, plain in change.delete.items()],
    }
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
