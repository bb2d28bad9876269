"""The demo's pages, over HTTP."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from local.demo.site import Example, Pages
from local.runner.application import ScheduleSpec
from local.runner.errors import FunctionError
from signpost.instagram.apps.connect_keys import signing_secret
from signpost.instagram.apps.connect_links import platform_signature

pytestmark = pytest.mark.slow

MAIL = {
    "kind": "email",
    "id": "1",
    "at": 1790000000.0,
    "from": "signpost@example.com",
    "to": ["ann@example.com"],
    "subject": "Soon <over>",
    "text": "Log in & continue",
    "html": '<a href="https://example.com/?a=1&amp;b=2">Log in</a><script>alert(1)</script>',
}


EXAMPLE = Example(
    link="http://127.0.0.1:3000/track/7",
    short="http://127.0.0.1:3000/track/demo",
    clicks="http://admin:pw@127.0.0.1:3000/admin/campaigns/7",
    user="admin",
    password="pw",
)


class Tags(HTMLParser):
    """The attributes of each tag, by its name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, list[dict[str, str | None]]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.setdefault(tag, []).append(dict(attrs))


class FakeStack:
    """Has one schedule, and records what is asked of it."""

    url = "http://127.0.0.1:3000"
    aws_endpoint = "http://127.0.0.1:4566"

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []
        self.ran: list[str] = []
        self.offset = 0.0

    def outbox(self) -> list[dict[str, Any]]:
        return self.mails

    def now(self) -> float:
        return 1790000000.0 + self.offset

    def set_clock_offset(self, seconds: float) -> None:
        self.offset = seconds

    def schedules(self) -> list[ScheduleSpec]:
        return [ScheduleSpec("TidyDaily", "Tidy", "rate(1 day)", "scheduler", None)]

    def run_schedule(self, function: str) -> None:
        if function == "Broken":
            raise FunctionError("Broken", "KeyError", "gone")
        if function != "Tidy":
            raise KeyError(function)
        self.ran.append(function)


@pytest.fixture(scope="module")
def stack() -> FakeStack:
    return FakeStack()


@pytest.fixture(scope="module")
def mails(stack: FakeStack) -> list[dict[str, Any]]:
    return stack.mails


@pytest.fixture(scope="module")
def pages(stack: FakeStack) -> Iterator[Pages]:
    with Pages(0) as running:
        running.start(meta="http://127.0.0.1:3100", stack=stack)
        running.show(EXAMPLE)
        yield running


def get(address: str) -> requests.Response:
    return requests.get(address, timeout=20)


def test_the_first_page_leads_to_everything(pages: Pages) -> None:
    links = {each["href"] for each in Tags(get(f"{pages.url}/").text).found["a"]}
    assert {*pages.addresses, EXAMPLE.link, EXAMPLE.short, EXAMPLE.clicks} <= links


def test_the_first_page_shows_how_to_log_in_and_where_the_data_is(pages: Pages) -> None:
    shown = get(f"{pages.url}/").text
    assert "admin / pw" in shown
    assert "http://127.0.0.1:4566" in shown


def test_the_first_page_names_the_people_who_talk_once_they_do(pages: Pages) -> None:
    before = get(f"{pages.url}/").text
    pages.introduce({"nora": "+12125550111"}, "a password")
    after = get(f"{pages.url}/").text

    assert "http://127.0.0.1:3000/api" in before
    assert "Password of each" not in before
    assert all(shown in after for shown in ("nora", "+12125550111", "a password"))


def post(address: str, origin: str | None = None, **form: str) -> requests.Response:
    headers = {"Origin": origin} if origin else {}
    return requests.post(address, form, headers=headers, timeout=20, allow_redirects=False)


def test_a_schedule_can_be_run_now(pages: Pages, stack: FakeStack) -> None:
    # Given its button on the first page
    fields = Tags(get(f"{pages.url}/").text).found["input"]
    assert {"type": "hidden", "name": "function", "value": "Tidy"} in fields

    # When it is pressed
    answer = post(f"{pages.url}/run", origin=pages.url, function="Tidy")

    # Then it ran, and the page says so
    assert (answer.status_code, stack.ran) == (303, ["Tidy"])
    assert "Tidy ran in" in get(pages.url + answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("function", "status", "says"),
    [("Other", 404, "No schedule runs 'Other'. Choose one of Tidy."), ("Broken", 500, "Broken: KeyError: gone")],
)
def test_what_did_not_run_says_why(pages: Pages, function: str, status: int, says: str) -> None:
    answer = post(f"{pages.url}/run", function=function)
    assert (answer.status_code, answer.text.strip()) == (status, says)


def test_the_time_can_be_moved_and_put_back(pages: Pages, stack: FakeStack) -> None:
    assert post(f"{pages.url}/clock", days="51").status_code == 303
    assert stack.offset == 51 * 86400
    assert "2026-11-11 14:13:20" in get(f"{pages.url}/").text
    assert post(f"{pages.url}/clock", days="0").status_code == 303
    assert stack.offset == 0
    assert post(f"{pages.url}/clock", days="-1").status_code == 422


