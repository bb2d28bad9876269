"""Graph's `fields` parameter: `id,children{id,media_url},media.limit(5){caption}`.

Grammar: Meta, "Using the Graph API", section "Field Expansion".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from local.meta.errors import MetaError

_NAME: Final = re.compile(r"[a-z_0-9]+", re.IGNORECASE)


@dataclass(frozen=True)
class Field:
    """One requested field. `fields` is None when no `{…}` follows: then the node's defaults are meant."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    fields: tuple["Field", ...] | None = None


def parse(text: str) -> tuple[Field, ...]:
    """The fields that the text names. Raises Meta's syntax error (2500)."""
    parser = _Parser(re.sub(r"\s", "", text))
    fields = parser.fields()
    if parser.position < len(parser.text):
        raise parser.error("end of string")
    return fields


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.position = text, 0

    def error(self, expected: str) -> MetaError:
        text = f'Syntax error "Expected {expected} instead of "{self.text[self.position :]}"." at character'
        return MetaError(2500, f"{text} {self.position}: {self.text}")

    def fields(self) -> tuple[Field, ...]:
        found = [self._field()]
        while self._take(","):
            found.append(self._field())
        return tuple(found)

    def _field(self) -> Field:
        name, arguments = self._name(), {}
        while self._take("."):
            argument = self._name()
            if not self._take("("):
                raise self.error('"("')
            end = self.text.find(")", self.position)
            if end < 0:
                raise self.error('")"')
            arguments[argument] = self.text[self.position : end]
            self.position = end + 1
        fields = None
        if self._take("{"):
            fields = self.fields()
            if not self._take("}"):
                raise self.error('"}"')
        return Field(name, arguments, fields)

    def _name(self) -> str:
        match = _NAME.match(self.text, self.position)
        if match is None:
            raise self.error("name")
        self.position = match.end()
        return match[0]

    def _take(self, character: str) -> bool:
        if not self.text.startswith(character, self.position):
            return False
        self.position += 1
        return True
