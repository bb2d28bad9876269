"""Notices that a function's code has changed."""

import contextlib
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_EVERY_S: Final = 1.0


class CodeWatch:
    """Looks at the files below some folders, at most once a second."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._lock = threading.Lock()
        self._checked = time.monotonic()
        self._version = self._scan()

    def version(self) -> int:
        """A number that differs after a change."""
        with self._lock:
            if time.monotonic() - self._checked >= _EVERY_S:
                self._version = self._scan()
                self._checked = time.monotonic()
            return self._version

    def _scan(self) -> int:
        found = []
        for folder in self._folders:
            for parent, folders, files in os.walk(folder):
                folders[:] = [each for each in folders if each != "__pycache__"]
                for file in files:
                    path = Path(parent, file)
                    with contextlib.suppress(FileNotFoundError):  # an editor's temporary file
                        status = path.stat()
                        found.append((str(path), status.st_mtime_ns, status.st_size))
        return hash(tuple(sorted(found)))
