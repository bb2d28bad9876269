"""Settings come from the template by way of the environment; nothing else reads it.

A function declares a NamedTuple of `str` and `int` fields and loads it once, at import. No pydantic here: the
redirect uses this too, and a validation library would be most of its cold start.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

Model = TypeVar("Model")


class MissingSetting(Exception):
    """An environment variable that the template must set is missing, empty or not a number."""


def load(model: Callable[..., Model], environ: Mapping[str, str]) -> Model:
    """Fill `model` from the variables that carry its fields' names in upper case. A field's default stands for empty.

    Raises:
        MissingSetting: names the variable.
    """
    values: list[object] = []
    defaults: Mapping[str, object] = getattr(model, "_field_defaults", {})
    for field, kind in model.__annotations__.items():
        name = field.upper()
        text = environ.get(name, "")
        if not text and field in defaults:
            values.append(defaults[field])
            continue
        if not text:
            raise MissingSetting(f"{name} is not set: template.yaml must give it to this function")
        if kind is int:
            if not text.isdecimal():
                raise MissingSetting(f"{name} must be a whole number")
            values.append(int(text))
        else:
            values.append(text)
    return model(*values)


def listed(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated setting."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
