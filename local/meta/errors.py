"""What the stand-in refuses, in Meta's two shapes, and every error that a test can ask for.

Codes and meanings: Meta, "Handle Errors" (Graph API guide) and "Error Codes" (Instagram Platform reference).
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

BAD_REQUEST: Final = 400


class MetaError(Exception):
    """A refusal. Meta's HTTP status is usually 400, even for throttles: the code says what is wrong."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        kind: str = "OAuthException",
        transient: bool = False,
        status: int = BAD_REQUEST,
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.subcode = code, message, subcode
        self.kind, self.transient, self.status = kind, transient, status

    def graph(self) -> dict[str, Any]:
        """Graph's shape: `{"error": {message, type, code, error_subcode?, is_transient?, fbtrace_id}}`."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.transient:
            error["is_transient"] = True
        if self.subcode in _TITLES:
            error["error_user_title"], error["error_user_msg"] = _TITLES[self.subcode]
        return {"error": {**error, "fbtrace_id": "A" + secrets.token_urlsafe(16)}}

    def instagram_oauth(self) -> dict[str, Any]:
        """api.instagram.com's shape: `{"error_type", "code", "error_message"}`; its code is the HTTP status."""
        return {"error_type": self.kind, "code": self.status, "error_message": self.message}


@dataclass(frozen=True)
class _Known:
    message: str
    kind: str = "OAuthException"
    transient: bool = False
    status: int = BAD_REQUEST


_TITLES: Final = {
    2207024: ("Invalid hashtag", "The hashtag you entered is not available."),
    2207034: ("Request limit reached", "The request could not be completed due to resource limits."),
    2207013: ("Cannot find user", "The user that was asked for cannot be found."),
}
_DEAD: Final = "Error validating access token: "
_PERMISSION: Final = "Application does not have permission for this action"
_KNOWN: Final[dict[tuple[int, int | None], _Known]] = {
    (-1, None): _Known("Unknown error", transient=True),
    (-2, None): _Known("Timeout", transient=True),
    (1, None): _Known("An unknown error has occurred.", transient=True, status=500),
    (2, None): _Known("An unexpected error has occurred. Please retry your request later.", transient=True, status=500),
    (3, None): _Known("(#3) Application does not have the capability to make this API call."),
    (10, None): _Known(f"(#10) {_PERMISSION}"),
    (200, None): _Known("(#200) Requires a permission that was not granted to the app."),
    (4, None): _Known("(#4) Application request limit reached"),
    (17, None): _Known("(#17) User request limit reached"),
    (32, None): _Known("(#32) Page request limit reached"),
    (613, None): _Known("(#613) Calls to this api have exceeded the rate limit."),
    (613, 1996): _Known("(#613) Calls to this api have exceeded the rate limit."),
    (341, None): _Known("(#341) Application limit reached"),
    (80001, None): _Known("(#80001) There have been too many calls to this Page account. Wait a bit and try again."),
    (80002, None): _Known(
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again."
    ),
    (102, None): _Known("Session key invalid or no longer valid"),
    (190, None): _Known("Invalid OAuth access token - Cannot parse access token"),
    (190, 458): _Known(_DEAD + "The user has not authorized application."),
    (190, 459): _Known(_DEAD + "The user is enrolled in a blocking, logged-in checkpoint"),
    (190, 460): _Known(_DEAD + "The session has been invalidated because the user changed their password."),
    (190, 463): _Known(_DEAD + "Session has expired."),
    (190, 464): _Known(_DEAD + "Sessions for the user are not allowed because the user is not a confirmed user."),
    (190, 467): _Known(_DEAD + "This may be because the user logged out or may be due to a system error."),
    (190, 492): _Known(_DEAD + "User does not have appropriate role on the Page."),
    (100, None): _Known("(#100) Invalid parameter"),
    (100, 33): _Known(
        "Unsupported get request. Object does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation.",
        kind="GraphMethodException",
    ),
    (100, 2108006): _Known("(#100) The media was posted before the account was converted to a business account."),
    (24, 2207024): _Known("The requested resource does not exist"),
    (18, 2207034): _Known("The request could not be completed due to resource limits."),
    (110, 2207013): _Known("Invalid user id"),
    (9, 2207042): _Known("Application request limit reached"),
    (4, 2207051): _Known("Application request limit reached"),
    (36000, 2207004): _Known("The image is too large to be downloaded."),
    (-2, 2207003): _Known("It takes too long to download the media."),
    (-2, 2207020): _Known("The media that is to be published has expired."),
    (2500, None): _Known("An active access token must be used to query information about the current user."),
    (368, None): _Known("The action attempted has been deemed abusive or is otherwise disallowed"),
}
CODES: Final = tuple(_KNOWN)
THROTTLES: Final = (4, 17, 32, 613, 341, 80001, 80002)
TOKEN_SUBCODES: Final = tuple(subcode for code, subcode in _KNOWN if code == 190 and subcode)  # noqa: PLR2004
NOT_ENOUGH_VIEWERS: Final = "(#10) Not enough viewers for the media to show insights"
_PERMISSIONS: Final = range(200, 300)


def known(code: int, subcode: int | None = None, message: str | None = None) -> MetaError:
    """The error with this code as Meta words it; any code of 200 to 299 is a missing permission."""
    entry = _KNOWN.get((code, subcode)) or _KNOWN.get((code, None))
    if entry is None and code in _PERMISSIONS:
        entry = _Known(f"(#{code}) {_KNOWN[200, None].message.removeprefix('(#200) ')}")
    entry = entry or _Known(f"(#{code}) Error")
    return MetaError(
        code,
        message or entry.message,
        subcode=subcode,
        kind=entry.kind,
        transient=entry.transient,
        status=entry.status,
    )


def app_blocked() -> MetaError:
    """The error of every call while Meta blocks the app."""
    return MetaError(200, "API access blocked.")


def missing_object(object_id: str, method: str = "get") -> MetaError:
    """100/33: Meta does not say whether the object is missing or only out of reach."""
    return MetaError(
        100,
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation.",
        subcode=33,
        kind="GraphMethodException",
    )


def invalid(message: str) -> MetaError:
    """100: a parameter is missing or wrong."""
    return MetaError(100, f"(#100) {message}")
