"""Static files of pages: stylesheets, scripts, icons.

Each has an address that changes with its content, `/_/<name>.<hash>.<extension>`, so that browsers may keep it for a
year, and a page never gets a stylesheet that belongs to another version of it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from signpost.platform.errors import NotFound
from signpost.platform.http import Reply, reply

_PREFIX: Final = "/_/"
_HASH_LETTERS: Final = 16
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_HEADERS: Final[Mapping[str, str]] = {
    "cache-control": "public, max-age=31536000, immutable",
    # An icon is a document of its own when somebody opens its address.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class _File(NamedTuple):
    text: str
    content_type: str


class StaticFiles:
    """The files of a folder, read once."""

    def __init__(self, folder: Path) -> None:
        self._addresses: dict[str, str] = {}
        self._files: dict[str, _File] = {}
        for path in sorted(each for each in folder.iterdir() if each.suffix in _TYPES):
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:_HASH_LETTERS]
            name = f"{path.stem}.{digest}{path.suffix}"
            self._addresses[path.name] = _PREFIX + name
            self._files[name] = _File(content.decode(), _TYPES[path.suffix])

    def address(self, name: str) -> str:
        """The address of the file with this name. Raises KeyError: there is none."""
        return self._addresses[name]

    def answer(self, name: str) -> Reply:
        """The file under the last part of an address.

        Raises:
            NotFound: there is no such file, or no longer with this content.
        """
        file = self._files.get(name)
        if file is None:
            raise NotFound("There is no such file.")
        return reply(200, file.text, file.content_type, _HEADERS)
