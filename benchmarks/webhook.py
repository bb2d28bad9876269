"""The webhook: a delivery of 1,000 entries, and what a forged one costs.

The handler runs in this process. A thread answers for SQS and Secrets Manager without delay, which may make the
handler slower, but never faster.
"""

import contextlib
import hashlib
import hmac
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, median, ratio
from benchmarks.processes import BenchmarkError

_ROOT = Path(__file__).resolve().parent.parent
_SECRET = "bench-secret"
ENTRIES = 1000
RUNS = 15
FORGERIES = 2000


def body(accounts: int) -> bytes:
    """A delivery about this many accounts in turn, escaped as Meta does."""
    text = "Gr\\u00fc\\u00dfe! 50 \\u0025 \\u003C3 a\\/b \\u0040you " * 3
    entries = ",".join(
        f'{{"id":"{17841400000000000 + number % accounts}","time":1795247130,"changes":[{{"field":"comments","value":'
        f'{{"id":"1790000000{number:07}","text":"{text}","from":{{"id":"12","username":"sam"}},'
        f'"media":{{"id":"1795000000{number:07}","media_product_type":"FEED"}}}}}}]}}'
        for number in range(ENTRIES)
    )
    return f'{{"object":"instagram","entry":[{entries}]}}'.encode()


def event(content: bytes, signature: str = "") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_ROOT / "events/instagram_webhook/delivery.json").read_text(encoding="utf-8"))
    right = hmac.new(_SECRET.encode(), content, hashlib.sha256).hexdigest()
    found["headers"]["x-hub-signature-256"] = f"sha256={signature or right}"
    return found | {"body": content.decode()}


@contextmanager
def stub() -> Iterator[tuple[str, list[str]]]:
    """Yields its address, and the operations that were called."""
    asked: list[str] = []

    class Aws(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            asked.append(operation)
            if operation == "SendMessageBatch":
                done: dict[str, Any] = {"Successful": [_sent(each) for each in request["Entries"]]}
            else:
                done = {"SecretString": json.dumps({"instagram_app_secret": _SECRET})}
            answer = json.dumps(done).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Aws) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def measure() -> list[Figure]:
    """Changes this process's environment for good, so this has to be measured last."""
    with stub() as (address, asked):
        os.environ |= {
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": address,
            "AWS_EC2_METADATA_DISABLED": "true",
            "POWERTOOLS_SERVICE_NAME": "instagram_webhook",
            "POWERTOOLS_METRICS_NAMESPACE": "Signpost",
            "HINTS_QUEUE": f"{address}/1/hints",
            "DELETION_QUEUE": f"{address}/1/deletions",
            "INSTALLS_TABLE": "InstagramInstalls",
            "META_APPS_SECRET": "MetaApps",
            "PUBLIC_URL": "https://signpost.example",
            "LEGACY_SIGNATURES": "off",
        }
        from instagram_webhook.app import handler

        def timed(call: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
            start = clock()
            call()
            return clock() - start

        many, one = event(body(ENTRIES)), event(body(1))
        forged = event(body(ENTRIES), "0" * 64)
        _expect(handler(many, None), 200)
        asked.clear()
        figures = [
            median("webhook.thousand_accounts", [timed(lambda: handler(many, None)) for _ in range(RUNS)], "s"),
            Figure("webhook.sqs_calls", asked.count("SendMessageBatch") / RUNS, "calls", RUNS),
            median("webhook.thousand_entries_of_one", [timed(lambda: handler(one, None)) for _ in range(RUNS)], "s"),
        ]
        asked.clear()
        _expect(handler(forged, None), 401)
        content = forged["body"].encode()

        def refuse() -> None:
            with contextlib.redirect_stdout(io.StringIO()):  # the metric
                for _ in range(FORGERIES // RUNS):
                    handler(forged, None)

        def hash_only() -> None:
            for _ in range(FORGERIES // RUNS):
                hmac.digest(_SECRET.encode(), content, "sha256")

        cost = median("webhook.forged_cpu", [_per_call(timed(refuse, time.process_time)) for _ in range(RUNS)], "µs")
        bare = median("webhook.hmac_cpu", [_per_call(timed(hash_only, time.process_time)) for _ in range(RUNS)], "µs")
        return [
            *figures,
            cost,
            bare,
            ratio("webhook.forged_ratio_to_hmac", cost, bare),
            Figure("webhook.forged_sqs_calls", float(len(asked)), "calls", RUNS),
        ]


def _per_call(seconds: float) -> float:
    return seconds / (FORGERIES // RUNS) * 1e6


def _sent(entry: dict[str, str]) -> dict[str, str]:
    md5 = hashlib.md5(entry["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return {"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": md5}


def _expect(reply: dict[str, Any], status: int) -> None:
    if reply["statusCode"] != status:
        raise BenchmarkError(f"the webhook answered {reply['statusCode']}, not {status}")
