"""`make run`: start the application of template.yaml on this machine, say where it is, and run until Ctrl-C."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from local import sam_local_env, seed
from local.errors import FunctionError, LocalStackError
from local.seed import Admin, SeedError
from local.stack import HOST, LocalStack

ROOT = Path(__file__).resolve().parent.parent
DEMO_PASSWORD = "local-demo-password"  # noqa: S105 - no secret: it opens only the stack on this machine

# moto takes ten times as long as DynamoDB, more under load: without this, clicks would be spilled that need not be.
SLOW_DATA = {"ClickBudgetMs": "2000"}


def main() -> int:
    started = time.monotonic()
    os.environ.pop("AWS_PROFILE", None)  # the person's own AWS settings are none of the stack's business
    stop = _stop_on_signals()
    admin = Admin(os.environ.get("ADMIN_USER") or "admin", os.environ.get("ADMIN_PASSWORD") or DEMO_PASSWORD)
    fallback_url = os.environ.get("FALLBACK_URL")
    try:
        stack = LocalStack(
            ROOT / "template.yaml",
            port=_port("PORT", 3000),
            data_port=_port("DATA_PORT", 4566),
            data_host=os.environ.get("DATA_HOST") or HOST,
            parameters=SLOW_DATA | ({"FallbackUrl": fallback_url} if fallback_url else {}),
            secrets={"AdminCredentials": json.dumps({"username": admin.user, "password": admin.password})},
        )
        with stack:
            _welcome(stack, admin, started)
            while stack.running() and not stop.wait(1):
                pass
            print("\nStopping …" if stop.is_set() else "\nThe data server (moto) has ended; stopping …", flush=True)
    except LocalStackError as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0 if stop.is_set() else 1


def _welcome(stack: LocalStack, admin: Admin, started: float) -> None:
    data = stack.data_address
    functions = stack.application.functions
    sam_local_env.write(ROOT / ".local" / "sam-local-env.json", functions, data_host=data[0], data_port=data[1])
    campaign = None
    try:
        if "TrackRedirect" in functions:
            stack.warm("TrackRedirect")
        campaign = seed.campaign(stack.url, admin)
    except (FunctionError, SeedError) as error:
        print(f"warning: no example campaign: {error}", file=sys.stderr)
    lines = [f"Signpost runs on {stack.url} ({time.monotonic() - started:.1f} s); Ctrl-C ends it.", ""]
    if campaign is not None:
        lines += [
            f"  tracking link   {stack.url}/track/{campaign}",
            f"  the same, short {stack.url}/track/{seed.CAMPAIGN['slug']}",
            f"  its clicks      {_with_credentials(stack.url, admin)}/admin/campaigns/{campaign}",
        ]
    lines += [
        f"  campaigns       {stack.url}/admin/campaigns",
        f"  log in as       {admin.user} / {_shown(admin)}",
        f"  AWS endpoint    {stack.aws_endpoint}",
        "",
    ]
    print("\n".join(lines), flush=True)


def _with_credentials(url: str, admin: Admin) -> str:
    """An address that a browser opens without asking, as long as the password is the demo one."""
    return url.replace("://", f"://{admin.user}:{admin.password}@") if admin.password == DEMO_PASSWORD else url


def _shown(admin: Admin) -> str:
    return admin.password if admin.password == DEMO_PASSWORD else "(ADMIN_PASSWORD)"


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004
        raise LocalStackError(f"{variable}={text} is not a port.")
    return int(text)


def _stop_on_signals() -> threading.Event:
    """Set by Ctrl-C and SIGTERM; while the stack starts, it is taken down as soon as it is up."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stop


if __name__ == "__main__":
    sys.exit(main())
