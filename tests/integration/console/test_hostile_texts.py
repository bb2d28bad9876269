"""What others write (captions, names, addresses, apps, queues' messages) is shown as text, on every page."""

import html
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from signpost.analytics.reports.registry import REPORTS
from signpost.instagram.apps.app import App, LinkState, app_item, link_item
from signpost.instagram.posts import Post
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.store import CampaignStore
from tests import dynamodb
from tests.aws import empty, empty_queue
from tests.integration.analytics.account import NOW, Connected
from tests.integration.console.conftest import Members, Visitor
from tests.integration.console.test_operations import GIVEN_UP, give_up
from tests.integration.tracking.world import World

EVIL = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}"
SHOWN = "<script>alert(1)</script>"


class Tags(HTMLParser):
    """Fails for a tag that could run or fetch what we did not write."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert not [name for name in given if name.startswith("on")], given
        if tag == "script":
            assert (given.get("src") or "").startswith("/_/")
        for name in ("src", "href", "action", "formaction"):
            address = (given.get(name) or "").strip().lower()
            assert not re.match(r"javascript:|data:|vbscript:", address), address
            assert name != "src" or not address or address.startswith("/"), address


class Evil:
    """An account, a link, an app, a member and a message: HTML wherever somebody else chooses the text."""

    def __init__(self, environment: Mapping[str, str], world: World, data: Any) -> None:
        world.now = NOW
        empty("Media", "Members", "InstagramApps")
        self.account = Connected(environment, EVIL, name=EVIL, page_name=EVIL, import_tags=(EVIL,))
        Connected(environment, f"other {EVIL}", name=EVIL)
        self.account.live()
        caption = f"{EVIL}\n#{EVIL} @{EVIL} signpost.example/track/evil"
        self.account.publish(Post("19", NOW - 300, caption, tags=(EVIL,), permalink="javascript:alert(1)"))
        assert self.account.take() == "taken"
        dynamodb.put("Members", {**dynamodb.get("Members", id=self.account.member), "title": EVIL})
        creation = Creation(redirect_url="https://shop.example/", slug="evil", account=self.account.install.id)
        made = Campaign.create(int(world.campaign()), creation, world.now)
        assert CampaignStore(aws.dynamodb(), "Campaigns").create(made)
        target = {"redirect_url": f"https://shop.example/{EVIL}", "aliases": [EVIL]}
        dynamodb.put("Campaigns", {**dynamodb.get("Campaigns", key=str(made.id)), **target})
        self.link = str(made.id)
        world.roll_up(world.click(self.link, 3, source=EVIL, referrer=f"https://e.com/{EVIL}", country="<b"))
        apps = Table(aws.dynamodb(), "InstagramApps")
        apps.put(app_item(App(EVIL, feeds=(f"@{EVIL}",), import_tags=(EVIL,), version=1)))
        apps.put(link_item(EVIL, self.account.install.id, EVIL, world.now, LinkState.PENDING))
        empty_queue(GIVEN_UP)
        give_up(data, install=EVIL, why=EVIL)


@pytest.fixture
def evil(environment: Mapping[str, str], world: World, data: Any) -> Evil:
    return Evil(environment, world, data)


PAGES = {
    "/fp?admin=1": True,
    "/fp/links": True,
    "/fp/links?q={evil}&tag={evil}&sort={evil}": True,
    "/fp/links?new": True,
    "/fp/links/{link}": True,
    "/fp/links/{link}?by={evil}&period={evil}&done={evil}": True,
    "/fp/links/{link}/edit": True,
    "/fp/links/{link}/delete": False,
    "/fp/accounts": True,
    "/fp/accounts?id={evil}": True,
    "/fp/accounts/{install}": True,
    "/fp/accounts/{install}?period={evil}&sort={evil}&page={evil}": True,
    "/fp/accounts/{install}/disconnect": True,
    "/fp/reports": True,
    "/fp/reports/{member}": True,
    "/fp/reports/{member}/top-posts?tz={evil}&from={evil}&period={evil}": True,
    "/fp/operations": True,
    f"/fp/operations/{GIVEN_UP}": True,
    "/fp/zone": False,
    "/docs": False,
}


def shows(reply: dict[str, Any]) -> bool:
    """Whether the text is on the page. Nothing of it is a tag."""
    Tags().feed(reply["body"])
    assert "<script>alert" not in reply["body"]
    assert "49}" not in reply["body"]
    return SHOWN in html.unescape(reply["body"])


def test_what_others_wrote_is_text_on_every_page(evil: Evil, owner: Visitor, members: Members) -> None:
    account = evil.account
    parts = {"link": evil.link, "install": account.install.id, "member": account.member, "evil": quote(EVIL, safe="")}
    pages = PAGES | {f"/fp/reports/{{member}}/{each.name}": True for each in REPORTS}
    for page, is_shown in pages.items():
        reply = owner.get(page.format(**parts))
        assert reply["statusCode"] == 200, page
        assert shows(reply) or not is_shown, page

    # And on those that a member sees
    member = owner.another()
    assert members.log_in(member, account.install)["headers"]["location"] == "/fp"
    own = ["/fp", "/fp/accounts/{install}", "/fp/accounts/{install}/disconnect", "/fp/reports/{member}"]
    for page in [*own, "/fp/reports/{member}/top-posts", "/fp/reports/{member}/link-clicks"]:
        assert shows(member.get(page.format(**parts))), page


def test_what_a_form_brought_is_text_when_it_is_shown_again(evil: Evil, owner: Visitor) -> None:
    fields = {
        "redirect_url": EVIL,
        "slug": EVIL,
        "name": EVIL,
        "typed": f"not {EVIL}",
        "utm_source": EVIL,
        "password": "x",
    }
    fields |= {"link": EVIL, "app": EVIL, "zone": EVIL, "action": EVIL, "install": EVIL, "next": EVIL, "version": EVIL}
    forms = ["/fp/links", f"/fp/links/{evil.link}", f"/fp/links/{evil.link}/delete", "/fp/zone"]
    forms += [f"/fp/accounts/{evil.account.install.id}/{each}" for each in ("disconnect", "apps")]
    token = owner.token("/fp/zone")
    for address in forms:
        reply = owner.post(address, {"form_token": token, **fields})
        assert reply["statusCode"] in (404, 409, 422), address
        shows(reply)
    stranger = owner.another()
    for address in ("/fp/login", "/fp/login/member"):
        reply = stranger.post(address, {**fields, "form_token": stranger.token("/fp/login")})
        assert reply["statusCode"] == 403
        shows(reply)
    shows(stranger.get(f"/fp/login?next=/fp%3F{quote(EVIL)}&done={quote(EVIL)}"))
