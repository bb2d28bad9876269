import pytest

from signpost.platform.http import public_url
from tests.http_events import http_event


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"host": "evil.example", "x-forwarded-proto": "http"}])
@pytest.mark.parametrize(
    ("configured", "expected"), [("", "https://signpost.example"), ("https://links.example", "https://links.example")]
)
def test_the_api_knows_its_address_whatever_the_client_says(
    headers: dict[str, str], configured: str, expected: str
) -> None:
    assert public_url(http_event("GET", "/", headers=headers), configured) == expected
