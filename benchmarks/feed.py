"""The feed of an account, warm: 25 posts, with the app and its account in memory."""

import json
from contextlib import closing
from pathlib import Path

from benchmarks.feed_items import APP_ID, PAGE
from benchmarks.figures import Figure, median
from benchmarks.packages import Package
from benchmarks.processes import BenchmarkError, Stub, Worker

ROUNDS, CALLS = 9, 100
_WARM_UP = 20
_ROOT = Path(__file__).resolve().parent.parent
_SAMPLE = _ROOT / "events" / "instagram_feed" / "feed.json"
# Not built as the redirect is, because imports are not measured here.
_PACKAGE = Package("instagram_feed.app.handler", _ROOT / "functions", _ROOT / "layers" / "core")


def measure(python: Path, stub: Stub, folder: Path) -> list[Figure]:
    """CPU of one feed, and its calls to DynamoDB."""
    event_file = folder / "feed_event.json"
    event = json.loads(_SAMPLE.read_bytes())
    event["queryStringParameters"] |= {"app_id": APP_ID, "limit": str(PAGE)}
    event_file.write_text(json.dumps(event))
    milliseconds = []
    with closing(Worker(python, _PACKAGE, stub, event_file, folder / "feed.log")) as worker:
        reply = worker.reply()
        if reply["statusCode"] != 200 or len(json.loads(reply["body"])["data"]) != PAGE:
            raise BenchmarkError(f"this is not a feed: {reply}")
        stub.report()
        for round_number in range(1, ROUNDS + 1):
            worker.batch(_WARM_UP)
            milliseconds.append(worker.batch(CALLS).cpu / 1000)
            print(f"feed {round_number}/{ROUNDS}: {milliseconds[-1]:.2f} ms CPU", flush=True)
        calls = stub.report().calls
    asked = sum(calls.values()) / (ROUNDS * (_WARM_UP + CALLS))
    return [median("feed.cpu", milliseconds, "ms"), Figure("feed.dynamodb_calls", round(asked, 2), "calls", ROUNDS)]
