"""How passwords are kept and compared."""

import pytest

from signpost.messaging.errors import BadRequest
from signpost.messaging.passwords import allowed, hashed, matches, needs_rehash

PASSWORD = "correct horse"
STORED = hashed(PASSWORD)
OLDER = "$argon2id$v=19$m=4096,t=3,p=1$c29tZXNhbHQxMjM0NTY3OA$qLml5cbqFAO6YxVHhrSBHP0UWdxrIxkNcM8aMX3blzU"


def test_only_the_right_password_matches() -> None:
    assert matches(STORED, PASSWORD)
    assert not matches(STORED, PASSWORD + " ")
    assert not matches(STORED, "\ud800")
    assert not matches(None, PASSWORD)


def test_a_hash_says_nothing_twice() -> None:
    assert hashed(PASSWORD) != STORED
    assert STORED.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_keyboard_may_compose_letters_in_its_own_way() -> None:
    assert matches(hashed("cafe\u0301s"), "caf\u00e9s")


@pytest.mark.parametrize("stored", [STORED, None], ids=["an account", "no account"])
def test_a_wrong_password_costs_as_much_as_a_wrong_name(stored: str | None) -> None:
    verified: list[str] = []

    def verify(against: str, password: bytes) -> bool:
        verified.append(against)
        return True

    # Even if the stand-in for a hash matched, nobody would be let in.
    assert matches(stored, PASSWORD, verify=verify) is (stored is not None)

    (against,) = verified
    assert against.rpartition("$")[0].rpartition("$")[0] == STORED.rpartition("$")[0].rpartition("$")[0]


def test_hashes_with_other_parameters_are_made_again() -> None:
    assert needs_rehash(OLDER)
    assert not needs_rehash(STORED)


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Password cannot be blank"),
        ("12345", "Password must be 6 to 256 characters long"),
        ("x" * 257, "Password must be 6 to 256 characters long"),
    ],
)
def test_a_password_has_6_to_256_characters(password: str, message: str) -> None:
    with pytest.raises(BadRequest) as raised:
        allowed(password)

    assert raised.value.errors == (message,)
    assert [allowed("123456"), allowed("x" * 256)] == ["123456", "x" * 256]
