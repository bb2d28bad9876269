"""The progress of a deletion request, described for the API reference."""

from typing import Annotated, Final

from typing_extensions import TypedDict

from signpost.instagram.deletion.request import DeletionProgress, Status
from signpost.platform.clock import rfc3339
from signpost.platform.reference import Keywords, Moment, described

_CODE: Final = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
_ERASED: Final = {"accounts": 1, "posts": 87, "pictures": 90, "imports": 4}


@described(example={"url": f"https://signpost.example/instagram/data-deletion/{_CODE}", "confirmation_code": _CODE})
class ConfirmationView(TypedDict):
    """What Meta shows to the person."""

    url: str
    """Where to look up how far the request is."""
    confirmation_code: str
    """What it is looked up by."""


@described(example=_ERASED)
class ErasedView(TypedDict):
    """How much was erased."""

    accounts: int
    """Connected accounts."""
    posts: int
    """Their posts."""
    pictures: int
    """Copies of their pictures."""
    imports: int
    """Posts that were imported for their hashtags."""


@described(
    example={
        "confirmation_code": _CODE,
        "status": "done",
        "received_at": "2026-11-21T07:00:00.000000Z",
        "done_at": "2026-11-21T07:00:09.000000Z",
        "erased": _ERASED,
    }
)
class ProgressView(TypedDict):
    """How far a request is; nothing in it tells whose it is."""

    confirmation_code: str
    """What it is looked up by."""
    status: Annotated[str, Keywords(enum=list(Status))]
    """What is done about it."""
    received_at: Moment
    """When it came."""
    done_at: Moment | None
    """When everything was erased. Null: it is not yet."""
    erased: ErasedView
    """How much was erased so far."""


def view(progress: DeletionProgress) -> ProgressView:
    erased = progress.erased
    return {
        "confirmation_code": progress.code,
        "status": progress.status.value,
        "received_at": rfc3339(progress.received_at),
        "done_at": None if progress.done_at is None else rfc3339(progress.done_at),
        "erased": {
            "accounts": erased.accounts,
            "posts": erased.posts,
            "pictures": erased.pictures,
            "imports": erased.imports,
        },
    }
