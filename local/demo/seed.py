"""Puts something to look at into a fresh local stack, through the public API alone."""

import base64
import contextlib
import http.client
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from local.demo.signpost_stack import DEMO_USER, SignpostStack
from local.demo.site import DEMO_ACCOUNT, DEMO_APP

CAMPAIGN: Final = {
    "redirect_url": "https://example.com/welcome",
    "platforms": ["Android", "IPhone", "WindowsPhone"],
    "slug": "demo",
}
_OWNER: Final = "owner@example.com"
_TIMEOUT_S: Final = 60  # the first call to a function starts it


class SeedError(Exception):
    """The application refused the example."""


@dataclass(frozen=True)
class Admin:
    """The administrator of campaigns and apps on this stack."""

    user: str
    password: str

    @property
    def authorization(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class _Reply:
    status: int
    headers: http.client.HTTPMessage
    text: str


def campaign(url: str, admin: Admin) -> str:
    """Create the example campaign on the application at `url`; returns its id. Raises SeedError."""
    reply = _call("POST", f"{url}/admin/campaigns", admin=admin, body=CAMPAIGN, expect=http.client.CREATED)
    try:
        return str(json.loads(reply.text)["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise SeedError(f"POST /admin/campaigns: {error!r}") from error


def instagram(signpost: SignpostStack, admin: Admin) -> None:
    """Save the example app and connect the example account to it. Raises SeedError and WebhookError."""
    signpost.verify_webhooks()
    url = signpost.stack.url
    app = {
        "app_type": "socialFeed",
        "user": DEMO_USER,
        "is_new": True,
        "feeds": [f"@{DEMO_ACCOUNT}", "#food"],
        "origins": [signpost.pages.url],
        "owner_email": _OWNER,
    }
    _call("PUT", f"{url}/admin/instagram/apps/{DEMO_APP}", admin=admin, body=app, expect=http.client.CREATED)
    connect(signpost, signpost.pages.addresses.connect_instagram, DEMO_ACCOUNT)


def connect(signpost: SignpostStack, link: str, login: str) -> str:
    """Follow a "connect" link as a browser would, with a click on "Allow"; returns where it ends. Raises SeedError."""
    dialog = _call("GET", link, expect=http.client.FOUND)
    cookie = (dialog.headers["Set-Cookie"] or "").partition(";")[0]
    address = urlsplit(dialog.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    back = signpost.meta.authorize(
        "facebook" if "facebook" in address.path else "instagram",
        login,
        tuple(asked["scope"].replace(" ", ",").split(",")),
        asked["redirect_uri"],
        asked["state"],
    )
    returned = _call("GET", back.partition("#")[0], cookie=cookie, expect=http.client.FOUND)
    return str(returned.headers["Location"])


def _call(
    method: str, url: str, *, expect: int, admin: Admin | None = None, body: Any = None, cookie: str = ""
) -> _Reply:
    parts = urlsplit(url)
    what = f"{method} {parts.path}"
    headers = {"Content-Type": "application/json"} if body is not None else {}
    headers |= {"Cookie": cookie} if cookie else {}
    headers |= {"Authorization": admin.authorization} if admin else {}
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=_TIMEOUT_S)) as connection:
        try:
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.request(method, target, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            reply = _Reply(response.status, response.headers, response.read().decode(errors="replace"))
        except (OSError, http.client.HTTPException) as error:
            raise SeedError(f"{what}: {error!r}") from error
    if reply.status != expect:
        raise SeedError(f"{what} answered {reply.status}: {reply.text[:200]}")
    return reply
