"""The frame around each page: navigation, who is logged in, zone, messages; and pages for those who are not."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import available_timezones

from signpost.console import words
from signpost.console.charts import small
from signpost.console.session.member import Member
from signpost.console.visits import Visit
from signpost.platform.http import Event, Reply, header, redirect
from signpost.platform.pages import site_headers, site_reply
from signpost.platform.static_files import StaticFiles

STATIC: Final = StaticFiles(Path(__file__).parent / "static")
ZONES: Final = tuple(
    sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
)


class NavItem(NamedTuple):
    name: str
    address: str
    icon: str
    on_phones: bool  # in the bar at the bottom; the others are under "More"


NAVIGATION: Final = (
    NavItem("Overview", "/fp", "chart", on_phones=True),
    NavItem("Links", "/fp/links", "link", on_phones=True),
    NavItem("Accounts", "/fp/accounts", "person", on_phones=True),
    NavItem("Reports", "/fp/reports", "sheet", on_phones=True),
    NavItem("Conversations", "/fp/conversations", "bubbles", on_phones=False),
    NavItem("Operations", "/fp/operations", "stacks", on_phones=False),
    NavItem("API docs", "/docs", "book", on_phones=False),
)


def navigation(member: Member | None) -> tuple[NavItem, ...]:
    """A member's: only what they may see."""
    if member is None:
        return NAVIGATION
    return (
        NavItem("Overview", "/fp", "chart", on_phones=True),
        NavItem("Account", f"/fp/accounts/{member.account}", "person", on_phones=True),
        NavItem("Reports", f"/fp/reports/{member.account}", "sheet", on_phones=True),
        NavItem("API docs", "/docs", "book", on_phones=False),
    )


class Toast(NamedTuple):
    text: str
    link: str = ""
    address: str = ""


_TOASTS: Final[Mapping[str, str]] = {
    "saved": "Saved.",
    "deleted": "The link was deleted.",
    "zone": "The zone was changed.",
    "put-back": "The messages are being put back.",
    "started": "The sync begins within a minute.",
    "stopped": "The sync was stopped. It no longer runs by itself.",
    "accepted": "The app shows the account.",
    "refused": "The app does not show the account, and it cannot ask again.",
    "member-added": "The member was added.",
    "member-deleted": "The member is being deleted. That takes a few minutes.",
    "disconnected": "The account is being disconnected and erased. That takes a few minutes.",
}


def toast(event: Event) -> Toast | None:
    """What has just been done, as the address says it."""
    done = (event.get("queryStringParameters") or {}).get("done", "")
    return Toast(_TOASTS[done]) if done in _TOASTS else None


def show(visit: Visit, template: str, title: str, values: Mapping[str, Any], status: int = 200) -> Reply:
    """A page in the frame. `title` says where one is, from the inside out: "Autumn loaf box · Links"."""
    given = {
        **_common(title),
        "navigation": navigation(visit.member),
        "is_member": visit.member is not None,
        "path": visit.path,
        "user": visit.session.user,
        "form_token": visit.session.form_token,
        "zone": visit.zone.key,
        "zone_text": words.zone_name(visit.zone, visit.now),
        "toast": toast(visit.event),
        **values,
    }
    return _with_tag(visit.event, site_reply(status, template, given))


def show_outside(template: str, title: str, values: Mapping[str, Any], status: int = 200) -> Reply:
    """A page without the frame, for those who are not logged in."""
    return site_reply(status, template, {**_common(title), **values})


def see_other(location: str, *cookies: str) -> Reply:
    reply = redirect(303, location, {"cache-control": "no-store", "referrer-policy": "same-origin"})
    return {**reply, "cookies": list(cookies)} if cookies else reply


def _common(title: str) -> dict[str, Any]:
    return {"title": title, "static": STATIC.address, "words": words, "small": small}


def _with_tag(event: Event, page: Reply) -> Reply:
    """Equal pages have equal tags, so that a page that refreshes itself is sent only when something has changed."""
    tag = f'"{hashlib.sha256(page["body"].encode()).hexdigest()[:32]}"'
    page["headers"]["etag"] = tag
    if page["statusCode"] == 200 and header(event, "if-none-match") == tag:  # noqa: PLR2004  (OK)
        return {"statusCode": 304, "headers": {**site_headers(), "etag": tag}, "body": ""}
    return page
