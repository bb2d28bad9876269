"""Parts of the API reference, docs/openapi.json, which is made from the code. They cost nothing at run time."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, TypeVar

Shape = TypeVar("Shape")
BASIC: Final[list[dict[str, list[str]]]] = [{"basic": []}]  # for a route's `security`
# A guard's replies, unless a context describes them in its own words.
_GUARD: Final[Mapping[int, str]] = {
    403: "A browser says that the request comes from another site's page.",
    415: "A browser says that the body is not JSON.",
    429: "Too many wrong passwords from this network.",
}


class Keywords:
    """JSON Schema keywords that a type does not imply: `Annotated[str, Keywords(format="date-time")]`."""

    def __init__(self, **keywords: Any) -> None:
        self._keywords = keywords

    def __get_pydantic_json_schema__(self, schema: Any, handler: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        return {**handler(schema), **self._keywords}


Moment = Annotated[str, Keywords(format="date-time")]


def described(example: Mapping[str, Any]) -> Callable[[Shape], Shape]:
    """Has a TypedDict described by its docstrings, the class's and each field's, and shown by `example`.

    This is for functions that cannot afford importing pydantic. They take their TypedDict from typing_extensions: below
    Python 3.12, pydantic reads no other.
    """

    def mark(shape: Shape) -> Shape:
        def complete(schema: dict[str, Any]) -> None:
            schema["examples"] = [example]
            for base in shape.__orig_bases__:  # type: ignore[attr-defined]
                for name, field in _fields(base).items():  # pydantic reads only the docstrings of the class itself
                    schema["properties"][name].setdefault("description", field["description"])

        config = {"use_attribute_docstrings": True, "json_schema_extra": complete}
        shape.__pydantic_config__ = config  # type: ignore[attr-defined]
        return shape

    return mark


def _fields(shape: Any) -> Mapping[str, Any]:
    """The descriptions of a described shape's fields; none for TypedDict itself."""
    if not hasattr(shape, "__pydantic_config__"):
        return {}
    from pydantic import TypeAdapter  # noqa: PLC0415  (only while the reference is written)

    fields: Mapping[str, Any] = TypeAdapter(shape).json_schema()["properties"]
    return fields


def json_content(shape: object) -> dict[str, Any]:
    return {"application/json": {"model": shape}}


def text_content(content_type: str) -> dict[str, Any]:
    return {content_type: {"schema": {"type": "string"}}}


def responses(shape: object, descriptions: Mapping[int, str], *statuses: int) -> dict[int, Any]:
    """A guarded route's replies other than results: errors of `shape` under these statuses, 401, 429 and 503.

    Descriptions are by status. A route that changes something also has 403, and with a body 415; those are described
    here. 500 is left out, since any route may return it.
    """
    content, said = json_content(shape), {**_GUARD, **descriptions}
    found: dict[int, Any] = {
        status: {"description": said[status], "content": content} for status in sorted({401, 429, 503, *statuses})
    }
    found[401]["headers"] = {"WWW-Authenticate": text_header("How to log in.")}
    found[429]["headers"] = {"Retry-After": text_header("Seconds to wait.")}
    return found


def text_header(description: str, *, required: bool = True) -> dict[str, Any]:
    """A header, as a route's `responses` describe it."""
    return {"description": description, "required": required, "schema": {"type": "string"}}


def parameters(*each: Mapping[str, Any]) -> dict[str, Any]:
    """For the `openapi_extensions` of a route that reads its request itself."""
    return {"parameters": list(each)}


def query(name: str, description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    """A query parameter: a string, unless `schema` says otherwise."""
    return _parameter(name, "query", description, required=required, **schema)


def segment(name: str, description: str) -> dict[str, Any]:
    """A part of the path."""
    return _parameter(name, "path", description, required=True)


def _parameter(name: str, place: str, description: str, *, required: bool, **schema: Any) -> dict[str, Any]:
    schema = {"type": "string", **schema}
    return {"name": name, "in": place, "required": required, "description": description, "schema": schema}
