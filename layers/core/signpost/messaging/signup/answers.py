"""What the routes of sign-up answer."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import callers, names, phones, user_agents
from signpost.messaging.app_versions import Minimum, Update, update_for
from signpost.messaging.envelope import GREETING, enveloped
from signpost.messaging.errors import BadRequest, BadToken
from signpost.messaging.signup import forms
from signpost.messaging.signup.devices import Wanted
from signpost.messaging.user_shapes import user_json
from signpost.platform.http import Event, header, public_url
from signpost.platform.senders import sender

if TYPE_CHECKING:
    from collections.abc import Callable

    from signpost.messaging.caller_store import CallerStore
    from signpost.messaging.deletion.progress import Deletions
    from signpost.messaging.signup.limits import Limits
    from signpost.messaging.signup.registering import Registering
    from signpost.messaging.signup.resets import Resets
    from signpost.messaging.signup.sessions import Opened, Sessions
    from signpost.messaging.signup.store import SignupStore
    from signpost.messaging.signup.waiting import WaitingList

_MISSING: Final = "Missing required params"
_LONGEST: Final = 4096  # characters of a push token or a device's id


class Signup(NamedTuple):
    """The feature."""

    store: "SignupStore"
    registering: "Registering"
    sessions: "Sessions"
    resets: "Resets"
    waiting: "WaitingList"
    deletions: "Deletions"
    callers: "CallerStore"
    limits: "Limits"
    public_url: str  # empty: the API's own address
    oldest_app: str  # version; empty: any
    oldest_beta: str


class Answers:
    """A method for each route. `event`: the request, as `intake.read` returned it."""

    def __init__(self, signup: Signup, event: "Callable[[], Event]", is_v1: "Callable[[], bool]") -> None:
        self._signup, self._event, self._is_v1 = signup, event, is_v1

    def greeting(self) -> dict[str, Any]:
        return GREETING

    def register(self, new: forms.NewUser) -> dict[str, Any]:
        if not (new.email and new.password and new.username and new.phone):
            raise BadRequest(_MISSING)
        self._signup.limits.visit("register", self._address())
        wanted = names.registration(email=new.email, username=new.username, phone=new.phone, password=new.password)
        return {"user": user_json(self._signup.registering.register(wanted, new.cohort))}

    def verify(self, given: forms.Verification) -> dict[str, Any]:
        if not (given.phone and given.code):
            raise BadRequest(_MISSING)
        self._signup.limits.visit("verify", self._address())
        return _opened(self._signup.sessions.verify(given.phone, given.code, given.password, _wanted(given)))

    def log_in(self, given: forms.LogIn) -> dict[str, Any]:
        """With a password; with a phone alone, it has the phone sent a code."""
        login = given.email or given.username
        if login and given.password:
            with self._signup.limits.password(login, self._address()):
                return _opened(self._signup.sessions.log_in(login, given.password, _wanted(given)))
        if not given.phone:
            raise BadRequest("missing required params")
        self._signup.limits.visit("code", self._address())
        return {"user": user_json(self._signup.sessions.send_code(given.phone))}

    def log_out(self) -> None:
        token = callers.given_token(self._event())
        self._signup.sessions.log_out(self._signup.callers.admit(token))

    def is_available(self, given: forms.Email) -> dict[str, Any]:
        if not given.email:
            raise BadRequest(_MISSING)
        self._signup.limits.visit("ask", self._address())
        problem = self._problem(given.email)
        return enveloped({"free": problem is None, "message": problem} if self._is_v1() else problem is None)

    def wait(self, given: forms.Waiting) -> dict[str, Any]:
        self._signup.limits.visit("ask", self._address())
        return enveloped({"email": self._signup.waiting.add(given.email, given.phone)})

    def wait_by_page(self, given: forms.Waiting) -> dict[str, Any]:
        """The same in the shape that the web site used."""
        return _success(lambda: self.wait(given), "")

    def send_link(self, given: forms.Phone) -> dict[str, Any]:
        """Have the link to the app sent by SMS."""

        def send() -> None:
            self._signup.limits.visit("ask", self._address())
            phone = phones.normalised(given.phone)
            self._signup.limits.link(phone)
            self._signup.waiting.send_link(phone, f"{self.url()}/download")

        return _success(send, "The link is on its way.")

    def forgot(self, given: forms.Email) -> dict[str, Any]:
        """The same whether or not somebody has this address."""
        self._signup.limits.visit("ask", self._address())
        if given.email.strip():
            self._signup.limits.mail(given.email.strip().lower())
        self._signup.resets.ask(given.email, f"{self.url()}/changepw/")
        return enveloped(None)

    def reset(self, given: forms.NewPassword) -> dict[str, Any]:
        self._signup.limits.visit("ask", self._address())
        confirmed = given.password if given.confirm is None else given.confirm
        self._signup.resets.reset(given.token, given.password, confirmed)
        return enveloped(None)

    def update(self) -> Update | None:
        """What the app should tell its user; None if it is new enough."""
        event = self._event()
        given = event.get("queryStringParameters") or {}
        if token := callers.given_token(event):
            self._note_active(token)
        released = Minimum(self._signup.oldest_app, f"{self.url()}/download")
        in_beta = Minimum(self._signup.oldest_beta, f"{self.url()}/beta/ios")
        version, beta = header(event, "ios-app-ver"), given.get("beta") == "true"
        return update_for(version, beta=beta, released=released, in_beta=in_beta)

    def deletion(self, address: str) -> dict[str, Any]:
        return enveloped(self._signup.deletions.read(address))

    def url(self) -> str:
        return public_url(self._event(), self._signup.public_url)

    def _note_active(self, token: str) -> None:
        try:
            self._signup.callers.admit(token)
        except BadToken:
            return  # whoever it is, they may know whether their app is too old

    def _problem(self, email: str) -> str | None:
        try:
            address = names.allowed_email(email)
        except BadRequest:
            return "invalid email"
        return None if self._signup.store.by_login(address) is None else "email taken"

    def _address(self) -> str:
        return sender(self._event())


def _wanted(device: forms.Device) -> Wanted:
    if len(device.device_token) > _LONGEST or len(device.device_id) > _LONGEST:
        raise BadRequest("device_token or device_id is too long")
    return Wanted(device.device_token, device.device_id, user_agents.platform_of(device.platform))


def _opened(opened: "Opened") -> dict[str, Any]:
    user = user_json(opened.profile, is_new=opened.is_new)
    return {"access_token": opened.token, "user": {**user, "access_token": opened.token}}


def _success(act: "Callable[[], object]", message: str) -> dict[str, Any]:
    try:
        act()
    except BadRequest as error:
        return {"success": False, "msg": str(error)}
    return {"success": True, **({"msg": message} if message else {})}
