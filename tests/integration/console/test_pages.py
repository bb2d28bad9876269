"""The console's pages, through the handler: what they show is what the API says."""

import base64
import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from signpost.console.links.pages import LinkPages
from signpost.instagram import installs
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.dynamodb import Table
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.campaigns.earlier_clicks import EarlierClicks, Quota
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.counts import people
from signpost.tracking.readings import Readings
from tests.installs import connected
from tests.integration.conftest import Handlers
from tests.integration.console.conftest import Visitor
from tests.integration.tracking.world import BOT_AGENT, HOUR, START, World
from tests.samples import EVENTS, sample

DAY = 86_400


def link(world: World, slug: str | None = None, **fields: Any) -> Campaign:
    creation = Creation(redirect_url="https://shop.example/boxes", slug=slug, **fields)
    made = Campaign.create(int(world.campaign()), creation, world.now)
    assert CampaignStore(aws.dynamodb(), "Campaigns").create(made)
    return made


def account(username: str, now: float, **fields: Any) -> str:
    """Returns the install's id."""
    install = connected(Provider.INSTAGRAM, f"178414{username}", username, now, **fields)
    Table(aws.dynamodb(), "InstagramInstalls", "The table").put(installs.item(install))
    return install.id


def text(reply: dict[str, Any]) -> str:
    """What a page says, without its tags."""
    assert reply["statusCode"] == 200, reply
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", reply["body"])))


@pytest.mark.parametrize("name", sorted(path.stem for path in (EVENTS / "console").glob("*.json")))
def test_the_sample_events_are_answered(name: str, handlers: Handlers, visitor: Visitor, context: Any) -> None:
    reply = handlers("console").handler(sample("console", name), context)

    # Their cookies and tokens were not signed here.
    expected = {"reference": 200, "openapi": 200, "login_page": 200, "static_file": 404, "log_in": 403}
    expected |= {"log_in_member": 403, "choose_account": 403}
    assert reply["statusCode"] == expected.get(name, 303)


def test_without_links_the_overview_says_what_to_do_first(owner: Visitor) -> None:
    assert "Make your first link" in text(owner.get("/fp"))
    assert "Where it leads" in text(owner.get("/fp/links"))
    assert "Connect your first account" in text(owner.get("/fp/accounts"))


def test_the_overview_counts_live_and_settled_clicks_of_all_links(owner: Visitor, world: World) -> None:
    # Given two links, with clicks a week ago, yesterday and now, and a bot
    world.now = START - 8 * DAY
    bread, cake = link(world, "bread"), link(world, "cake")
    past = [(START - 7 * DAY, bread, 4), (START - DAY, bread, 3), (START - DAY + 3 * HOUR, cake, 2)]
    for moment, key, number in past:
        world.now = moment
        world.roll_up(world.click(str(key.id), number, visitor=f"{number:016x}"))
        world.now = moment + 2 * HOUR
        world.settle(str(bread.id), str(cake.id))
    world.now = START + 60
    world.settle(str(bread.id), str(cake.id))
    world.roll_up(world.click(str(cake.id), 5) + world.click(str(cake.id), agent=BOT_AGENT))

    # Then they are added up
    said = text(owner.get("/fp"))
    assert "Clicks today 5" in said
    assert "Clicks, 7 days 10 +150.0% on the 7 days before" in said
    assert "Visitors, 7 days 2" in said
    assert "Bots, 7 days 1" in said
    assert "cake shop.example/boxes 7" in said
    assert said == text(owner.get("/console"))
    assert said.partition("Times in")[0] == text(owner.get("/fp?admin=1")).partition("Members No members")[0]

    # And are those of the API, for any number of campaigns at once
    readings = Readings(aws.dynamodb(), "Campaigns", "ClickCounts")
    ids = [str(each.id) for each in readings.campaigns()]
    found = readings.histories(ids, START - 8 * DAY, world.now)
    so_far = readings.clicks_so_far(ids, world.now)
    for each in ids:
        assert so_far[each] == world.counts.current(each)
        assert sum(map(people, found[each].quarters.values())) == people(world.counts.current(each))


def test_clicks_count_also_while_hours_are_not_settled(owner: Visitor, world: World) -> None:
    # Given a link of three days ago whose hours nobody has settled
    world.now = START - 3 * DAY
    made = link(world, "bread")
    world.roll_up(world.click(str(made.id), 2))
    world.now = START
    world.roll_up(world.click(str(made.id)))

    # Then all of its clicks are shown
    said = text(owner.get("/fp"))
    assert "Clicks today 1" in said
    assert "Clicks, 7 days 3" in said
    assert "1 link . 3 clicks in all." in text(owner.get("/fp/links")).replace("1 link.", "1 link .")


