"""What DynamoDB charges for an item.

"Item sizes and formats" and "Read and write operations", DynamoDB developer guide.
"""

from collections.abc import Mapping
from typing import Any

Attribute = Mapping[str, Any]
Item = Mapping[str, Attribute]

_WRITE_UNIT = 1024  # bytes
_READ_UNIT = 4096
_CONTAINER = 3  # plus a byte for each element


def item_size(item: Item) -> int:
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def write_units(item: Item) -> int:
    return max(1, -(-item_size(item) // _WRITE_UNIT))


def read_units(item: Item) -> int:
    """Of a consistent read. One that finds nothing costs as much as the smallest item."""
    return max(1, -(-item_size(item) // _READ_UNIT))


def _size(value: Attribute) -> int:
    kind, content = next(iter(value.items()))
    if kind == "S":
        return len(str(content).encode())
    if kind == "N":
        digits = str(content).lstrip("-0").replace(".", "").rstrip("0")
        return 1 + (len(digits) + 1) // 2 + str(content).startswith("-")
    if kind == "M":
        return _CONTAINER + sum(1 + len(name.encode()) + _size(each) for name, each in content.items())
    if kind == "L":
        return _CONTAINER + sum(1 + _size(each) for each in content)
    if kind in ("BOOL", "NULL"):
        return 1
    raise ValueError(f"attributes of type {kind} are not expected")
