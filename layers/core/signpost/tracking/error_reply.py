"""How the tracker's administration answers an error, whichever function it comes from."""

from typing import Literal

from typing_extensions import TypedDict

from signpost.platform.errors import SignpostError
from signpost.platform.reference import described


@described(example={"status": "error", "msg": "There is no campaign with this id."})
class ErrorReply(TypedDict):
    """Why a request about campaigns failed."""

    status: Literal["error"]
    """Always the same."""
    msg: str
    """For people: says what to do."""


def error_body(error: SignpostError) -> ErrorReply:
    return {"status": "error", "msg": str(error)}
