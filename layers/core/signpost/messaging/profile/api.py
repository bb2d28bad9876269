"""The routes of the user's own profile."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, Field

from signpost.messaging.api import MaxId, MessagingApi
from signpost.messaging.deletion.progress import Deletions
from signpost.messaging.described import replying, route
from signpost.messaging.envelope import enveloped
from signpost.messaging.people_views import OWN, DeletionAskedView, OwnView
from signpost.messaging.profile.changes import Profiles, Wish
from signpost.messaging.user_shapes import EXAMPLE, UserView

ME: Final = "/api/me"


class ProfileChange(BaseModel):
    """What a user changes. What is left out stays."""

    username: str | None = Field(default=None, description="A new username.", examples=["nora"])
    phone: str | None = Field(
        default=None, description="A new phone, to which a code is sent.", examples=["+14155550100"]
    )
    code: str | None = Field(default=None, description="The code that was sent to the new phone.", examples=["4711"])
    device_token: str | None = Field(default=None, description="Where this device gets pushes.", examples=["a1b2c3"])


READ = route(
    "readMe",
    "Read the user's own profile, with the latest conversations.",
    "The user.",
    replying("Own", OwnView, OWN, paged=True),
    {400: "`max_id` is not one of this list's."},
)
CHANGE = route(
    "changeMe",
    "Change the username, the phone, or where this device gets pushes.",
    "The user. `meta.phone_pending`: a code was sent to the new phone; send both to have it changed.",
    replying("User", UserView, EXAMPLE),
    {
        400: "A username or phone is not allowed or taken, or the code is not right.",
        429: "The new phone was sent a code less than a minute ago, or five within the hour.",
    },
    *(409, 422),
)
DELETE = route(
    "deleteMe",
    "Delete everything about the user. It takes minutes.",
    "The address that tells how far it is.",
    replying("DeletionAsked", DeletionAskedView, {"status_path": "/api/deletions/eyJpZCI6"}),
    {404: "The user is deleted already."},
)


def serve(app: MessagingApi, profiles: Profiles, deletions: Deletions) -> None:
    @app.get(ME, **READ)
    def read(_max_id: MaxId = None) -> dict[str, Any]:
        return app.listed(profiles.show(app.caller.user, app.start(), v1=app.is_v1()))

    @app.post(ME, **CHANGE)
    def change(wish: Annotated[ProfileChange, Body()]) -> dict[str, Any]:
        return app.listed(profiles.change(app.caller.user, app.caller.device, Wish(**wish.model_dump())))

    @app.delete(ME, **DELETE)
    def delete() -> dict[str, Any]:
        return enveloped({"status_path": deletions.ask(app.caller.user)})
