"""Starts a program that dies with its parent: `python -I -S launcher.py <parent pid> <program> <argument>…`.

`PR_SET_PDEATHSIG` survives execve (prctl(2)), so the kernel ends the program even when the parent is killed with -9.
It is set here and not in a `preexec_fn`, which may deadlock in a process with threads (Python, subprocess manual).
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)
    os.execv(program[0], program)  # noqa: S606 - that is what this program is for


if __name__ == "__main__":
    main()
