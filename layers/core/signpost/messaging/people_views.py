"""Friends, contacts and other users as the API reference describes them."""

from typing import Final

from typing_extensions import TypedDict

from signpost.messaging import conversation_views, user_shapes
from signpost.messaging.conversation_views import ConversationView
from signpost.messaging.user_shapes import UserView
from signpost.platform.reference import Moment, described

BRIEF: Final = {"id": 7036874417777, "username": "ben"}
NAMED: Final = {**BRIEF, "name": "Ben"}
FRIEND: Final = {**NAMED, "last_sent_at": "2026-11-22T07:02:03.000000Z"}
CONTACT: Final = {
    "name": "Ben",
    "created_at": "2026-11-22T07:00:00.000000Z",
    "phone_hashed": "2c9a0d6a4b1c7d5b0f2f4e3b9a8c7d6e",
    "username": "ben",
}
OWN: Final = {**user_shapes.EXAMPLE, "conversations": [conversation_views.CONVERSATION]}


@described(example=OWN)
class OwnView(UserView):
    """The caller, with a page of conversations."""

    conversations: list[ConversationView]
    """The latest first, without those that were left."""


@described(example=BRIEF)
class BriefUserView(TypedDict):
    """What everybody may know of a user."""

    id: int
    """The user's id."""
    username: str
    """The username."""


@described(example=NAMED)
class NamedUserView(BriefUserView):
    """Another user, as the caller knows them."""

    name: str
    """What the caller's address book calls the user; otherwise the user's own name."""


@described(example=FRIEND)
class FriendView(NamedUserView):
    """A user whom the caller has added."""

    last_sent_at: Moment | None
    """When the caller last sent something to a conversation with this friend."""


@described(example={"recent_friends": [FRIEND], "friends": [FRIEND]})
class FriendsView(TypedDict):
    """The caller's friends."""

    recent_friends: list[FriendView]
    """On the first page, at most three to whom the caller has sent something last."""
    friends: list[FriendView]
    """A page of all."""


@described(example=CONTACT)
class ContactView(TypedDict):
    """An entry of the caller's address book who is a user."""

    name: str
    """What the address book calls the phone."""
    created_at: Moment
    """When the entry was first sent."""
    phone_hashed: str
    """The MD5 of the number, as it was sent."""
    username: str
    """The username."""


@described(example={"status_path": "/api/deletions/eyJpZCI6"})
class DeletionAskedView(TypedDict):
    """A deletion that was asked for."""

    status_path: str
    """The path that tells how far it is, for 90 days, to whoever has it."""


@described(example={"status": "done", "asked_at": "2026-11-22T07:00:00Z", "done_at": "2026-11-22T07:00:04Z"})
class UserDeletionView(TypedDict):
    """How far the deletion of a user is."""

    status: str
    """`received`, `erasing` or `done`."""
    asked_at: Moment
    """When it was asked for."""
    done_at: Moment | None
    """When nothing was left."""