def test_a_link_that_was_never_counted_has_no_clicks(owner: Visitor, world: World) -> None:
    link(world, "new")

    said = text(owner.get("/fp/links"))
    assert "1 link . 0 clicks in all." in said.replace("1 link.", "1 link .")


def test_an_overview_that_has_not_changed_is_not_sent_again(owner: Visitor, world: World) -> None:
    made = link(world, "bread")
    tag = owner.get("/fp")["headers"]["etag"]

    world.now += 1
    again = owner.get("/fp", if_none_match=tag)
    assert (again["statusCode"], again["body"]) == (304, "")

    world.roll_up(world.click(str(made.id)))
    assert owner.get("/fp", if_none_match=tag)["statusCode"] == 200


def test_a_link_is_created_shown_changed_and_deleted(owner: Visitor, world: World) -> None:
    # When it is created
    made = owner.submit("/fp/links?new", "/fp/links", redirect_url="https://e.com/a", slug="bread", utm_source="bio")
    address = made["headers"]["location"].partition("?")[0]
    assert made["statusCode"] == 303
    assert "The link is ready" in text(owner.get(made["headers"]["location"]))
    assert "leads to e.com/a?utm_source=bio" in text(owner.get(address))

    # And changed
    page = owner.get(f"{address}/edit")["body"]
    version = html.unescape(re.findall(r'name="version" value="([^"]*)"', page)[0])
    fields = {
        "redirect_url": "https://e.com/b",
        "slug": "rolls",
        "for_IPhone": "on",
        "max_clicks": "1000",
        "version": version,
    }
    saved = owner.submit(f"{address}/edit", address, **fields)
    assert saved["headers"]["location"] == f"{address}?done=saved"
    said = text(owner.get(f"{address}?done=saved"))
    assert "Saved." in said
    assert "Meant for iPhone" in said
    assert "Most clicks allowed 1,000" in said

    # And its former name is shown, and found
    assert "Former names, which still work bread" in text(owner.get(address))
    assert "rolls" in text(owner.get("/fp/links?q=bread"))

    # But not over somebody else's change
    lost = owner.submit(f"{address}/edit", address, **fields)
    assert lost["statusCode"] == 409
    assert "somebody else changed this link" in lost["body"]

    # And deleted, once its name was typed
    assert owner.submit(f"{address}/delete", f"{address}/delete", typed="bread")["statusCode"] == 422
    assert owner.get(address)["statusCode"] == 200
    gone = owner.submit(f"{address}/delete", f"{address}/delete", typed="rolls")
    assert gone["headers"]["location"] == "/fp/links?done=deleted"
    assert owner.get(address)["statusCode"] == 404


def test_a_link_names_an_account(owner: Visitor, world: World) -> None:
    # Without an account, there is nothing to choose
    assert 'name="account"' not in owner.get("/fp/links?new")["body"]
    install_id = account("nora", world.now, id="instagram-17841401")
    account("gone", world.now, state=ConnectionState.REVOKED)

    # When a link is made for one
    assert "None @nora" in text(owner.get("/fp/links?new"))
    made = owner.submit("/fp/links?new", "/fp/links", redirect_url="https://e.com/a", slug="bread", account=install_id)
    address = made["headers"]["location"].partition("?")[0]

    # Then it says so
    assert "Details Account @nora Created" in text(owner.get(address))
    assert f'<option value="{install_id}" selected>@nora</option>' in owner.get(f"{address}/edit")["body"]

    # And no longer once it was cleared; a form without the field leaves it alone
    fields = {"redirect_url": "https://e.com/a", "slug": "bread"}
    assert owner.submit(f"{address}/edit", address, **fields)["statusCode"] == 303
    assert "Details Account @nora Created" in text(owner.get(address))
    assert owner.submit(f"{address}/edit", address, **fields, account="")["statusCode"] == 303
    assert "Instagram account" not in text(owner.get(address))
    wrong = owner.submit(f"{address}/edit", address, **fields, account="nora")
    assert wrong["statusCode"] == 422


def test_a_link_says_when_its_limit_is_exact(owner: Visitor, world: World) -> None:
    made = link(world, "bread")
    fields = {"redirect_url": "https://e.com/a", "slug": "bread", "max_clicks": "5"}

    assert owner.submit(f"/fp/links/{made.id}/edit", f"/fp/links/{made.id}", **fields)["statusCode"] == 303

    assert "Most clicks allowed 5 Exact from 07:00:" in text(owner.get(f"/fp/links/{made.id}"))
    world.now += 60
    assert "Exact from" not in text(owner.get(f"/fp/links/{made.id}"))


