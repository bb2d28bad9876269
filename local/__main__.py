"""`make run`: start the application of template.yaml on this machine, say where it is, and run until Ctrl-C."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from local import ports
from local.demo import sam_local_env, seed
from local.demo.seed import Admin, SeedError
from local.demo.signpost_stack import SignpostStack
from local.meta.webhooks.sender import WebhookError
from local.ports import HOST, PortError
from local.runner.errors import FunctionError, LocalStackError

ROOT = Path(__file__).resolve().parent.parent
DEMO_PASSWORD = "local-demo-password"  # noqa: S105 - no secret: it opens only the stack on this machine

# moto takes ten times as long as DynamoDB, more under load: without this, clicks would be spilled that need not be.
SLOW_DATA = {"ClickBudgetMs": "2000"}


def main() -> int:
    started = time.monotonic()
    os.environ.pop("AWS_PROFILE", None)  # the person's own AWS settings are none of the stack's business
    stop = _stop_on_signals()
    admin = Admin(os.environ.get("ADMIN_USER") or "admin", os.environ.get("ADMIN_PASSWORD") or DEMO_PASSWORD)
    try:
        signpost = SignpostStack(
            port=_port("PORT", 3000),
            data_port=_port("DATA_PORT", 4566),
            meta_port=_port("META_PORT", 3100),
            pages_port=_port("OUTBOX_PORT", 3200),
            data_host=os.environ.get("DATA_HOST") or HOST,
            parameters=SLOW_DATA | _parameters(),
            secrets={"AdminCredentials": json.dumps({"username": admin.user, "password": admin.password})},
        )
        with signpost:
            _welcome(signpost, admin, started)
            threading.Thread(target=_seed, args=(signpost, admin, stop), name="seed", daemon=True).start()
            while signpost.stack.running() and not stop.wait(1):
                pass
            print("\nStopping …" if stop.is_set() else "\nThe data server (moto) has ended; stopping …", flush=True)
    except (LocalStackError, PortError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0 if stop.is_set() else 1


def _parameters() -> dict[str, str]:
    """What the environment says of the template's parameters."""
    variables = {"FallbackUrl": "FALLBACK_URL", "MediaFetchDelaySeconds": "MEDIA_FETCH_DELAY"}
    return {name: value for name, variable in variables.items() if (value := os.environ.get(variable))}


def _welcome(signpost: SignpostStack, admin: Admin, started: float) -> None:
    stack, at = signpost.stack, signpost.pages.addresses
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
        f"  connect with    {at.connect_facebook}",
        f"                  {at.connect_instagram}",
        f"  feed            {at.feed}",
        f"  feed on a page  {at.widget}",
        f"  Meta's stand-in {at.meta}",
        f"  e-mails sent    {at.outbox}",
        f"  all of these    {signpost.pages.url}/",
        f"  AWS endpoint    {stack.aws_endpoint}",
        "",
    ]
    print("\n".join(lines), flush=True)


def _seed(signpost: SignpostStack, admin: Admin, stop: threading.Event) -> None:
    """In the background, for the addresses are printed by now: the first calls start several functions."""
    try:
        seed.instagram(signpost, admin)
    except (OSError, SeedError, WebhookError) as error:
        if not stop.is_set():
            print(f"warning: no example account: {error}", file=sys.stderr)


def _with_credentials(url: str, admin: Admin) -> str:
    """An address that a browser opens without asking, as long as the password is the demo one."""
    return url.replace("://", f"://{admin.user}:{admin.password}@") if admin.password == DEMO_PASSWORD else url


def _shown(admin: Admin) -> str:
    return admin.password if admin.password == DEMO_PASSWORD else "(ADMIN_PASSWORD)"


def _port(variable: str, default: int) -> int:
    return ports.read(os.environ.get(variable) or str(default), variable)


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
