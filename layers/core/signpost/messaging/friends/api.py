"""The routes of friends, and of other users who are looked for or muted."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Path
from pydantic import BaseModel, Field

from signpost.messaging.api import MaxId, MessagingApi
from signpost.messaging.described import NOTHING, replying, route
from signpost.messaging.envelope import enveloped
from signpost.messaging.errors import NothingFound
from signpost.messaging.friends.service import Friends
from signpost.messaging.people_views import (
    BRIEF,
    FRIEND,
    NAMED,
    BriefUserView,
    FriendsView,
    FriendView,
    NamedUserView,
)
from signpost.platform.ids import is_number_id

FRIENDS: Final = "/api/me/friends"
USERS: Final = "/api/me/users"

UserId = Annotated[str, Path(description="A user's id.", max_length=32)]


class Usernames(BaseModel):
    """Who is meant."""

    username: list[str] | str | None = Field(
        default=None, description="Usernames, as a list or separated by commas: at most 100.", examples=[["ben", "ada"]]
    )


class Username(BaseModel):
    """Who is looked for."""

    username: str | None = Field(default=None, description="A username, exactly.", examples=["ben"])


_NO_PAGE: Final = {400: "`max_id` is not one of this list's."}
_UNNAMED: Final = "`username` is missing"
LIST = route(
    "listFriends",
    "List friends.",
    "A page of friends.",
    replying("Friends", FriendsView, {"recent_friends": [FRIEND], "friends": [FRIEND]}, paged=True),
    _NO_PAGE,
)
UNADDED = route(
    "listUnadded",
    "List who added the user but was not added.",
    "A page of users.",
    replying("BriefUsers", list[BriefUserView], [BRIEF], paged=True),
    _NO_PAGE,
)
ADD = route(
    "addFriends",
    "Add friends.",
    "Those friends; unknown names are left out.",
    replying("AddedFriends", list[FriendView], [FRIEND]),
    {400: f"{_UNNAMED}, has more than 100 names, or the caller's own."},
    422,
)
REMOVE = route(
    "removeFriends",
    "Remove friends.",
    "Null.",
    NOTHING,
    {400: f"{_UNNAMED}, or has more than 100 names."},
    422,
)
SEARCH = route(
    "searchUser",
    "Find a user by name.",
    "The user; null if nobody has this name.",
    replying("FoundUser", BriefUserView | None, BRIEF),
    {400: f"{_UNNAMED}."},
    422,
)
MUTE = route(
    "muteUser",
    "Mute a user: what they send does not arrive any more.",
    "Null.",
    NOTHING,
    {400: "The caller's own id.", 404: "There is no such user."},
    422,
)
UNMUTE = route(
    "unmuteUser",
    "Have a muted user's messages arrive again.",
    "Null.",
    NOTHING,
    {404: "This cannot be a user's id."},
    422,
)
MUTED = route(
    "listMuted",
    "List muted users.",
    "A page of users.",
    replying("NamedUsers", list[NamedUserView], [NAMED], paged=True),
    _NO_PAGE,
)


def serve(app: MessagingApi, service: Friends) -> None:
    @app.get(FRIENDS, **LIST)
    def friends(_max_id: MaxId = None) -> dict[str, Any]:
        return app.listed(service.friends(app.caller.user, app.start()))

    @app.get(f"{FRIENDS}/unadded", **UNADDED)
    def unadded(_max_id: MaxId = None) -> dict[str, Any]:
        return app.listed(service.unadded(app.caller.user, app.start()))

    @app.post(f"{FRIENDS}/add", **ADD)
    def add(who: Annotated[Usernames, Body()]) -> dict[str, Any]:
        return enveloped(service.add(app.caller.user, who.username))

    @app.post(f"{FRIENDS}/remove", **REMOVE)
    def remove(who: Annotated[Usernames, Body()]) -> dict[str, Any]:
        service.remove(app.caller.user, who.username)
        return enveloped(None)

    @app.post(f"{USERS}/search", **SEARCH)
    def search(who: Annotated[Username, Body()]) -> dict[str, Any]:
        return enveloped(service.search(who.username))

    @app.get(f"{USERS}/muted", **MUTED)
    def muted(_max_id: MaxId = None) -> dict[str, Any]:
        return app.listed(service.muted(app.caller.user, app.start()))

    @app.post(f"{USERS}/<user>/mute", **MUTE)
    def mute(user: UserId) -> dict[str, Any]:
        service.mute(app.caller.user, _number(user))
        return enveloped(None)

    @app.post(f"{USERS}/<user>/unmute", **UNMUTE)
    def unmute(user: UserId) -> dict[str, Any]:
        service.unmute(app.caller.user, _number(user))
        return enveloped(None)


def _number(user: str) -> int:
    """Raises `NothingFound`."""
    if not is_number_id(user):
        raise NothingFound
    return int(user)
