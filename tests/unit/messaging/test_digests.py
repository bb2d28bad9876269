import pytest

from signpost.messaging.cursors import Cursors
from signpost.messaging.digests import Digests
from signpost.messaging.errors import BadRequest
from signpost.messaging.phones import md5_hash

PHONE = "+14155550100"
DIGESTS = Digests(lambda: b"key")


def test_a_phone_is_found_by_its_number_and_by_its_md5_in_any_case() -> None:
    assert DIGESTS.phone(PHONE) == DIGESTS.of_md5(md5_hash(PHONE)) == DIGESTS.of_md5(f" {md5_hash(PHONE).upper()}")
    assert DIGESTS.phone(PHONE) != DIGESTS.phone("+14155550101")


def test_a_digest_needs_the_key_and_its_purpose() -> None:
    assert DIGESTS.phone(PHONE) != Digests(lambda: b"other").phone(PHONE)
    assert DIGESTS.email(md5_hash(PHONE)) != DIGESTS.phone(PHONE)
    assert DIGESTS.derived("cursors") != DIGESTS.derived("codes")


@pytest.mark.parametrize("text", ["", "nora", "g" * 32, "0" * 31, "0" * 33, "٣" * 32])
def test_what_is_not_an_md5_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="Invalid phone hash"):
        DIGESTS.of_md5(text)


def test_a_cursor_is_good_for_its_user_and_route_only() -> None:
    cursors = Cursors(DIGESTS)
    cursor = cursors.next({"after": 7}, user=1, route="friends")

    assert cursors.read(cursor, user=1, route="friends") == {"after": 7}
    for text, user, route in ((cursor, 2, "friends"), (cursor, 1, "sync"), ("7", 1, "friends"), ("", 1, "friends")):
        with pytest.raises(BadRequest, match="Invalid max_id"):
            cursors.read(text, user=user, route=route)
