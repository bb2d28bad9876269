"""The routes of sign-up, and how the API reference describes them."""

from typing import Annotated, Any, Final, NotRequired

from aws_lambda_powertools.event_handler import Response, content_types
from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from typing_extensions import TypedDict

from signpost.messaging.api import MessagingApi
from signpost.messaging.described import MessagingError, route
from signpost.messaging.signup import forms
from signpost.messaging.signup.answers import Answers, Signup
from signpost.messaging.signup.pages import Pages
from signpost.messaging.user_shapes import EXAMPLE, UserView
from signpost.platform.json_api import Answer, response
from signpost.platform.reference import described, json_content, text_content, text_header

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


def _route(name: str, summary: str, found: str, *errors: int, shape: Any = None) -> Json:
    """`shape`: of a reply outside the envelope."""
    said = route(name, summary, found, *errors, open_to_all=True)
    if shape is not None:
        said["responses"][200]["content"] = json_content(shape)
    return said


def _log_out(name: str, summary: str, *errors: int) -> Json:
    said = route(name, summary, "It is done.", *errors)
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


GREET = _route("greetMessaging", "Say which API this is.", "A greeting.")
REGISTER = _route(
    "registerUser", "Register, and have the phone sent a code.", "The user.", 400, 422, 429, shape=RegisteredView
)
VERIFY = _route("verifyPhone", "Log in with the code of an SMS.", "A session.", 400, 422, 429, shape=SessionView)
LOG_IN = _route(
    "logIn",
    "Log in with a password; with only a phone, have it sent a code.",
    "A session; with only a phone, the user.",
    *(400, 404, 422, 429),
    shape=SessionView | RegisteredView,
)
LOG_OUT = _log_out("logOut", "Destroy the device whose token this is.")
LOG_OUT_OF = _log_out("logOutOfPlatform", "The same for older apps.", 404)
AVAILABLE = _route("isEmailAvailable", "Ask whether an e-mail address is free.", "Whether it is.", 400, 422, 429)
WAIT = _route("joinWaitingList", "Join the waiting list.", "The address.", 400, 422, 429)
WAIT_PAGE = _route(
    "joinWaitingListByPage", "The same for the web site.", "Whether it was done.", 400, 422, 429, shape=SuccessView
)
SEND_LINK = _route(
    "sendAppLink", "Send the link to the app by SMS.", "Whether it was done.", 400, 422, 429, shape=SuccessView
)
FORGOT = _route("forgotPassword", "Ask for a link to choose a new password.", "Null, whoever it is.", 400, 422, 429)
RESET = _route("resetPassword", "Choose a new password; all devices are logged out.", "Null.", 400, 422, 429)
UPDATE = _route("isAppTooOld", "Ask whether the app is too old.", "What to tell its user; nothing if it is new enough.")
UPDATE["responses"][200]["content"] = {"application/json": {"schema": {"type": "object"}}}
DELETION = _route("readUserDeletion", "Read how far a user's deletion is.", "The deletion.", 404)
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
