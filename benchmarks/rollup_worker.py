"""Counts clicks in a process of its own: `python -P rollup_worker.py <file of stream events>` prints the seconds."""

import json
import os
import sys
import time
from pathlib import Path


def main() -> None:
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # keeps the handler's metrics apart
    events = json.loads(Path(sys.argv[1]).read_bytes())
    from click_rollup.app import handler

    start = time.perf_counter()
    replies = [handler(event, None) for event in events]
    seconds = time.perf_counter() - start
    failures = [failure for reply in replies for failure in reply["batchItemFailures"]]
    print(json.dumps({"seconds": seconds, "failures": failures}), file=results)


if __name__ == "__main__":
    main()
