"""Pages for choosing a new password, and addresses that lead to the app, each of which is a tracked campaign."""

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from signpost.messaging import intake
from signpost.messaging.errors import BadRequest
from signpost.messaging.signup import forms
from signpost.messaging.signup.resets import LinkExpired
from signpost.platform import browser_writes
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, redirect, retry_after
from signpost.platform.pages import Button, Page, html_reply, page_reply, private_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from signpost.messaging.signup.answers import Answers, Signup

_ASK: Final = "messaging/signup/ask.html"
_CHOOSE: Final = "messaging/signup/choose.html"
_SENT: Final = Page(
    "Look into your mail",
    "If somebody has registered with this address, an e-mail with a link is on its way. The link is good for an hour.",
)
_CHANGED: Final = Page(
    "Your password is changed", "All your devices are logged out: open the app, and log in with the new password."
)
_EXPIRED: Final = Page(
    "Link has expired",
    "Each link is good for one change within an hour.",
    (Button("Ask for a new one", "/forgotpw"),),
)


class Pages:
    """A method for each route. `answers`: what the same does for programs."""

    def __init__(self, signup: "Signup", answers: "Answers", event: "Callable[[], Event]") -> None:
        self._signup, self._answers, self._event = signup, answers, event

    def ask(self) -> Reply:
        return _form(200, _ASK, "Choose a new password")

    def asked(self) -> Reply:
        def act() -> Reply:
            self._answers.forgot(forms.Email(email=self._field("email")))
            return page_reply(200, _SENT)

        return self._written(act, _ASK)

    def choose(self, token: str) -> Reply:
        try:
            self._signup.resets.check(token)
        except LinkExpired as error:
            return page_reply(error.status, _EXPIRED)
        return _form(200, _CHOOSE, "Choose a new password")

    def chosen(self, token: str) -> Reply:
        def act() -> Reply:
            confirmed = self._field("confirm")
            self._answers.reset(forms.NewPassword(token=token, password=self._field("password"), confirm=confirmed))
            return page_reply(200, _CHANGED)

        return self._written(act, _CHOOSE)

    def beta(self, party: str) -> Reply:
        return self._to(f"beta-{party}")

    def download(self) -> Reply:
        return self._to("download")

    def invite(self) -> Reply:
        return self._to("invite")

    def _to(self, campaign: str) -> Reply:
        """To a campaign, which counts the click; tracking knows where to go if there is none of this name."""
        query = self._event().get("rawQueryString")
        address = f"/track/{quote(campaign, safe='')}" + (f"?{query}" if query else "")
        return redirect(302, address, {"cache-control": "no-store"})

    def _written(self, act: "Callable[[], Reply]", template: str) -> Reply:
        try:
            browser_writes.check_origin(self._event())
            return act()
        except LinkExpired as error:
            return page_reply(error.status, _EXPIRED)
        except BadRequest as error:
            return _form(error.status, template, "Choose a new password", str(error))
        except SignpostError as error:
            return page_reply(error.status, Page("This did not work", str(error)), retry_after(error))

    def _field(self, name: str) -> str:
        return intake.parameter(self._event(), name)


def _form(status: int, template: str, title: str, problem: str = "") -> Reply:
    """A page whose form is sent here. `same-origin`, because otherwise a browser hides where the form comes from."""
    policy = private_headers()["content-security-policy"].replace("form-action 'none'", "form-action 'self'")
    headers = {"content-security-policy": policy, "referrer-policy": "same-origin"}
    return html_reply(status, template, {"title": title, "problem": problem}, headers)
