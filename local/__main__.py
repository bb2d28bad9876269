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


def main() -> int:
    started = time.monotonic()
    os.environ.pop("AWS_PROFILE", None)  # the developer's own AWS settings must not reach the stack
    stop = _stop_on_signals()
    admin = Admin(os.environ.get("ADMIN_USER") or "admin", os.environ.get("ADMIN_PASSWORD") or DEMO_PASSWORD)
    try:
        signpost = SignpostStack(
            port=_port("PORT", 3000),
            data_port=_port("DATA_PORT", 4566),
            meta_port=_port("META_PORT", 3100),
            pages_port=_port("OUTBOX_PORT", 3200),
            data_host=os.environ.get("DATA_HOST") or HOST,
            parameters=_parameters(),
            secrets={"AdminCredentials": json.dumps({"username": admin.user, "password": admin.password})},
        )
        with signpost:
            _write_sam_local_env(signpost)
            campaign = _example_campaign(signpost, admin)
            print(_welcome(signpost, admin, campaign, time.monotonic() - started), flush=True)
            threading.Thread(target=_connect_example, args=(signpost, admin, stop), name="seed", daemon=True).start()
            while signpost.stack.running() and not stop.wait(1):
                pass
            print("\nStopping …" if stop.is_set() else "\nThe data server (moto) has ended; stopping …", flush=True)
    except (LocalStackError, PortError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0 if stop.is_set() else 1


def _parameters() -> dict[str, str]:
    """Values of the template's parameters that are set in the environment."""
    variables = {"FallbackUrl": "FALLBACK_URL", "MediaFetchDelaySeconds": "MEDIA_FETCH_DELAY"}
    return {name: value for name, variable in variables.items() if (value := os.environ.get(variable))}


def _write_sam_local_env(signpost: SignpostStack) -> None:
    host, port = signpost.stack.data_address
    path = ROOT / ".local" / "sam-local-env.json"
    sam_local_env.write(path, signpost.stack.application.functions, data_host=host, data_port=port)


def _example_campaign(signpost: SignpostStack, admin: Admin) -> str | None:
    """The id of a new campaign; None when the application did not take it."""
    try:
        if "TrackRedirect" in signpost.stack.application.functions:
            signpost.stack.warm("TrackRedirect")
        return seed.campaign(signpost.stack.url, admin)
    except (FunctionError, SeedError) as error:
        print(f"warning: no example campaign: {error}", file=sys.stderr)
        return None


def _connect_example(signpost: SignpostStack, admin: Admin, stop: threading.Event) -> None:
    """In the background, so that the addresses are printed first: these are the first calls of several functions."""
    try:
        seed.instagram(signpost, admin)
    except (OSError, SeedError, WebhookError) as error:
        if not stop.is_set():
            print(f"warning: no example account: {error}", file=sys.stderr)


def _welcome(signpost: SignpostStack, admin: Admin, campaign: str | None, seconds: float) -> str:
    stack, at = signpost.stack, signpost.pages.addresses
    # With the demo's password, browsers open the address without asking. Any other password is not shown.
    is_demo = admin.password == DEMO_PASSWORD
    open_url = stack.url.replace("://", f"://{admin.user}:{admin.password}@") if is_demo else stack.url
    lines = [f"Signpost runs on {stack.url} ({seconds:.1f} s); Ctrl-C ends it.", ""]
    if campaign is not None:
        lines += [
            f"  tracking link   {stack.url}/track/{campaign}",
            f"  the same, short {stack.url}/track/{seed.CAMPAIGN['slug']}",
            f"  its clicks      {open_url}/admin/campaigns/{campaign}",
        ]
    lines += [
        f"  campaigns       {stack.url}/admin/campaigns",
        f"  log in as       {admin.user} / {admin.password if is_demo else '(ADMIN_PASSWORD)'}",
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
    return "\n".join(lines)


def _port(variable: str, default: int) -> int:
    return ports.read(os.environ.get(variable) or str(default), variable)


def _stop_on_signals() -> threading.Event:
    """Set by Ctrl-C and SIGTERM. A stack that is still starting is taken down as soon as it is up."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return stop


if __name__ == "__main__":
    sys.exit(main())
