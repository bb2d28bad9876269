"""Links: the list's filters, the form, breakdowns."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from signpost.console.links import forms, listing, one
from signpost.tracking.campaigns.campaign import Campaign, Creation
from signpost.tracking.counting.counts import Counts
from signpost.tracking.reports.views import Share

UTC = ZoneInfo("UTC")
NOW = 1_795_244_400.0


def campaign(number: int, slug: str | None, **fields: Any) -> Campaign:
    url = fields.pop("redirect_url", f"https://shop.example/{slug}")
    return Campaign.create(number, Creation(redirect_url=url, slug=slug, **fields), NOW)


LINKS = [campaign(3, "bread"), campaign(2, "Autumn", platforms=["IPhone"]), campaign(1, None)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, [2, 3, 1]),
        ({"sort": "newest"}, [3, 2, 1]),
        ({"sort": "name"}, [2, 3, 1]),
        ({"sort": "clicks; drop"}, [2, 3, 1]),
        ({"platform": "IPhone"}, [2]),
        ({"platform": "Nokia"}, [2, 3, 1]),
        ({"q": "AUTUMN"}, [2]),
        ({"q": "shop.example bread"}, [3]),
        ({"q": "nothing"}, []),
    ],
)
def test_links_are_filtered_and_sorted(query: dict[str, str], ids: list[int]) -> None:
    listed = {"2": Counts(android=5), "3": Counts(bot=9, iphone=1)}

    assert [each.id for each in listing.chosen(LINKS, listed, listing.Choice.read(query))] == ids


@pytest.mark.parametrize(
    ("page", "text", "part"),
    [
        ("1", "1–12 of 30", (0, 12)),
        ("3", "25–30 of 30", (24, 30)),
        ("99", "25–30 of 30", (24, 30)),
        ("-1", "1–12 of 30", (0, 12)),
    ],
)
def test_a_page_behind_the_last_is_the_last(page: str, text: str, part: tuple[int, int]) -> None:
    pager, chosen = listing.pager(listing.Choice.read({"page": page, "q": "a b"}), 30)

    assert (pager.text, (chosen.start, chosen.stop)) == (text, part)
    assert all("q=a+b" in address for address in (pager.previous, pager.next) if address)


def test_the_sparkline_has_whole_days_only() -> None:
    quarters = {
        "2026-11-21T00:00": Counts(iphone=100),
        "2026-11-20T23:45": Counts(iphone=1),
        "2026-11-07T00:00": Counts(android=2),
        "2026-11-06T23:45": Counts(android=50),
    }

    assert listing.daily(quarters, UTC, NOW) == [2, *[0] * 12, 1]


@pytest.mark.parametrize(
    ("fields", "target"),
    [
        ({"redirect_url": "https://e.com/a?b=1&utm_source=old"}, "https://e.com/a?b=1&utm_source=old"),
        (
            {"redirect_url": "https://e.com/a?b=1&utm_source=old", "utm_source": "bio"},
            "https://e.com/a?b=1&utm_source=bio",
        ),
        ({"redirect_url": " https://e.com/#x ", "utm_medium": "a b"}, "https://e.com/?utm_medium=a+b#x"),
        ({"redirect_url": "http://[", "utm_medium": "a"}, "http://["),
    ],
)
def test_utm_parameters_are_added_to_the_target(fields: dict[str, str], target: str) -> None:
    assert forms.with_utm(fields) == target


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"redirect_url": "nora-bakes.example"}, "redirect_url"),
        ({"redirect_url": "https://e.com", "slug": "a b"}, "slug"),
        ({"redirect_url": "https://e.com", "max_clicks": "many"}, "max_clicks"),
        ({"redirect_url": "https://e.com", "max_clicks": "0"}, "max_clicks"),
        ({"redirect_url": "https://e.com", "expires_at": "soon"}, "expires_at"),
        ({"redirect_url": "https://e.com", "url_Android": "javascript:1"}, "url_Android"),
    ],
)
def test_an_error_is_said_at_its_field(fields: dict[str, str], field: str) -> None:
    with pytest.raises(forms.FormErrors) as caught:
        forms.change(fields, UTC, campaign(7, "bread"))

    assert list(caught.value.errors) == [field]
    assert caught.value.errors[field].endswith(".")


def test_a_form_that_is_sent_as_it_was_shown_changes_nothing() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    full = campaign(
        7,
        "bread",
        platforms=["Android", "IPhone"],
        platform_urls={"Android": "https://e.com/app"},
        forward_query=True,
        expires_at="2026-12-31T22:59:00Z",
        max_clicks=1000,
    )

    change = forms.change(forms.values_of(full, zone), zone, full)

    assert full.changed(change, NOW)._replace(version=1) == full


def test_a_breakdown_shows_the_largest_and_sums_up_the_rest() -> None:
    shares = [Share(name=f"C{each}", clicks=10 - each) for each in range(8)] + [Share(name="unknown", clicks=50)]

    rows = one.bar_rows("country", shares)

    assert [(each.name, each.clicks, each.dim) for each in rows] == [
        *((f"C{each}", str(10 - each), False) for each in range(5)),
        ("Not known", "50", True),
        ("Others", "12", True),
    ]
    assert 'width="100%"' in rows[5].bar


def test_an_empty_breakdown_has_no_rows() -> None:
    assert one.bar_rows("country", []) == []
