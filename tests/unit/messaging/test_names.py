"""What people and conversations may be called."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.messaging.errors import BadRequest
from signpost.messaging.names import (
    NOBODY,
    alias,
    allowed_email,
    allowed_name,
    allowed_username,
    automatic_name,
    contact_name,
    is_group,
    own_name,
    registration,
)


@pytest.mark.parametrize(
    ("text", "stored"),
    [("Nora@Example.COM", "nora@example.com"), (" a+b@c-d.example.org\n", "a+b@c-d.example.org")],
)
def test_an_email_is_kept_in_lower_case(text: str, stored: str) -> None:
    assert allowed_email(text) == stored


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  ", "Email cannot be blank"),
        ("nora", "Email must be valid"),
        ("nora@example", "Email must be valid"),
        ("nora@.example.com", "Email must be valid"),
        ("nora@example..com", "Email must be valid"),
        ("a@example.com,b@example.com", "Email must be valid"),
        ("nora@example.com\nBcc: all@example.com", "Email must be valid"),
        ("<nora@example.com>", "Email must be valid"),
        ("noré@example.com", "Email must be valid"),
        ("nora@" + "a." * 130 + "com", "Email must be valid"),
        ("a" * 65 + "@example.com", "Email must be valid"),
    ],
)
def test_an_email_must_be_valid(text: str, message: str) -> None:
    with pytest.raises(BadRequest) as raised:
        allowed_email(text)

    assert raised.value.errors == (message,)


@pytest.mark.parametrize(("text", "stored"), [("Nora", "nora"), ("n_0_ra9 ", "n_0_ra9"), ("a" * 30, "a" * 30)])
def test_a_username_is_kept_in_lower_case(text: str, stored: str) -> None:
    assert allowed_username(text) == stored


RULE = "Username must be letters, numbers and underscores"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Username cannot be blank"),
        ("1nora", RULE),
        ("_nora", RULE),
        ("nora_", RULE),
        ("no__ra", RULE),
        ("no-ra", RULE),
        ("no ra", RULE),
        ("nöra", RULE),
        ("nora\u0661", RULE),
        ("\u212aelvin\u0131", RULE),
        ("a" * 31, "Username must be at most 30 characters long"),
    ],
)
def test_a_username_is_letters_numbers_and_underscores(text: str, message: str) -> None:
    with pytest.raises(BadRequest) as raised:
        allowed_username(text)

    assert raised.value.errors == (message,)


def test_each_wrong_value_has_exactly_one_message_and_all_come_in_order() -> None:
    with pytest.raises(BadRequest) as raised:
        registration(email="", username="1", phone=" ", password="x")

    assert raised.value.errors == (
        "Email cannot be blank",
        "Username must be letters, numbers and underscores",
        "Phone number cannot be blank",
        "Password must be 6 to 256 characters long",
    )
    assert str(raised.value) == ", ".join(raised.value.errors)
    assert raised.value.status == 400


def test_a_registration_is_stored_in_one_form() -> None:
    found = registration(email="Nora@Example.com", username="Nora", phone="555 0100", password=" secret ")

    assert found == ("nora@example.com", "nora", "+14155550100", " secret ")


@pytest.mark.parametrize(("text", "message"), [("\n", "Name cannot be blank"), ("x" * 256, "at most 255 characters")])
def test_a_persons_name_is_one_line(text: str, message: str) -> None:
    assert allowed_name(" Nora\r\n\u202eJones ") == "Nora Jones"

    with pytest.raises(BadRequest, match=message):
        allowed_name(text)


def test_somebody_is_called_as_in_the_readers_contacts() -> None:
    assert alias("Mum", "Nora", "nora") == "Mum"
    assert alias(None, "Nora", "nora") == "Nora"
    assert alias("", None, "nora") == "nora"
    assert alias(None, "+14155550100") == "+14155550100"
    assert alias(None) == ""


def test_a_conversation_without_a_name_is_called_after_the_others() -> None:
    assert automatic_name(["Nora", "", "+14155550100"]) == "Nora, +14155550100"
    assert automatic_name([]) == "no one's here" == NOBODY
    assert len(automatic_name(["Nora"] * 30)) == 100


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [(None, None), (" ", None), ("<null>", None), ("Nora, Ben", None), ("Picnic\n", "Picnic"), ("x" * 101, "x" * 100)],
)
def test_a_name_is_stored_if_it_differs_from_the_automatic_one(given_name: str | None, stored: str | None) -> None:
    assert own_name(given_name, "Nora, Ben") == stored


def test_a_group_has_more_than_two_members_or_a_name() -> None:
    assert is_group(3, named=False)
    assert is_group(2, named=True)
    assert not is_group(2, named=False)


@given(st.text(max_size=400))
def test_whatever_an_address_book_says_fits_into_one_line(text: str) -> None:
    name = contact_name(text)

    assert len(name) <= 255
    assert name.isprintable()
    assert contact_name(name) == name


@given(st.text(max_size=40))
def test_what_is_allowed_stays_as_it_is(text: str) -> None:
    for allowed in (allowed_email, allowed_username, allowed_name):
        with suppress(BadRequest):
            stored = allowed(text)
            assert allowed(stored) == stored
