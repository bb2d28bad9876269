"""The error replies of all functions about Instagram."""

from typing import NotRequired

from typing_extensions import TypedDict

from signpost.platform.errors import SignpostError
from signpost.platform.reference import described


@described(
    example={
        "code": "not_connected",
        "message": "The account nora.bakes.demo is not connected for this app: connect it.",
        "connect_url": "https://signpost.example/showlogin?return_to=https%3A%2F%2Fsignpost.example%2Fconnected&app_id=bakery",
    }
)
class ErrorFields(TypedDict):
    """What went wrong, for programs and for people."""

    code: str
    """For programs."""
    message: str
    """For people: says what to do."""
    connect_url: NotRequired[str]
    """Where to connect the account that is missing."""


@described(example={"error": {"code": "not_found", "message": "There is no app with this id."}})
class InstagramError(TypedDict):
    """Why a request about Instagram failed."""

    error: ErrorFields
    """What went wrong."""


def error_body(error: SignpostError) -> InstagramError:
    fields: ErrorFields = {"code": error.code, "message": str(error)}
    connect_url = getattr(error, "connect_url", None)
    if connect_url:
        fields["connect_url"] = connect_url
    return {"error": fields}
