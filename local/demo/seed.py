"""Puts something to look at into a fresh local stack, through the public API alone."""

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from random import Random
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import requests
from requests.auth import HTTPBasicAuth

from local.demo import audience, history
from local.demo.signpost_stack import SignpostStack
from local.demo.site import DEMO_ACCOUNT, DEMO_APP
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import ClickLayout

CAMPAIGN: Final = {
    "redirect_url": "https://example.com/welcome",
    "platforms": ["Android", "IPhone", "WindowsPhone"],
    "slug": "demo",
}
_OWNER: Final = "owner@example.com"
_EXPIRING: Final = "lena.paints.demo"
_REVOKED: Final = "ruth.bikes.demo"
_LASTS_S: Final = 5.4 * 86_400
_CLICKED: Final = 8  # links
_STRANGER: Final = "kiln.and.clay.demo"
_TIMEOUT_S: Final = 60  # the first call to a function starts it


class SeedError(Exception):
    """The application refused the example."""


@dataclass(frozen=True)
class Admin:
    """The administrator of campaigns and apps on this stack."""

    user: str
    password: str


def campaign(url: str, admin: Admin) -> str:
    """Create the example campaign on the application at `url`, or find an earlier run's; returns its id.

    Raises SeedError.
    """
    address = f"{url}/admin/campaigns"
    reply = _call("POST", address, admin=admin, body=CAMPAIGN, expect=(HTTPStatus.CREATED, HTTPStatus.CONFLICT))
    try:
        if reply.status_code == HTTPStatus.CREATED:
            return str(reply.json()["id"])
        listed = _call("GET", f"{address}?limit=100", admin=admin, expect=(HTTPStatus.OK,)).json()
        return str(next(each["id"] for each in listed if each["slug"] == CAMPAIGN["slug"]))
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise SeedError(f"/admin/campaigns: {error!r}") from error


def past(signpost: SignpostStack) -> None:
    """A year of links, clicks and followers, unless an earlier run has left it."""
    every: dict[str, str] = {}
    for function in signpost.stack.application.functions.values():
        every |= function.environment
    tables = history.Tables(*(every[f"{name.upper()}_TABLE"] for name in history.Tables._fields))
    if CampaignStore(signpost.stack.client("dynamodb"), tables.campaigns).get(f"slug#{history.LINKS[0].slug}"):
        return
    layout = ClickLayout(int(every["CLICK_BUCKETS"]), int(every["CLICK_RETENTION_DAYS"]))
    for table, items in history.write(signpost.meta.state.world, tables, layout, signpost.stack.now()).items():
        signpost.stack.put_items(table, items)


def instagram(signpost: SignpostStack, admin: Admin) -> None:
    """Save the example app and connect the example account to it; a stranger asks to be shown there, too.

    The account is connected through both products: only Facebook's can ask for hashtags. What an earlier run has left
    stays as it is.

    Raises:
        SeedError, WebhookError
    """
    signpost.verify_webhooks()
    url = signpost.stack.url
    app = {
        "app_type": "socialFeed",
        "user": "nora",
        "is_new": True,
        "feeds": [*(f"@{account.username}" for account in signpost.meta.state.world.accounts), "#food"],
        "origins": [signpost.pages.url],
        "owner_email": _OWNER,
    }
    address, pages = f"{url}/admin/instagram/apps/{DEMO_APP}", signpost.pages
    _call("PUT", address, admin=admin, body=app, expect=(HTTPStatus.CREATED, HTTPStatus.OK))
    key = _call("POST", f"{address}/connect-key", admin=admin, body={}, expect=(HTTPStatus.CREATED,))
    pages.connect_key = key.json()["connect_key"]
    # The past belongs to one install of each account.
    for provider in [history.CONNECTED[DEMO_ACCOUNT].value] if signpost.has_past else ("instagram", "facebook"):
        connect(signpost, pages.connect_link(provider), DEMO_ACCOUNT)
    connect(signpost, f"{url}/showlogin?provider=instagram&app_id={DEMO_APP}&return_to={url}/connected", _STRANGER)


def in_need(signpost: SignpostStack) -> None:
    """Connect two more accounts that need their owners: a token that ends soon, and an app that was removed.

    Raises SeedError.
    """
    meta, link = signpost.meta, signpost.pages.connect_link("instagram")
    if not meta.tokens(_EXPIRING):
        meta.state.switches.lifetimes[_EXPIRING] = _LASTS_S
        connect(signpost, link, _EXPIRING)
        del meta.state.switches.lifetimes[_EXPIRING]
    if not meta.tokens(_REVOKED):
        connect(signpost, link, _REVOKED)
        meta.revoke("instagram", _REVOKED)


def clicks(signpost: SignpostStack) -> None:
    """What people clicked in the last minutes, by real redirects."""
    chance = Random("today")  # noqa: S311  (not for secrets)
    with requests.Session() as session:
        session.trust_env = False
        for link in history.LINKS[:_CLICKED]:
            for _ in range(chance.randrange(3)):
                click = audience.click(chance)
                headers = {"User-Agent": click.agent, "Referer": click.referrer}
                if click.country:
                    headers["CloudFront-Viewer-Country"] = click.country
                session.get(
                    f"{signpost.stack.url}/track/{link.slug}",
                    headers=headers,
                    allow_redirects=False,
                    timeout=_TIMEOUT_S,
                )


def connect(signpost: SignpostStack, link: str, login: str) -> str:
    """Follow a "connect" link as a browser would, with a click on "Allow"; returns where it ends. Raises SeedError."""
    dialog = _call("GET", link, expect=(HTTPStatus.FOUND,))
    cookie = dialog.headers.get("Set-Cookie", "").partition(";")[0]
    address = urlsplit(dialog.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    back = signpost.meta.authorize(
        "facebook" if "facebook" in address.path else "instagram",
        login,
        tuple(asked["scope"].replace(" ", ",").split(",")),
        asked["redirect_uri"],
        asked["state"],
    )
    returned = _call("GET", back.partition("#")[0], cookie=cookie, expect=(HTTPStatus.FOUND,))
    return returned.headers["Location"]


def _call(
    method: str,
    url: str,
    *,
    expect: Collection[HTTPStatus],
    admin: Admin | None = None,
    body: Any = None,
    cookie: str = "",
) -> requests.Response:
    what = f"{method} {urlsplit(url).path}"
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the developer's does not reach this machine
        try:
            reply = session.request(
                method,
                url,
                json=body,
                auth=HTTPBasicAuth(admin.user.encode(), admin.password.encode()) if admin else None,
                headers={"Cookie": cookie} if cookie else {},
                allow_redirects=False,
                timeout=_TIMEOUT_S,
            )
        except requests.RequestException as error:
            raise SeedError(f"{what}: {error!r}") from error
    if reply.status_code not in expect:
        raise SeedError(f"{what} answered {reply.status_code}: {reply.text[:200]}")
    return reply
