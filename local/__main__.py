"""`make run`: start the application of template.yaml on this machine, say where it is, and run until Ctrl-C."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from local import ports, tick
from local.demo import conversations, sam_local_env, seed, terminal
from local.demo.seed import Admin, SeedError
from local.demo.signpost_stack import SignpostStack
from local.demo.site import Example
from local.meta.webhooks.sender import WebhookError
from local.ports import HOST, PortError
from local.runner.errors import FunctionError, LocalStackError

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".local" / "kept"
DEMO_PASSWORD = conversations.PASSWORD  # of the administrator, too


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
            pages_port=_port("OUTBOX_PORT", tick.PORT),
            data_host=os.environ.get("DATA_HOST") or HOST,
            parameters=_parameters(),
            secrets={"AdminCredentials": json.dumps({"username": admin.user, "password": admin.password})},
            keep=_kept(),
            has_past=os.environ.get("DEMO") != "small",
            log=_Log(ROOT / ".local" / "functions.log"),
        )
        with signpost:
            _write_sam_local_env(signpost)
            example = _example(signpost, admin)
            print(_welcome(signpost, admin, example, time.monotonic() - started), flush=True)
            threading.Thread(target=_fill, args=(signpost, admin, stop), name="seed", daemon=True).start()
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


def _example(signpost: SignpostStack, admin: Admin) -> Example | None:
    """A new campaign, or an earlier run's; None if the application refused it."""
    url = signpost.stack.url
    try:
        if "TrackRedirect" in signpost.stack.application.functions:
            signpost.stack.warm("TrackRedirect")
        campaign = seed.campaign(url, admin)
    except (FunctionError, SeedError) as error:
        print(f"warning: no example campaign: {error}", file=sys.stderr)
        return None
    # With the demo's password, browsers open the address without asking. Other passwords are not shown.
    is_demo = admin.password == DEMO_PASSWORD
    open_url = url.replace("://", f"://{admin.user}:{admin.password}@") if is_demo else url
    example = Example(
        link=f"{url}/track/{campaign}",
        short=f"{url}/track/{seed.CAMPAIGN['slug']}",
        clicks=f"{open_url}/admin/campaigns/{campaign}",
        user=admin.user,
        password=admin.password if is_demo else None,
    )
    signpost.pages.show(example)
    return example


def _fill(signpost: SignpostStack, admin: Admin, stop: threading.Event) -> None:
    """In the background, so that the addresses are printed first: these are the first calls of several functions."""
    _connect_example(signpost, admin, stop)
    if signpost.has_past:
        try:
            conversations.talk(signpost.stack.url, signpost.stack.sent_sms, stop)
            signpost.pages.introduce(conversations.PHONES, conversations.PASSWORD)
        except (OSError, SeedError) as error:
            if not stop.is_set():
                print(f"warning: no example conversations: {error}", file=sys.stderr)


def _connect_example(signpost: SignpostStack, admin: Admin, stop: threading.Event) -> None:
    try:
        if signpost.has_past:
            seed.past(signpost)
        seed.instagram(signpost, admin)
        if signpost.has_past:
            seed.in_need(signpost)
            seed.clicks(signpost)
    except (OSError, SeedError, WebhookError) as error:
        if not stop.is_set():
            print(f"warning: no example account: {error}", file=sys.stderr)


def _welcome(signpost: SignpostStack, admin: Admin, example: Example | None, seconds: float) -> str:
    stack, at, kept = signpost.stack, signpost.pages.addresses, _kept()
    lines = [f"Signpost runs on {stack.url} ({seconds:.1f} s); Ctrl-C ends it.", ""]
    if example is not None:
        lines += [
            f"  tracking link   {example.link}",
            f"  the same, short {example.short}",
            f"  its clicks      {example.clicks}",
        ]
    lines += [
        f"  console         {stack.url}/fp",
        f"  campaigns       {stack.url}/admin/campaigns",
        f"  log in as       {admin.user} / {admin.password if admin.password == DEMO_PASSWORD else '(ADMIN_PASSWORD)'}",
        f"  connect with    {at.connect_facebook}",
        f"                  {at.connect_instagram}",
        f"  feed            {at.feed}",
        f"  feed on a page  {at.widget}",
        f"  messaging       {stack.url}/api, where +1 415 555 0100 to 0199 may register; codes are in the outbox",
        *(
            [f"  log in there as {', '.join(conversations.PHONES)} / {conversations.PASSWORD}"]
            if signpost.has_past
            else []
        ),
        f"  Meta's stand-in {at.meta}",
        f"  outbox          {at.outbox}",
        f"  all of these    {signpost.pages.url}/",
        f"  AWS endpoint    {stack.aws_endpoint}",
        "",
        "The functions' log is in .local/functions.log.",
        f"Data is kept in {kept} for the next run."
        if kept
        else "Data is gone after Ctrl-C; `make run KEEP=1` keeps it.",
        "",
    ]
    return "\n".join(lines)


def _kept() -> Path | None:
    """The folder in which data is kept for the next run: KEEP=1 is our own, KEEP=<folder> another. None: none."""
    keep = os.environ.get("KEEP", "")
    return None if keep in {"", "0"} else KEPT if keep == "1" else Path(keep)


class _Log:
    """Prints lines in short, and writes them unchanged to a file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8", buffering=1)

    def __call__(self, line: str) -> None:
        self._file.write(f"{line}\n")
        if (readable := terminal.readable(line)) is not None:
            print(readable, flush=True)


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
