"""`python -m local.meta`: the stand-in alone, to try it out. PORT is where it answers, 3100 by default."""

import os
import signal
import sys
import threading

from local import ports
from local.meta import Meta
from local.ports import PortError


def main() -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        meta = Meta(port=ports.read(os.environ.get("PORT") or "3100", "PORT"), retry_every=1.0)
    except PortError as error:
        print(f"local.meta: {error}", file=sys.stderr)
        return 1
    meta.facebook.webhook_url = meta.instagram.webhook_url = os.environ.get("WEBHOOK_URL")
    with meta:
        lines = [f"The stand-in for Meta runs on {meta.url}/; Ctrl-C ends it.", ""]
        lines += [f"  {name:<17} {value}" for name, value in meta.settings().items()]
        for app in (meta.facebook, meta.instagram):
            lines.append(f"  {app.provider} app: id {app.id}, secret {app.secret}, verify token {app.verify_token}")
        print("\n".join(lines), flush=True)
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
