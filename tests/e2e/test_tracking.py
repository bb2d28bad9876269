"""The first tracker's own integration test, over plain HTTP against the running local stack."""

from typing import Any

import requests

from tests.e2e.conftest import FALLBACK, PASSWORD, USER, Running, wait_until

ADMIN = (USER, PASSWORD)
SOON = 60.0  # seconds: only something broken takes that long


def test_the_first_trackers_acceptance(make_run: Running, browser: requests.Session) -> None:
    campaigns = f"{make_run.url}/admin/campaigns"

    def listed() -> dict[int, Any]:
        return {campaign["id"]: campaign for campaign in browser.get(campaigns, auth=ADMIN).json()}

    # Given a campaign, created and read
    wanted = {"redirect_url": "https://old.example/", "platforms": ["Android", "IPhone"]}
    created = browser.post(campaigns, json=wanted, auth=ADMIN)
    assert created.status_code == 201
    number = created.json()["id"]
    one = f"{campaigns}/{number}"
    assert browser.get(one, auth=ADMIN).json()["id"] == number

    # When its address and platforms are changed before anybody clicked
    changed = browser.put(one, json={"redirect_url": "https://new.example/", "platforms": ["WindowsPhone"]}, auth=ADMIN)
    assert changed.json()["redirect_url"] == "https://new.example/"
    assert changed.json()["platforms"] == ["WindowsPhone"]
    assert listed()[number]["redirect_url"] == "https://new.example/"

    # And three iPhones, which it no longer lists, and a Windows Phone follow the link
    for platform in ("IPhone", "IPhone", "IPhone", "WindowsPhone"):
        click = browser.get(f"{make_run.url}/track/{number}", params={"platform": platform}, allow_redirects=False)
        assert (click.status_code, click.headers["Location"]) == (307, "https://new.example/")

    # Then the count becomes right (after 3 s on a quiet machine), and lists show it after an update
    wait_until(lambda: browser.get(one, auth=ADMIN).json()["click_count"] == 4, SOON, "four clicks are counted")
    counted = browser.get(one, auth=ADMIN).json()
    assert (counted["iphone_click_count"], counted["windowsphone_click_count"]) == (3, 1)
    assert "Updated" in browser.get(f"{make_run.url}/tasks/update_stats", auth=ADMIN).text
    assert listed()[number]["click_count"] == 4

    # And once deleted, it is gone from the list
    assert browser.delete(one, auth=ADMIN).status_code == 204
    assert number not in listed()


def test_credentials_are_required(make_run: Running, browser: requests.Session) -> None:
    for call in (browser.get, browser.post):
        answer = call(f"{make_run.url}/admin/campaigns")
        assert answer.status_code == 401
        assert "Missing" in answer.text
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_make_run_prints_a_link_that_works(make_run: Running, browser: requests.Session) -> None:
    # Given what `make run` printed
    wait_until(lambda: any("/track/" in line for line in make_run.output), SOON, "a tracking link is printed")
    link = next(word for line in make_run.output for word in line.split() if "/track/" in word)

    # When the link is opened
    answer = browser.get(link, allow_redirects=False)

    # Then it leads to the target, and the campaign's count goes up by exactly one
    assert answer.status_code == 307
    one = link.replace("/track/", "/admin/campaigns/")
    wait_until(lambda: browser.get(one, auth=ADMIN).json()["click_count"] == 1, SOON, "one click is counted")


def test_make_run_prints_a_feed_with_pictures(make_run: Running, browser: requests.Session) -> None:
    # Given the address of the feed that `make run` printed
    wait_until(lambda: any("feed   " in line for line in make_run.output), SOON, "the feed's address is printed")
    feed = next(word for line in make_run.output for word in line.split() if "/instagram?" in word)

    # When it is opened until the example account is connected and its pictures are fetched
    wait_until(lambda: bool(browser.get(feed).json().get("data")), 60, "the feed has posts")
    wait_until(lambda: bool(browser.get(feed).json()["data"][0]["picture"]), 60, "the newest post has its picture")

    # Then the picture is there, and so is the page that shows all of this
    assert browser.get(browser.get(feed).json()["data"][0]["picture"]).headers["Content-Type"] == "image/png"
    page = next(word for line in make_run.output for word in line.split() if word.endswith("/widget"))
    assert browser.get(page).status_code == 200
    assert not [line for line in make_run.output if line.startswith("warning")]


def test_bad_links_lead_to_the_fallback_over_http(make_run: Running, browser: requests.Session) -> None:
    for path in ("/track", "/track/", "/track/abc", "/track/-7", "/track/" + "9" * 30, "/track/%2e%2e", "/track/a/b"):
        answer = browser.get(make_run.url + path, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (307, FALLBACK), path
        assert browser.head(make_run.url + path, allow_redirects=False).status_code == 307


def test_the_front_page_answers_where_no_route_is(make_run: Running, browser: requests.Session) -> None:
    url = make_run.url

    assert "<h1>What do your posts bring you?</h1>" in browser.get(f"{url}/").text
    assert browser.get(f"{url}/nothing").status_code == 404
    sent_on = browser.get(f"{url}/users/oauth/?code=a%2Fb", allow_redirects=False)
    assert (sent_on.status_code, sent_on.headers["Location"]) == (308, "/users/oauth?code=a%2Fb")
