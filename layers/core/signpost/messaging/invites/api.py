"""The routes of invites."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

from signpost.messaging.api import MessagingApi
from signpost.messaging.described import NOTHING, route
from signpost.messaging.envelope import enveloped
from signpost.messaging.invites.inviting import Inviting

INVITES: Final = "/api/me/invites"


class Invitees(BaseModel):
    """Who is invited."""

    invites: list[str] | str | None = Field(
        default=None,
        description="Phones and e-mail addresses, as a list or separated by commas: at most 100.",
        examples=[["+14155550100", "ben@example.com"]],
    )


INVITE = route(
    "invite",
    "Note whom the user has invited.",
    "Null. They get a reminder later.",
    NOTHING,
    {400: "Nobody is named, or more than 100 are.", 429: "The user has invited too many within a day."},
    422,
)
CONFIRM = route(
    "confirmInvites",
    "Note that invites of conversations were sent by the user.",
    "Null.",
    NOTHING,
    {400: "Nobody is named, or more than 100 are."},
    422,
)


def serve(app: MessagingApi, inviting: Inviting) -> None:
    @app.post(INVITES, **INVITE)
    def invite(who: Annotated[Invitees, Body()]) -> dict[str, Any]:
        inviting.invite(app.caller.user, who.invites)
        return enveloped(None)

    @app.post(f"{INVITES}/confirm", **CONFIRM)
    def confirm(who: Annotated[Invitees, Body()]) -> dict[str, Any]:
        inviting.confirm(app.caller.user, who.invites)
        return enveloped(None)