def without_time_to_count(pages: LinkPages) -> LinkPages:
    class Busy(EarlierClicks):
        def quota(self, campaign_id: str, may_go_on: Callable[[], bool]) -> Quota:
            return super().quota(campaign_id, lambda: False)

    return pages._replace(admin=pages.admin._replace(earlier=Busy(*pages.admin.earlier)))


def test_a_limit_that_takes_too_long_to_count_is_refused_at_its_field(owner: Visitor, world: World) -> None:
    made = link(world, "bread")
    fields = {"redirect_url": "https://e.com/a", "slug": "bread", "max_clicks": "5"}
    world.click(str(made.id))
    owner.site = owner.site._replace(link_pages=without_time_to_count(owner.site.link_pages))

    refused = owner.submit(f"/fp/links/{made.id}/edit", f"/fp/links/{made.id}", **fields)

    assert refused["statusCode"] == 409
    said = re.search(r'id="max_clicks-note">(.*?)</p>', refused["body"], re.DOTALL)
    assert said
    assert "too many clicks in the last hours" in said[1]
    assert 'id="max_clicks" name="max_clicks" type="text" value="5" aria-invalid="true"' in re.sub(
        r"\s+", " ", refused["body"]
    )


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"redirect_url": "shop"}, 422, "This must"),
        ({"redirect_url": "https://e.com", "slug": "taken"}, 409, "Another link has this short name"),
        ({"redirect_url": "https://e.com", "slug": '"><script>'}, 422, "Must be 1 to 64 letters"),
    ],
)
def test_a_wrong_form_keeps_what_was_typed(
    fields: dict[str, str], status: int, said: str, owner: Visitor, world: World
) -> None:
    link(world, "taken")

    reply = owner.submit("/fp/links?new", "/fp/links", **fields)

    assert reply["statusCode"] == status
    assert said in reply["body"]
    assert 'aria-invalid="true"' in reply["body"]
    assert f'value="{html.escape(fields["redirect_url"])}"' in reply["body"]
    assert "<script>" not in reply["body"]


def test_a_link_that_has_ended_can_be_changed_but_not_end_in_the_past(owner: Visitor, world: World) -> None:
    # Given a link that ended half a minute after a minute began
    made = link(world, "bread", expires_at="2026-11-21T06:59:30Z")
    address = f"/fp/links/{made.id}"

    # When it is saved with the end that the form shows
    fields = {"redirect_url": "https://e.com/b", "slug": "bread", "expires_at": "2026-11-21T06:59"}
    saved = owner.submit(f"{address}/edit", address, **fields)

    # Then that does not change; another one in the past is refused
    assert saved["statusCode"] == 303
    stored = CampaignStore(aws.dynamodb(), "Campaigns").find(str(made.id))
    assert (stored.redirect_url, stored.expires_at) == ("https://e.com/b", "2026-11-21T06:59:30.000000Z")
    refused = owner.submit(f"{address}/edit", address, **(fields | {"expires_at": "2026-11-20T12:00"}))
    assert refused["statusCode"] == 422
    assert "Must be in the future" in refused["body"]


@pytest.mark.parametrize("period", ["24h", "7d", "30d", "12m", "nonsense"])
def test_a_link_shows_the_figures_of_the_statistics(
    period: str, owner: Visitor, world: World, handlers: Handlers
) -> None:
    world.now = START - 2 * DAY
    made = link(world, "bread")
    world.now = START + 1800
    clicks = [{"country": "DK", "source": "bio"}, {"country": "SE"}, {"agent": BOT_AGENT}]
    world.roll_up(world.click_each(str(made.id), clicks))

    said = text(owner.get(f"/fp/links/{made.id}?period={period}"))

    assert "Bots 1 set apart" in said
    assert "DK 1 50%" in said
    assert "All clicks 2" in said
    assert "As a table" in said


def test_the_files_of_a_link(owner: Visitor, world: World) -> None:
    made = link(world, "bread")
    world.now += 60
    world.roll_up(world.click(str(made.id), 2))

    csv = owner.get(f"/fp/links/{made.id}/clicks.csv")
    assert csv["body"].count("\n") == 3
    assert csv["headers"]["content-disposition"] == f'attachment; filename="clicks-{made.id}.csv"'
    assert "<title>https://signpost.example/track/bread</title>" in owner.get(f"/fp/links/{made.id}/qr.svg")["body"]
    png = owner.get(f"/fp/links/{made.id}/qr.png")
    assert base64.b64decode(png["body"]).startswith(b"\x89PNG")
    assert png["headers"]["content-type"] == "image/png"


