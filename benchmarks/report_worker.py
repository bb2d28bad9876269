"""Answers reports in a process of its own: `python -P report_worker.py <module> <file of a snapshot> <its version>`.

For each line on standard input, the name of a report, it prints a line of JSON: the reply to a name that begins with
`?`, otherwise how many bytes the reply has, the seconds of CPU it took, and the most memory used so far, in megabytes.
"""

import importlib
import json
import sys
import time
from pathlib import Path


def main() -> None:
    module, file, version = sys.argv[1:]
    variant = importlib.import_module(module)
    packed = Path(file).read_bytes()
    for line in sys.stdin:
        name = line.strip()
        start = time.process_time()
        reply = variant.answer(packed, version, name.removeprefix("?"))
        cpu = time.process_time() - start
        numbers = {"bytes": len(reply), "cpu": cpu, "megabytes": _most_memory()}
        print(reply if name.startswith("?") else json.dumps(numbers), flush=True)


def _most_memory() -> float:
    """In megabytes. `getrusage` would begin with the memory of the process that started this one."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
