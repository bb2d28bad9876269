"""The dialogs' addresses, where a login may return to, and how to read what Meta sends back.

Sources: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login,
https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and …/re-authentication
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from signpost.instagram.products import GraphSettings, Provider
from signpost.instagram.scopes import DEFAULT_SCOPES
from signpost.platform.errors import InvalidField, InvalidInput, SignpostError

_MAX_RETURN_TO: Final = 2048
# Query parameters for the page that a login returns to.
_SUCCESS: Final = "after_instagram_auth"
_ERROR: Final = "instagram_auth_error"
_LOOPBACK: Final = ("localhost", "127.0.0.1")
# Providers append these to the address. Browsers do not send them, but people who copy the address do.
_TRAILERS: Final = ("#_=_", "#_")


class LoginRefused(SignpostError):
    """A login that cannot continue."""

    status = 400


class UserDenied(LoginRefused):
    code = "user_denied"
    status = 403


class LoginFailed(LoginRefused):
    code = "login_failed"


class MissingCode(LoginRefused):
    code = "missing_code"


class ReturnNotAllowed(InvalidField):
    code = "return_to_not_allowed"


class ForeignToken(InvalidInput):
    """A token made for another app, whose operator could otherwise log in here as its users."""

    code = "foreign_token"


class Dialog(NamedTuple):
    """`rerequest`: ask again for permissions that the person refused; Facebook does not by itself.

    `switch_account`: ask who the person is, although the browser is logged in at Meta.
    """

    provider: Provider
    redirect_uri: str
    state: str
    rerequest: bool = False
    switch_account: bool = False


def dialog_address(dialog: Dialog, settings: GraphSettings) -> str:
    """Where to send a person to connect their account."""
    app = settings.app(dialog.provider)
    parameters = {
        "client_id": app.app_id,
        "redirect_uri": dialog.redirect_uri,
        "response_type": "code",
        "state": dialog.state,
    }
    if app.config_id:
        parameters["config_id"] = app.config_id
    else:
        parameters["scope"] = ",".join(DEFAULT_SCOPES[dialog.provider])
    if dialog.provider is Provider.FACEBOOK:
        # Facebook has nothing better for this: where it asks for the password, people can choose another account.
        wanted = {"rerequest": dialog.rerequest, "reauthenticate": dialog.switch_account}
        if any(wanted.values()):
            parameters["auth_type"] = ",".join(name for name, is_wanted in wanted.items() if is_wanted)
        return f"{settings.facebook_dialog}/{settings.version}/dialog/oauth?{urlencode(parameters)}"
    if dialog.switch_account:
        parameters["force_reauth"] = "true"
    return f"{settings.instagram_authorize}?{urlencode(parameters)}"


def check_return_to(address: str, hosts: Collection[str]) -> str:
    """The address, if it is on one of `hosts` (`example.com`, or `example.com:8443` for another port).

    https only, except on this machine. Checked as browsers read it: they take a backslash for a slash, and drop
    control characters.

    Raises:
        ReturnNotAllowed: it is not.
    """
    if len(address) > _MAX_RETURN_TO or not address.isascii() or any(c <= " " or c in "\\\x7f" for c in address):
        raise ReturnNotAllowed("return_to: must be a plain ASCII address of at most 2,048 characters.")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ReturnNotAllowed("return_to: is not an address.") from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    # The whole netloc is compared, so a user name or an odd port cannot hide in it.
    allowed = {name.lower() for name in hosts}
    if not secure or parts.netloc.lower() not in allowed or not host or port == 0:
        raise ReturnNotAllowed("return_to: must be an https address on one of the allowed hosts.")
    return address


def returned(return_to: str, result: str = "True", error: str = "") -> str:
    """`return_to`, with a parameter for the login's result, or with the code of an error."""
    parts = urlsplit(return_to)
    told = (_ERROR, error) if error else (_SUCCESS, result)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in {_SUCCESS, _ERROR}]
    return urlunsplit(parts._replace(query=urlencode([*query, told])))


def read_callback(parameters: Mapping[str, str]) -> str:
    """The code of a login that succeeded.

    Raises:
        UserDenied: the person declined.
        LoginFailed: the dialog failed; the message quotes Meta's, and must be escaped.
        MissingCode: there is neither a code nor an error.
    """
    error = parameters.get("error") or parameters.get("error_code")
    if error:
        if _trimmed(error) == "access_denied" or _trimmed(parameters.get("error_reason", "")) == "user_denied":
            raise UserDenied("You did not allow the connection.")
        said = parameters.get("error_description") or parameters.get("error_message") or error
        raise LoginFailed(f"Instagram could not log you in: {_trimmed(said)[:300]}")
    code = _trimmed(parameters.get("code", ""))
    if not code:
        raise MissingCode("Missing code")
    return code


def check_app(token_app_id: str | None, app_id: str) -> None:
    """Raises `ForeignToken` unless Meta made the token for this app."""
    if token_app_id != app_id:
        raise ForeignToken("The token was made for another app.")


def _trimmed(text: str) -> str:
    for trailer in _TRAILERS:
        text = text.removesuffix(trailer)
    return text
