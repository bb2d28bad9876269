import json

from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.ids import ulid_time
from signpost.tracking.clicks import Click, ClickLayout, campaign_and_hour, from_headers, item, visitor

NOW = 1_795_246_500.0  # 2026-11-21T07:35:00Z
LAYOUT = ClickLayout(buckets=8, retention_days=90)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"


def test_a_click_is_kept_under_its_campaigns_hour() -> None:
    stored = item("42", Click("IPhone"), NOW, LAYOUT)

    campaign_id, hour = campaign_and_hour(str(stored["partition"]))
    assert (campaign_id, hour) == ("42", "2026-11-21T07")
    assert ulid_time(str(stored["click"])) == NOW
    assert stored["ttl"] == NOW + 90 * 86_400


def test_clicks_of_an_hour_spread_over_all_buckets() -> None:
    buckets = {str(item("42", Click("IPhone"), NOW, LAYOUT)["partition"]).split("#")[2] for _ in range(500)}

    assert buckets == {str(number) for number in range(8)}


def test_details_of_the_request_are_kept() -> None:
    headers = {
        "user-agent": CHROME,
        "referer": "https://www.instagram.com/p/1?igsh=secret#x",
    }

    stored = item("42", from_headers("Android", headers, "bio", "de"), NOW, LAYOUT)

    assert stored["agent"] == CHROME
    assert stored["referrer"] == "https://www.instagram.com/p/1"
    assert stored["country"] == "DE"
    assert stored["source"] == "bio"
    assert "bot" not in stored


def test_browsers_that_ask_not_to_be_tracked_are_not_tracked() -> None:
    known = {"user-agent": CHROME, "referer": "https://a.example/"}
    for header in ("dnt", "sec-gpc"):
        headers = {**known, header: "1"}

        click = from_headers("Android", headers, "bio", "DE")._replace(visitor="0123456789abcdef")
        stored = item("42", click, NOW, LAYOUT)

        assert set(stored) == {"partition", "click", "platform", "source", "ttl"}


def test_a_request_without_a_user_agent_is_a_programs() -> None:
    assert item("42", from_headers("other", {}, ""), NOW, LAYOUT)["bot"] is True


def test_a_prefetch_is_not_a_persons_click() -> None:
    for headers in ({"purpose": "prefetch"}, {"sec-purpose": "prefetch;prerender"}):
        assert item("42", from_headers("other", {"user-agent": CHROME, **headers}, ""), NOW, LAYOUT)["bot"] is True


def test_only_countries_of_two_letters_are_kept() -> None:
    for country in ("", "D", "DEU", "??", "ÄÖ", "1 "):
        assert "country" not in item("42", Click("other", country=country), NOW, LAYOUT)


@given(st.text(), st.text(), st.text(), st.text())
def test_any_click_is_one_write_unit(agent: str, referrer: str, country: str, source: str) -> None:
    click = Click("WindowsPhone", agent * 50, referrer * 50, country, source * 50, bot=True, visitor="f" * 16)

    stored = item(str(2**53), click, NOW, LAYOUT)

    # DynamoDB counts names and UTF-8 values; numbers and booleans take fewer bytes than their text does here.
    size = sum(len(name) + len(str(value).encode()) for name, value in stored.items())
    assert size <= 1024
    json.dumps(stored).encode()


def test_a_visitors_pseudonym_lasts_for_a_day() -> None:
    key, tomorrow, address = b"k" * 32, b"t" * 32, "203.0.113.7"

    pseudonym = visitor(key, address, CHROME)

    assert pseudonym == visitor(key, address, CHROME)
    others = {visitor(key, "203.0.113.8", CHROME), visitor(key, address, "x"), visitor(tomorrow, address, CHROME)}
    assert len(others - {pseudonym}) == 3
    assert len(pseudonym) == 16
