from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest

from signpost.instagram.connection_states import DAY, ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.login_links import login_address
from signpost.instagram.products import Provider
from signpost.instagram.tokens.mails import compose, date_and_time, days_left
from signpost.instagram.tokens.steps import Step
from tests.installs import connected

NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
EMAILS = (Step.FIRST_EMAIL, Step.SECOND_EMAIL, Step.PERMISSION_EMAIL, Step.MISSING_EMAIL)
URL = "https://links.example"


def install(username: str = "nora.bakes.demo", left: float | None = 9 * DAY + 8 * 3600) -> Install:
    expires_at = None if left is None else NOW + left
    return connected(Provider.INSTAGRAM, "1", username, NOW, expires_at=expires_at)


class Reader(HTMLParser):
    """The links in a page, and everything that it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.links.append(str(value))
            elif name in {"src", "href", "background", "srcset"}:
                self.fetched.append(str(value))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1_796_137_200.0, "1 December 2026, 15:00 UTC"),
        (1_795_219_199.9, "20 November 2026, 23:59 UTC"),
        (1_798_761_600.0, "1 January 2027, 00:00 UTC"),
    ],
)
def test_a_moment_is_unambiguous_and_in_utc(seconds: float, text: str) -> None:
    assert date_and_time(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (10 * DAY, "in 10 days"),
        (2 * DAY, "in 2 days"),
        (2 * DAY - 1, "in 1 day"),
        (DAY, "in 1 day"),
        (DAY - 1, "in less than a day"),
        (0, "in less than a day"),
    ],
)
def test_the_time_left_is_in_whole_days(seconds: float, text: str) -> None:
    assert days_left(seconds) == text


@pytest.mark.parametrize("email", EMAILS)
def test_both_parts_name_the_account_and_lead_to_the_login(email: Step) -> None:
    mail = compose(email, install(), NOW, URL + "/", "shop & co")

    address = login_address(URL, Provider.INSTAGRAM, "shop & co")
    assert "@nora.bakes.demo" in mail.subject
    for part in (mail.text, mail.html):
        assert "@nora.bakes.demo" in part
        assert "new posts" in part
    assert address in mail.text
    assert set(Reader(mail.html).links) == {address}


@pytest.mark.parametrize("email", EMAILS)
def test_an_email_loads_nothing(email: Step) -> None:
    mail = compose(email, install(), NOW, URL)

    assert Reader(mail.html).fetched == []
    assert "url(" not in mail.html
    assert "@import" not in mail.html
    assert "<script" not in mail.html


@pytest.mark.parametrize("email", EMAILS)
def test_an_accounts_name_stays_text(email: Step) -> None:
    mail = compose(email, install("<b>x</b>\r\nBcc: a@b.example"), NOW, URL)

    assert "<b>x" not in mail.html
    assert "&lt;b&gt;x" in mail.html
    assert mail.subject.isprintable()


@pytest.mark.parametrize("email", EMAILS)
def test_the_subject_is_short_even_for_the_longest_name(email: Step) -> None:
    for day in range(366):
        assert len(compose(email, install("w" * 30, day * DAY), NOW, URL).subject) <= 60
    assert len(compose(email, install("w" * 300), NOW, URL).subject) <= 60


def test_the_first_email_says_when_and_in_how_many_days() -> None:
    mail = compose(Step.FIRST_EMAIL, install(), NOW, URL)

    assert mail.subject == "Reconnect @nora.bakes.demo by 30 November"
    for part in (mail.text, mail.html):
        assert "30 November 2026, 15:00 UTC" in part
        assert "in 9 days" in part
        assert "consent" not in part


def test_an_email_says_whether_the_token_or_the_consent_ends() -> None:
    both = install()._replace(provider=Provider.FACEBOOK, data_access_expires_at=NOW + 5 * DAY)

    first = compose(Step.FIRST_EMAIL, both, NOW, URL)
    second = compose(Step.SECOND_EMAIL, both, NOW + 6 * DAY, URL)
    token = compose(Step.FIRST_EMAIL, both._replace(data_access_expires_at=NOW + 50 * DAY), NOW, URL)

    for part in (first.text, first.html, second.text, second.html):
        assert "consent" in part
        assert "26 November 2026, 07:00 UTC" in part
    assert "consent" not in token.text
    assert "log in with Facebook" in token.text


def test_the_second_email_says_since_when() -> None:
    mail = compose(Step.SECOND_EMAIL, install(left=-DAY), NOW, URL)

    assert "20 November 2026, 07:00 UTC" in mail.text
    assert "20 November 2026, 07:00 UTC" in mail.html
    assert "consent" not in mail.text


@pytest.mark.parametrize("left", [50 * DAY, None])
def test_an_email_about_a_token_that_died_early_has_no_date(left: float | None) -> None:
    mail = compose(Step.SECOND_EMAIL, install(left=left)._replace(state=ConnectionState.EXPIRED), NOW, URL)

    for part in (mail.text, mail.html):
        assert "no longer accepts" in part
        assert "UTC" not in part


def test_the_link_leads_to_the_login_of_the_provider() -> None:
    query = parse_qs(urlsplit(login_address(URL, Provider.FACEBOOK)).query)

    assert query == {"provider": ["facebook"], "return_to": [f"{URL}/connected"]}
