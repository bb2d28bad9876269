"""The routes of sign-up, and how the API reference describes them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, NotRequired

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from typing_extensions import TypedDict

from signpost.messaging.api import MessagingApi
from signpost.messaging.described import NOTHING, MessagingError, replying, route
from signpost.messaging.people_views import UserDeletionView
from signpost.messaging.signup import forms
from signpost.messaging.signup.answers import Answers, Signup
from signpost.messaging.signup.pages import Pages
from signpost.messaging.user_shapes import EXAMPLE, UserView
from signpost.platform.json_api import Answer, response
from signpost.platform.reference import Keywords, described, json_content, text_content, text_header

Json = dict[str, Any]
Token = Annotated[str, Path(description="The token of a link in an e-mail.")]
Party = Annotated[str, Path(description="Which campaign it is: `/track/beta-<party>`.")]
Signed = Annotated[str, Path(description="As the deletion's reply named it.")]
Platform = Annotated[str, Path(description="The device's platform, which means nothing.")]
_TAGS: Final = {"tags": ["Messaging"]}
_NOTHING: Final[Json] = {}  # the content of replies without a body
_UNREAD: Final = {
    status: {"description": text, "content": json_content(MessagingError)}
    for status, text in ((404, "Such an address cannot be."), (503, "A service did not answer; try again."))
}


@described(example={"user": EXAMPLE})
class RegisteredView(TypedDict):
    """Somebody whose phone was sent a code."""

    user: UserView
    """The user."""


@described(example={**EXAMPLE, "access_token": "pUj3"})
class SessionUserView(UserView):
    """A user with a session."""

    access_token: str
    """The same as outside, for older apps."""


@described(example={"access_token": "pUj3", "user": {**EXAMPLE, "access_token": "pUj3"}})
class SessionView(TypedDict):
    """A session on a device."""

    access_token: str
    """Proves who calls; send it as a bearer token. It is good for 90 days after its last use."""
    user: SessionUserView
    """The user."""


@described(example={"success": False, "msg": "Invalid phone number"})
class SuccessView(TypedDict):
    """Whether something was done, as the web site was told."""

    success: bool
    """Whether it was done."""
    msg: NotRequired[str]
    """What is wrong, or what happens next; not always there."""


@described(example={"free": False, "message": "email taken"})
class AvailableView(TypedDict):
    """Whether an e-mail address is free."""

    free: bool
    """Whether it is."""
    message: str | None
    """Why not."""


@described(example={"email": "nora@example.com"})
class WaitingView(TypedDict):
    """An entry of the waiting list."""

    email: str
    """The address, in lower case."""


# Its button's name is no Python name.
UpdateView = TypedDict(
    "UpdateView",
    {
        "message": Annotated[str, Keywords(description="What to tell the user.")],
        "button-text": Annotated[str, Keywords(description="What is on the button.")],
        "url": Annotated[str, Keywords(description="Where the button leads.")],
    },
)
UpdateView.__doc__ = "What to tell a user whose app is too old."
described(
    example={"message": "Please get the new version.", "button-text": "Update", "url": "https://example.com/download"}
)(UpdateView)


def _route(
    name: str, summary: str, found: str, reply: Any, because: Mapping[int, str] = MappingProxyType({}), *errors: int
) -> Json:
    return route(name, summary, found, reply, because, *errors, open_to_all=True)


def _log_out(name: str, summary: str, *errors: int) -> Json:
    said = route(name, summary, "It is done.", NOTHING, {}, *errors)
    said["responses"][200]["content"] = _NOTHING
    return said


def _page(name: str, summary: str, found: str, *errors: int) -> Json:
    content = text_content("text/html")
    described = {200: found, **dict.fromkeys(errors, "A page that says what to do.")}
    said: dict[int, Any] = {status: {"description": text, "content": content} for status, text in described.items()}
    said |= _UNREAD
    return {"operation_id": name, "summary": summary, **_TAGS, "responses": said}


def _link(name: str, summary: str) -> Json:
    location = {"Location": text_header("A tracked campaign.")}
    found = {"description": "To a campaign, which counts the click.", "headers": location, "content": _NOTHING}
    return {"operation_id": name, "summary": summary, **_TAGS, "responses": {302: found, **_UNREAD}}


_TOO_OFTEN: Final = "Too many calls from this address"
_CODES: Final = f"{_TOO_OFTEN}, or the phone was sent five codes within the hour."
_FIELDS: Final = {429: f"{_TOO_OFTEN}."}
GREET = _route(
    "greetMessaging",
    "Say which API this is.",
    "A greeting.",
    replying("Greeting", str, "Signpost App Api v1"),
)
REGISTER = _route(
    "registerUser",
    "Register, and have the phone sent a code.",
    "The user.",
    RegisteredView,
    {400: "Something is missing, not allowed or taken: `errors` has a sentence for each field.", 429: _CODES},
    422,
)
VERIFY = _route(
    "verifyPhone",
    "Log in with the code of an SMS.",
    "A session.",
    SessionView,
    {
        400: "The phone or the code is missing, or the device's token is too long.",
        403: "The phone, the code or the password is wrong, or the code has expired or was tried five times.",
        429: f"{_TOO_OFTEN}.",
    },
    422,
)
LOG_IN = _route(
    "logIn",
    "Log in with a password; with only a phone, have it sent a code.",
    "A session; with only a phone, the user.",
    SessionView | RegisteredView,
    {
        400: "Neither a name with a password nor a phone is sent, or the phone is none.",
        403: "The name or the password is wrong.",
        404: "Nobody has this phone.",
        429: f"Too many wrong passwords from this address or for this name; {_CODES[0].lower()}{_CODES[1:]}",
    },
    422,
)
LOG_OUT = _log_out("logOut", "Destroy the device whose token this is.")
LOG_OUT_OF = _log_out("logOutOfPlatform", "The same for older apps.", 404)
AVAILABLE = _route(
    "isEmailAvailable",
    "Ask whether an e-mail address is free.",
    "Whether it is; in version 1 with the reason.",
    replying("Available", AvailableView | bool, {"free": False, "message": "email taken"}),
    {**_FIELDS, 400: "No address is sent."},
    422,
)
WAIT = _route(
    "joinWaitingList",
    "Join the waiting list.",
    "The address.",
    replying("Waiting", WaitingView, {"email": "nora@example.com"}),
    {**_FIELDS, 400: "The address or the phone is not valid, or is on the list."},
    422,
)
WAIT_PAGE = _route(
    "joinWaitingListByPage",
    "The same for the web site.",
    "Whether it was done.",
    SuccessView,
    _FIELDS,
    *(400, 422),
)
SEND_LINK = _route(
    "sendAppLink",
    "Send the link to the app by SMS.",
    "Whether it was done.",
    SuccessView,
    {429: f"{_TOO_OFTEN}, or for this phone."},
    *(400, 422),
)
FORGOT = _route(
    "forgotPassword",
    "Ask for a link to choose a new password.",
    "Null, whoever it is.",
    NOTHING,
    {429: f"{_TOO_OFTEN}, or e-mails to this one."},
    *(400, 422),
)
RESET = _route(
    "resetPassword",
    "Choose a new password; all devices are logged out.",
    "Null.",
    NOTHING,
    {**_FIELDS, 400: "The link was used or has expired, or the password is not allowed or not the same twice."},
    422,
)
UPDATE = _route(
    "isAppTooOld",
    "Ask whether the app is too old.",
    "What to tell its user; nothing if it is new enough.",
    UpdateView,
)
DELETION = _route(
    "readUserDeletion",
    "Read how far a user's deletion is.",
    "The deletion.",
    replying("Deletion", UserDeletionView, {"status": "erasing", "asked_at": EXAMPLE["created_at"], "done_at": None}),
    {404: "There is none, or it was 90 days ago."},
)
ASK = _page("askForNewPassword", "Show the page that asks for a link to choose a new password.", "The page.")
ASKED = _page(
    "askedForNewPassword", "Ask for a link, as that page does.", "The same, whoever it is.", 400, 403, 429, 503
)
CHOOSE = _page("chooseNewPassword", "Show the page on which a new password is chosen.", "The page.", 400)
CHOSEN = _page("choseNewPassword", "Change the password, as that page does.", "It is changed.", 400, 403, 429)
BETA = _link("followBetaLink", "Lead to the beta version.")
DOWNLOAD = _link("followDownloadLink", "Lead to the app.")
INVITE = _link("followInviteLink", "Lead to the app, from an invite.")


def serve(app: MessagingApi, signup: Signup) -> None:
    answers = Answers(signup, lambda: app.current_event.raw_event, app.is_v1)
    app.get("/api", **GREET)(answers.greeting)
    _serve_sessions(app, answers)
    _serve_others(app, answers)
    _serve_pages(app, Pages(signup, answers, lambda: app.current_event.raw_event))


def _serve_sessions(app: MessagingApi, answers: Answers) -> None:

    @app.post("/api/register", **REGISTER)
    def register(new: Annotated[forms.NewUser, Body()]) -> Json:
        return answers.register(new)

    @app.post("/api/verify", **VERIFY)
    def verify(given: Annotated[forms.Verification, Body()]) -> Json:
        return answers.verify(given)

    @app.post("/api/session", **LOG_IN)
    def log_in(given: Annotated[forms.LogIn, Body()]) -> Json:
        return answers.log_in(given)

    @app.delete("/api/session", **LOG_OUT)
    def log_out() -> Response[str]:
        answers.log_out()
        return Response(200, body="")

    @app.delete("/api/session/<platform>", **LOG_OUT_OF)
    def log_out_of(platform: Platform) -> Response[str]:  # noqa: ARG001  (the token says which device it is)
        return log_out()


def _serve_others(app: MessagingApi, answers: Answers) -> None:
    @app.post("/api/email/available", **AVAILABLE)
    def is_available(given: Annotated[forms.Email, Body()]) -> Json:
        return answers.is_available(given)

    @app.post("/api/waitlist", **WAIT)
    def wait(given: Annotated[forms.Waiting, Body()]) -> Json:
        return answers.wait(given)

    @app.post("/api/password/forgot", **FORGOT)
    def forgot(given: Annotated[forms.Email, Body()]) -> Json:
        return answers.forgot(given)

    @app.post("/api/password/reset", **RESET)
    def reset(given: Annotated[forms.NewPassword, Body()]) -> Json:
        return answers.reset(given)

    @app.get("/api/app/update", **UPDATE)
    def update() -> Answer:
        found = answers.update()
        return Response(200, content_types.APPLICATION_JSON, dict(found)) if found else Response(200, body="")

    @app.get("/api/deletions/<signed>", **DELETION)
    def deletion(signed: Signed) -> Json:
        return answers.deletion(signed)

    @app.post("/waitlist.json", **WAIT_PAGE)
    def wait_by_page(given: Annotated[forms.Waiting, Body()]) -> Json:
        return answers.wait_by_page(given)

    @app.post("/sms_app_link.json", **SEND_LINK)
    def send_link(given: Annotated[forms.Phone, Body()]) -> Json:
        return answers.send_link(given)


def _serve_pages(app: MessagingApi, pages: Pages) -> None:
    @app.get("/forgotpw", **ASK)
    def ask() -> Answer:
        return response(pages.ask())

    @app.post("/forgotpw", **ASKED)
    def asked() -> Answer:
        return response(pages.asked())

    @app.get("/changepw/<token>", **CHOOSE)
    def choose(token: Token) -> Answer:
        return response(pages.choose(token))

    @app.post("/changepw/<token>", **CHOSEN)
    def chosen(token: Token) -> Answer:
        return response(pages.chosen(token))

    @app.get("/beta/<party>", **BETA)
    def beta(party: Party) -> Answer:
        return response(pages.beta(party))

    @app.get("/download", **DOWNLOAD)
    def download() -> Answer:
        return response(pages.download())

    @app.get("/invite", **INVITE)
    def invite() -> Answer:
        return response(pages.invite())
