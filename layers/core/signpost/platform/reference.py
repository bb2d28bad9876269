"""Marks for the API reference, docs/openapi.json, which is made of the code. They cost nothing at run time."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Shape = TypeVar("Shape")


def described(example: Mapping[str, Any]) -> Callable[[Shape], Shape]:
    """Has a TypedDict described by its docstrings, the class's and each field's, and shown by `example`.

    For shapes that functions publish which cannot afford importing pydantic. They take their TypedDict from
    typing_extensions: below Python 3.12, pydantic reads no other.
    """

    def mark(shape: Shape) -> Shape:
        config = {"use_attribute_docstrings": True, "json_schema_extra": {"examples": [example]}}
        shape.__pydantic_config__ = config  # type: ignore[attr-defined]
        return shape

    return mark
