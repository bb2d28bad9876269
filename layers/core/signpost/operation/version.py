"""The version of this code, that of pyproject.toml and of the API reference."""

from typing import Final

VERSION: Final = "0.1.0"
