"""Time on the local stack, which a test may move: function processes follow through `runtime/sitecustomize.py`."""

import mmap
import struct
import tempfile
import time
from pathlib import Path

_DOUBLE = struct.Struct("d")


class Clock:
    """The stack's time: real time plus an offset in seconds, which its function processes see immediately."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="local-clock-")
        self.path = Path(self._directory.name) / "offset"
        self.path.write_bytes(_DOUBLE.pack(0.0))
        with self.path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _DOUBLE.size)

    @property
    def offset(self) -> float:
        offset: float = _DOUBLE.unpack_from(self._map)[0]
        return offset

    @offset.setter
    def offset(self, seconds: float) -> None:
        _DOUBLE.pack_into(self._map, 0, seconds)

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.offset

    def close(self) -> None:
        self._map.close()
        self._directory.cleanup()
