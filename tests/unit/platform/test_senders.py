import pytest

from signpost.platform.senders import sender
from tests.http_events import http_event


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        # The holder of one IPv6 address has at least 2^64
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.8", False),
        ("unknown", "unknown", True),
    ],
)
def test_addresses_of_one_holder_count_as_one(first: str, second: str, same: bool) -> None:
    one, other = (sender(http_event("GET", "/", ip=each)) for each in (first, second))

    assert (one == other) is same