@pytest.mark.parametrize("end", ["", "/edit", "/delete", "/clicks.csv", "/qr.svg", "/qr.png"])
@pytest.mark.parametrize("number", ["1", "abc", "slug%23bread"])
def test_a_link_that_is_not_there_is_not_found(number: str, end: str, owner: Visitor) -> None:
    assert owner.get(f"/fp/links/{number}{end}")["statusCode"] == 404


def test_accounts_are_shown_with_what_they_need(owner: Visitor, world: World) -> None:
    now = world.now
    link(world, "bread")
    account("fine", now, expires_at=now + 41.5 * DAY, followers_count=24_318, synced_at=now - 300)
    account("soon", now, expires_at=now + 6.5 * DAY)
    account("over", now, state=ConnectionState.EXPIRED)
    account("gone", now, state=ConnectionState.REVOKED)
    account("less", now, state=ConnectionState.PERMISSION_MISSING)
    account("old", now, synced_at=now - 2 * DAY)

    said = text(owner.get("/fp/accounts"))
    for words in (
        "@fine Instagram Login 24,318",
        "5 min ago",
        "41 days left",
        "6 days left",
        "Expired",
        "Revoked",
    ):
        assert words in said
    assert text(owner.get("/fp/accounts?id=@FINE")).count("Instagram Login") == 1
    assert "No such account" in text(owner.get("/fp/accounts?id=nobody"))
    assert owner.get("/fp?id=178414fine")["headers"]["location"] == "/fp/reports/178414fine"

    overview = text(owner.get("/fp"))
    needs = overview[overview.index("Needs attention 5") :]
    order = [
        "@gone: access was revoked",
        "@over: connection ended",
        "@less: permission missing",
        "@old is not up to date",
    ]
    assert sorted(order, key=needs.index) == order
    assert "@soon: 6 days left" in needs
    assert "@fine:" not in needs


def test_days_begin_in_the_chosen_zone(owner: Visitor, world: World) -> None:
    # Given a click at 23:30 in Tokyo, which is 14:30 in UTC
    world.now = START + 7.5 * HOUR
    made = link(world, "bread")
    world.roll_up(world.click(str(made.id)))

    # When it is an hour later
    world.now += HOUR
    assert "Clicks today 1" in text(owner.get("/fp"))
    assert owner.submit("/fp/zone", "/fp/zone", zone="Asia/Tokyo")["headers"]["location"] == "/fp?done=zone"

    # Then there it was yesterday
    said = text(owner.get("/fp?done=zone"))
    assert "Clicks today 0" in said
    assert "Times in Asia/Tokyo (JST)" in said
    assert "Clicks, 7 days 1" in said


@pytest.mark.parametrize("zone", ["", "Nowhere/City", "../etc/passwd"])
def test_a_zone_that_is_none_is_refused(zone: str, owner: Visitor) -> None:
    assert owner.submit("/fp/zone", "/fp/zone", zone=zone)["statusCode"] == 422


def test_long_pages_are_compressed_for_those_who_accept_it(owner: Visitor) -> None:
    packed = owner.get("/fp/links", accept_encoding="gzip, br")

    assert packed["headers"]["content-encoding"] == "gzip"
    assert "<h1>Links</h1>" in packed["body"]


def test_the_static_files_of_a_page_are_there(owner: Visitor) -> None:
    page = owner.get("/fp")["body"]

    files = re.findall(r'"(/_/[^"]+)"', page)
    assert len(files) == 3
    for each in files:
        assert owner.get(each)["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert owner.get("/_/console.0000000000000000.css")["statusCode"] == 404


def test_the_reference_names_every_operation(visitor: Visitor) -> None:
    page, document = visitor.get("/docs"), json.loads(visitor.get("/docs/openapi.json")["body"])

    said = text(page)
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation.get("deprecated") or operation["summary"] in said


def test_a_defect_is_told_without_detail(owner: Visitor, handlers: Handlers, context: Any) -> None:
    event = sample("console", "overview", rawPath=None) | {"cookies": None}

    reply = handlers("console").handler(event, context)

    assert reply["statusCode"] == 500
    assert "Request request-1" in reply["body"]
