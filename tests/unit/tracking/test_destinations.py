import pytest

from signpost.tracking.redirect.destinations import Destination, location, may_exist

PLAIN = Destination("42", "https://e.com/p?a=1", {}, forward_query=False, expires_at=None, limit=None)


@pytest.mark.parametrize("key", ["7", "0", "9" * 16, "summer_sale-2026", "-1", "a" * 64])
def test_ids_and_slugs_are_looked_up(key: str) -> None:
    assert may_exist(key)


@pytest.mark.parametrize("key", ["", "a" * 65, "..", "a/b", "a b", "ä", "%37", "7\n", "slug#x"])
def test_other_keys_are_not_looked_up(key: str) -> None:
    assert not may_exist(key)


def test_the_clicks_query_is_only_forwarded_on_request() -> None:
    assert location(PLAIN, "Android", "utm_source=x&a=2") == "https://e.com/p?a=1"


def test_our_own_parameters_are_not_forwarded() -> None:
    forwarding = PLAIN._replace(forward_query=True)

    assert location(forwarding, "Android", "platform=Android&utm=x&src=bio&a=2") == "https://e.com/p?utm=x&a=2"
    assert location(forwarding, "Android", "platform=Android&src=bio") == "https://e.com/p?a=1"


def test_a_platform_may_have_its_own_target() -> None:
    campaign = PLAIN._replace(platform_urls={"IPhone": "https://apps.apple.com/app/1"})

    assert location(campaign, "IPhone", "") == "https://apps.apple.com/app/1"
    assert location(campaign, "Android", "") == "https://e.com/p?a=1"
