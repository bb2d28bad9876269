"""Errors of the API of members and reports. `number` is the `status` in their replies."""

from typing import ClassVar

from signpost.platform.errors import Conflict, Forbidden, NotAuthenticated, NotFound, SignpostError, Unavailable


class BadMember(NotFound):
    code = "bad_member"
    number: ClassVar[int] = 533

    def __init__(self, message: str = "There is no such member.") -> None:
        super().__init__(message)


class NoToken(NotAuthenticated):
    code = "no_token"
    number: ClassVar[int] = 545

    def __init__(self) -> None:
        super().__init__("Send the app token from connecting the account as a bearer token.")


class NotYours(Forbidden):
    """The same whether or not there is such a member."""

    code = "not_yours"

    def __init__(self) -> None:
        super().__init__("This app token is for another account.")


class Duplicate(Conflict):
    code = "duplicate"
    number: ClassVar[int] = 539


class AlreadyActive(Conflict):
    code = "already_active"
    number: ClassVar[int] = 533


class NotActive(Conflict):
    code = "not_active"
    number: ClassVar[int] = 538


class NotConnected(Conflict):
    """No connection of the account works."""

    code = "not_connected"
    number: ClassVar[int] = 545


class ConfirmationMissing(SignpostError):
    """The request does so much that it has to be confirmed."""

    code = "confirmation_missing"
    status = 428


class CannotSave(Unavailable):
    code = "cannot_save"
    number: ClassVar[int] = 527


class SnapshotGone(Unavailable):
    """A later one has replaced it, or its member has left."""

    code = "snapshot_gone"