@pytest.mark.parametrize("path", ["/run", "/clock"])
def test_forms_of_other_websites_are_refused(pages: Pages, stack: FakeStack, path: str) -> None:
    before = (list(stack.ran), stack.offset)
    answer = post(f"{pages.url}{path}", origin="https://evil.example", function="Tidy", days="51")
    assert (answer.status_code, (stack.ran, stack.offset)) == (403, before)


def test_what_was_said_is_escaped(pages: Pages) -> None:
    assert "<script>alert" not in get(f"{pages.url}/?said=%3Cscript%3Ealert(1)").text


def test_login_links_name_the_product_and_come_back_to_the_widget(pages: Pages) -> None:
    at = pages.addresses
    for address, provider in ((at.connect_facebook, "facebook"), (at.connect_instagram, "instagram")):
        parts = urlsplit(requests.get(address, timeout=20, allow_redirects=False).headers["Location"])
        assert (parts.netloc, parts.path) == ("127.0.0.1:3000", "/showlogin")
        expected = {"provider": provider, "app_id": "demo", "return_to": f"{pages.url}/widget"}
        assert dict(parse_qsl(parts.query)) == expected


def test_login_links_are_the_owners_once_there_is_a_key(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "connect_key", "spck_key")
    query = dict(parse_qsl(urlsplit(pages.connect_link("facebook")).query))

    at, _, signature = query["connect"].partition(".")
    assert signature == platform_signature(signing_secret("spck_key"), "demo", at)


def test_an_empty_outbox_says_so(pages: Pages, mails: list[dict[str, Any]]) -> None:
    mails.clear()
    assert "Nothing was sent yet" in get(pages.addresses.outbox).text


def test_the_outbox_shows_both_parts_and_runs_nothing(pages: Pages, mails: list[dict[str, Any]]) -> None:
    # Given an e-mail whose HTML contains a script
    mails[:] = [MAIL]

    # When somebody looks at it
    shown = get(pages.addresses.outbox).text
    frame = Tags(shown).found["iframe"][0]

    # Then the HTML is in its own frame without scripts, and everything else is escaped
    assert str(frame["srcdoc"]).startswith(str(MAIL["html"]))
    assert "allow-scripts" not in str(frame["sandbox"])
    assert "allow-same-origin" not in str(frame["sandbox"])
    assert "<script>" not in shown
    assert "Soon &lt;over&gt;" in shown
    assert "Log in &amp; continue" in shown
    assert "ann@example.com" in shown
    assert "2026-09-21" in shown


def test_sms_and_pushes_are_shown_beside_e_mails_or_alone(pages: Pages, mails: list[dict[str, Any]]) -> None:
    # Given one of each kind, and a push without words
    sms = {"kind": "sms", "at": 1790000000.0, "to": ["+14155550123"], "text": "Signpost code: 1234", "attributes": {}}
    push = {"kind": "push", "at": 1790000000.0, "to": ["a-push-token"], "platform": "APNS", "attributes": {}}
    loud = push | {"payload": {"aps": {"alert": "Nora sent you a message"}}}
    silent = push | {"platform": "GCM", "payload": {"fcmV1Message": {"message": {"data": {"sync": "true"}}}}}
    mails[:] = [loud, silent, sms, MAIL]

    # Then all are shown, or those of one kind
    everything = get(f"{pages.url}/outbox").text
    assert all(text in everything for text in ("Nora sent you a message", "Silent", "Signpost code: 1234", "All (4)"))
    alone = get(f"{pages.url}/outbox?kind=sms").text
    assert "+14155550123" in alone
    assert "Nora" not in alone
    assert "Pushes (2)" in alone


def test_an_e_mail_without_html_shows_its_text(pages: Pages, mails: list[dict[str, Any]]) -> None:
    mails[:] = [MAIL | {"html": None, "text": "<b> http://127.0.0.1:3000/changepw/a-b_c"}]
    shown = get(pages.addresses.outbox).text
    found = Tags(shown).found
    assert "http://127.0.0.1:3000/changepw/a-b_c" in {each["href"] for each in found["a"]}
    assert "&lt;b&gt;" in shown
    assert "iframe" not in found
    assert "open" in found["details"][0]


def test_the_widget_shows_the_requested_feed(pages: Pages) -> None:
    data = Tags(get(f"{pages.url}/widget?feed=%23food&app=other").text).found["ul"][0]
    assert (data["data-feed"], data["data-app"]) == ("#food", "other")
    assert data["data-application"] == "http://127.0.0.1:3000"
    escaped = get(f"{pages.url}/widget?feed=%3Cscript%3Ealert(1)").text
    assert "<script>alert" not in escaped
    assert "The account is connected" not in escaped
    assert "The account is connected" in get(f"{pages.url}/widget?after_instagram_auth=True").text
    refused = get(f"{pages.url}/widget?instagram_auth_error=%3Cb%3Eno").text
    assert "No account was connected</strong> (&lt;b&gt;no)" in refused


def test_other_paths_and_methods_are_refused(pages: Pages) -> None:
    assert get(f"{pages.url}/other").status_code == 404
    assert requests.post(f"{pages.url}/outbox", timeout=20).status_code == 405
