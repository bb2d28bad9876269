"""The routes of conversations and their messages. What they call a conversation's id is the caller's membership id."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from signpost.messaging.api import MaxId, MessagingApi
from signpost.messaging.conversation_shapes import conversation_json
from signpost.messaging.conversation_views import (
    CONVERSATION,
    INVITE,
    MEMBER,
    MESSAGE_V1,
    AnyMessage,
    ConversationDetailView,
    ConversationsView,
    ConversationView,
    InviteView,
    OtherMemberView,
    TextView,
)
from signpost.messaging.conversation_views import TEXT as TEXT_ROW
from signpost.messaging.conversations.creation import Creation, Wanted
from signpost.messaging.conversations.requests import Goodbye, NewConversation, NewText, WatchAll
from signpost.messaging.conversations.service import Conversations
from signpost.messaging.described import NOTHING, replying, route
from signpost.messaging.envelope import enveloped
from signpost.messaging.paging import MOST
from signpost.platform.http import public_url
from signpost.platform.ids import is_number_id

ALL: Final = "/api/me/conversations"
ONE: Final = f"{ALL}/<conversation>"
MESSAGES_A_PAGE: Final = 10
Json = dict[str, Any]

Id = Annotated[str, Path(description="The caller's id of a conversation.")]
Guid = Annotated[str, Path(description="A message's guid.", max_length=128)]
UpdatedAt = Annotated[str | None, Query(description="Only what has changed since this time, also what was left.")]
PerPage = Annotated[int | None, Query(alias="perPage", description="Entries of a page.", ge=1, le=MOST)]
Page = Annotated[int | None, Query(description="The page's number, from 1 on. `max_id` goes further back.", ge=1)]
_EVERYTHING: Final = Goodbye()  # without a body
_ALL_TYPES: Final = WatchAll()

_LISTED: Final = replying("Conversations", ConversationsView, {"conversations": [CONVERSATION]}, paged=True)
_ONE: Final = replying("Conversation", ConversationView, CONVERSATION)
_WITH_MEMBERS = {**CONVERSATION, "members": [MEMBER], "invites": [INVITE]}
_DETAIL: Final = replying("ConversationDetail", ConversationDetailView, _WITH_MEMBERS)
_MEMBERS: Final = replying("Members", list[OtherMemberView], [MEMBER])
_INVITES: Final = replying("Invites", list[InviteView], [INVITE])
_MESSAGES: Final = replying("Messages", list[AnyMessage], [MESSAGE_V1], paged=True, last_page=None)
_MESSAGE: Final = replying("Message", AnyMessage, MESSAGE_V1)
_TEXT: Final = replying("Text", TextView, TEXT_ROW)

_NEWEST_FIRST: Final = "Messages that were seen or sent, newest first, in the shape that the header `Accept` asks for."
_NOT_THERE: Final = {404: "The caller has no such conversation."}
_NO_PAGE: Final = {
    **_NOT_THERE,
    400: "`max_id` is not one of this list's, or `page` is more than 1,000 messages back.",
    422: "`page` or `perPage` is not a number from 1 on, or `perPage` is above 100.",
}
LIST = route(
    "listConversations",
    "List conversations, the latest first.",
    "A page of conversations.",
    _LISTED,
    {400: "`max_id` is not one of this list's.", 422: "`updated_at` is not a time, or `perPage` not from 1 to 100."},
)
CREATE = route(
    "createConversation",
    "Begin a conversation. Phones that are not users' are invited by SMS.",
    "The conversation.",
    _ONE,
    {
        400: "Nobody is named, a phone is none, nobody else has the names, or there would be more than 256 members.",
        409: "Those who are named register or change at the same time; try again.",
        429: "The user has invited 300 phones within a day.",
    },
    422,
)
READ = route("readConversation", "Read a conversation.", "The conversation, with who is in it.", _DETAIL, _NOT_THERE)
MEMBERS = route("listMembersOfConversation", "List all others in a conversation.", "Them.", _MEMBERS, _NOT_THERE)
INVITES = route("listInvitesOfConversation", "List invites that were not accepted yet.", "Them.", _INVITES, _NOT_THERE)
MESSAGES = route("listMessages", "List messages.", _NEWEST_FIRST, _MESSAGES, _NO_PAGE)
VIDEOS = route("listVideos", "List videos.", _NEWEST_FIRST, _MESSAGES, _NO_PAGE)
HISTORY = route("listHistory", "List videos, as many as possible on a page.", _NEWEST_FIRST, _MESSAGES, _NO_PAGE)
TEXT = route(
    "sendText",
    "Send a text. With the same guid again, nothing is sent.",
    "The text.",
    _TEXT,
    {400: "There is no text, it or the guid is too long, or the caller has no such conversation."},
    *(404, 409, 422),
)
GOODBYE = route(
    "sayGoodbye",
    "Mark what was watched as seen.",
    "Null. Guids of other conversations are passed over.",
    NOTHING,
    {**_NOT_THERE, 400: "More than 1,000 guids."},
    422,
)
LEAVE = route(
    "leaveConversation",
    "Leave until the next message; its messages are gone.",
    "Null.",
    NOTHING,
    {400: "The caller has no such conversation."},
    404,
)
ARCHIVE = route(
    "archiveConversation", "Archive a conversation until the next message.", "The conversation.", _ONE, _NOT_THERE
)
WATCH = route(
    "watchAll",
    "Mark all messages of some types as seen.",
    "Null.",
    NOTHING,
    {**_NOT_THERE, 400: "`message_types` is missing, or has something else than `text`, `video` and `image`."},
    422,
)
READ_ONE = route(
    "watchMessage", "Mark one message as seen.", "The message.", _MESSAGE, {404: "The caller has no such message."}, 422
)


def serve(app: MessagingApi, conversations: Conversations, creation: Creation, configured_url: str) -> None:
    _serve_conversations(app, conversations, creation, configured_url)
    _serve_messages(app, conversations)
    _serve_changes(app, conversations)


def _serve_conversations(
    app: MessagingApi, conversations: Conversations, creation: Creation, configured_url: str
) -> None:
    @app.get(ALL, **LIST)
    def latest(updated_at: UpdatedAt = None, per_page: PerPage = None, _max_id: MaxId = None) -> Json:
        limit = per_page or MOST
        return app.listed(conversations.latest(app.caller.user, updated_at, limit, _after(app), v1=app.is_v1()))

    @app.post(ALL, **CREATE)
    def create(new: Annotated[NewConversation, Body()]) -> Json:
        link = f"{public_url(app.current_event.raw_event, configured_url)}/download"
        membership = creation.create(app.caller.user, Wanted(**new.model_dump()), link)
        return enveloped(conversation_json(membership, app.caller.user, v1=app.is_v1()))

    @app.get(ONE, **READ)
    def read(conversation: Id) -> Json:
        return enveloped(conversations.read(app.caller.user, own_id(conversation), v1=app.is_v1()))

    @app.get(f"{ONE}/members", **MEMBERS)
    def members(conversation: Id) -> Json:
        return enveloped(conversations.members(app.caller.user, own_id(conversation)))

    @app.get(f"{ONE}/invites", **INVITES)
    def invites(conversation: Id) -> Json:
        return enveloped(conversations.invites(app.caller.user, own_id(conversation)))


def _serve_messages(app: MessagingApi, conversations: Conversations) -> None:
    def messages(conversation: str, page: int | None, limit: int, *, videos: bool = False) -> Json:
        caller, own = app.caller.user, own_id(conversation)
        return app.listed(
            conversations.messages(caller, own, limit, after=_after(app), page=page, videos=videos, v1=app.is_v1())
        )

    @app.get(f"{ONE}/messages", **MESSAGES)
    def seen(conversation: Id, page: Page = None, per_page: PerPage = None, _max_id: MaxId = None) -> Json:
        return messages(conversation, page, per_page or MESSAGES_A_PAGE)

    @app.get(f"{ONE}/videos", **VIDEOS)
    def videos(conversation: Id, page: Page = None, per_page: PerPage = None, _max_id: MaxId = None) -> Json:
        return messages(conversation, page, per_page or MOST, videos=True)

    @app.get(f"{ONE}/history", **HISTORY)
    def history(conversation: Id, page: Page = None, per_page: PerPage = None, _max_id: MaxId = None) -> Json:
        return messages(conversation, page, per_page or MOST, videos=True)

    @app.post(f"{ONE}/text", **TEXT)
    def say(conversation: Id, new: Annotated[NewText, Body()]) -> Json:
        return enveloped(conversations.say(app.caller.user, own_id(conversation), new.text, new.guid))


def _serve_changes(app: MessagingApi, conversations: Conversations) -> None:
    @app.post(f"{ONE}/goodbye", **GOODBYE)
    def goodbye(conversation: Id, watched: Annotated[Goodbye, Body()] = _EVERYTHING) -> Json:
        conversations.goodbye(app.caller.user, own_id(conversation), watched)
        return enveloped(None)

    @app.post(f"{ONE}/leave", **LEAVE)
    def leave(conversation: Id) -> Json:
        conversations.leave(app.caller.user, own_id(conversation))
        return enveloped(None)

    @app.post(f"{ONE}/archive", **ARCHIVE)
    def archive(conversation: Id) -> Json:
        return enveloped(conversations.archive(app.caller.user, own_id(conversation), v1=app.is_v1()))

    @app.post(f"{ONE}/watch_all", **WATCH)
    def watch_all(conversation: Id, wanted: Annotated[WatchAll, Body()] = _ALL_TYPES) -> Json:
        conversations.watch_all(app.caller.user, own_id(conversation), wanted.message_types, v1=app.is_v1())
        return enveloped(None)

    @app.post("/api/me/videos/<guid>/read", **READ_ONE)
    def watch(guid: Guid) -> Json:
        return enveloped(conversations.watch(app.caller.user, guid, v1=app.is_v1()))


def _after(app: MessagingApi) -> str | None:
    return (app.start() or {}).get("after")


def own_id(text: str) -> int:
    """0, which nobody has, for what cannot be an id: each route says itself what it does not find."""
    return int(text) if is_number_id(text) else 0
