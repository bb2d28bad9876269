"""The version of this code, as in pyproject.toml and the API reference."""

from typing import Final

VERSION: Final = "0.1.0"
