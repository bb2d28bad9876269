"""Calls one handler in a process of its own: `python -P worker.py <module> <file of one event>`.

For each line on standard input, a number of calls, it prints a line of JSON: how long each took in nanoseconds, and the
CPU time of all. For an empty line it prints the reply to one call.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    results = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # keeps what handlers log apart
    module, event_file = sys.argv[1:]
    event = json.loads(Path(event_file).read_bytes())
    handler = importlib.import_module(module).handler
    timer = time.perf_counter_ns
    for line in sys.stdin:
        if not line.strip():
            print(json.dumps(handler(event, None)), file=results)
            continue
        times = [0] * int(line)
        cpu = time.process_time_ns()
        for index in range(len(times)):
            start = timer()
            handler(event, None)
            times[index] = timer() - start
        cpu = time.process_time_ns() - cpu
        print(json.dumps({"times": times, "cpu": cpu}), file=results)


if __name__ == "__main__":
    main()
