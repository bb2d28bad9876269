"""Settings, which the template puts into the environment.

A feature declares a NamedTuple of `str` and `int` fields, and of other such NamedTuples; its handler loads it once, at
import. Not with pydantic: the redirect uses this, and a validation library would be most of its cold start.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

Model = TypeVar("Model")


class MissingSetting(Exception):
    """An environment variable that the template must set is missing, empty or not a number."""


def load(model: Callable[..., Model], environ: Mapping[str, str]) -> Model:
    """Fill `model` from the variables with its fields' names in upper case; where one is empty, use the default.

    Nested NamedTuples are filled in the same way; their variables have no prefix.

    Raises:
        MissingSetting: names the variable.
    """
    defaults: Mapping[str, object] = getattr(model, "_field_defaults", {})
    return model(
        *(
            load(kind, environ) if hasattr(kind, "_fields") else _value(field, kind, environ, defaults)
            for field, kind in model.__annotations__.items()
        )
    )


def _value(field: str, kind: type, environ: Mapping[str, str], defaults: Mapping[str, object]) -> object:
    name = field.upper()
    text = environ.get(name, "")
    if not text and field in defaults:
        return defaults[field]
    if not text:
        raise MissingSetting(f"{name} is not set: template.yaml must give it to this function")
    if kind is int:
        if not text.isdecimal():
            raise MissingSetting(f"{name} must be a whole number")
        return int(text)
    return text


def listed(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
