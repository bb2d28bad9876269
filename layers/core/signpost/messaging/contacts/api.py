"""The routes of contacts."""

import json
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel, Field

from signpost.messaging.api import MaxId, MessagingApi
from signpost.messaging.contacts.book import AddressBook, Entry
from signpost.messaging.described import replying, route
from signpost.messaging.envelope import enveloped
from signpost.messaging.errors import BadRequest
from signpost.messaging.people_views import CONTACT, ContactView
from signpost.messaging.user_shapes import EXAMPLE, UserView
from signpost.platform.senders import sender

CONTACTS: Final = "/api/contacts"
CHECK: Final = f"{CONTACTS}/check"

_MD5: Final = "2c9a0d6a4b1c7d5b0f2f4e3b9a8c7d6e"
Numbers = Annotated[str | None, Query(description="Phone numbers, separated by commas.")]
Hashes = Annotated[str | None, Query(description="Contacts as JSON objects with `n` and `p`, separated by commas.")]


class GivenContact(BaseModel):
    """An entry of an address book."""

    n: str = Field(default="", description="The name.", examples=["Ben"])
    p: list[str] | str = Field(
        default="", description="The MD5 of each phone in E.164, as a list or separated by commas.", examples=[_MD5]
    )


class GivenContacts(BaseModel):
    """Contacts to check: either `numbers` or `c`."""

    numbers: list[str] | str | None = Field(default=None, description="Phone numbers.", examples=[["+14155550100"]])
    c: list[GivenContact] | None = Field(
        default=None, description="An address book.", examples=[[{"n": "Ben", "p": _MD5}]]
    )


LIST = route(
    "listContacts",
    "List the user's contacts who are users.",
    "A page of contacts.",
    replying("Contacts", list[ContactView], [CONTACT], paged=True),
    {400: "`max_id` is not one of this list's."},
)
FIND = route(
    "checkContacts",
    "Find which phones are users'. With a token, an address book becomes the user's contacts.",
    "Users or, for an address book with a token, contacts.",
    replying("CheckedContacts", list[UserView] | list[ContactView], [EXAMPLE]),
    {
        400: "Nothing is sent, a hash is none, or there are more than 1,000 phones (without a token, 100).",
        403: "A wrong or expired access token. Without one, the call is answered.",
        429: "More than 20 calls without a token, and then ten a minute, from one address.",
    },
    422,
    open_to_all=True,
)


def serve(app: MessagingApi, book: AddressBook) -> None:
    @app.get(CONTACTS, **LIST)
    def contacts(_max_id: MaxId = None) -> dict[str, Any]:
        return app.listed(book.all(app.caller.user, app.start()))

    @app.get(CHECK, **{**FIND, "operation_id": "checkContactsByGet"})
    def check_by_get(numbers: Numbers = None, c: Hashes = None) -> dict[str, Any]:
        return check(numbers, _entries(_read(c)))

    @app.post(CHECK, **FIND)
    def check_by_post(given: Annotated[GivenContacts, Body()]) -> dict[str, Any]:
        return check(given.numbers, _entries(given.c or []))

    def check(numbers: list[str] | str | None, entries: list[Entry]) -> dict[str, Any]:
        if app.is_anonymous:
            return enveloped(book.check_anonymously(sender(app.current_event.raw_event), numbers, entries))
        return enveloped(book.check(app.caller.user, numbers, entries))


def _read(text: str | None) -> list[GivenContact]:
    """Contacts in a query. Raises `BadRequest`."""
    try:
        return [GivenContact.model_validate(each) for each in json.loads(f"[{text or ''}]")]
    except (ValueError, RecursionError):
        raise BadRequest("c: send contacts as JSON objects") from None


def _entries(contacts: list[GivenContact]) -> list[Entry]:
    return [Entry(each.n, _hashes(each.p)) for each in contacts]


def _hashes(given: list[str] | str) -> tuple[str, ...]:
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(part.strip() for part in parts if part.strip())
