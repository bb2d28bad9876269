"""Python runs this in every local function process before anything else, because its folder is on PYTHONPATH.

It does two things that AWS does not need: it ends the process when its emulator ends, and it lets the stack move time.
Only `time.time` and `time.time_ns` are moved; `datetime.now()` and the monotonic clocks are not. With offset 0 they
return exactly what they returned before. What is left of an invocation's timeout is counted in real time, because the
emulator, which sets the deadline, knows no other.
"""

import mmap
import os
import select
import struct
import threading
import time
from types import SimpleNamespace

from awslambdaric import lambda_context  # the process is about to import it anyway


def _die_with_parent() -> None:
    """Otherwise a handler would keep running after its emulator was killed."""
    parent = os.pidfd_open(os.getppid())

    def wait() -> None:
        poll = select.poll()
        poll.register(parent, select.POLLIN)
        poll.poll()
        os._exit(1)

    threading.Thread(target=wait, name="die-with-parent", daemon=True).start()


def _move_time(path: str) -> None:
    """Add the offset (a double, in seconds) in the file at `path`, which is mapped so that reading it costs nothing."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib would be the slowest import of a small function
        offset = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    read = struct.Struct("d").unpack_from
    real_time, real_time_ns = time.time, time.time_ns

    def moved_time() -> float:
        seconds: float = read(offset)[0]
        return real_time() + seconds if seconds else real_time()

    def moved_time_ns() -> int:
        seconds: float = read(offset)[0]
        return real_time_ns() + int(seconds * 1e9) if seconds else real_time_ns()

    time.time, time.time_ns = moved_time, moved_time_ns
    lambda_context.time = SimpleNamespace(time=real_time)


_die_with_parent()
if _path := os.environ.pop("LOCAL_CLOCK_FILE", ""):
    _move_time(_path)
