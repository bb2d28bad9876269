"""The routes of conversations and their messages. What they call a conversation's id is the caller's membership id."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Body, Path, Query

from signpost.messaging.api import MaxId, MessagingApi
from signpost.messaging.conversation_shapes import conversation_json
from signpost.messaging.conversations.creation import Creation, Wanted
from signpost.messaging.conversations.requests import Goodbye, NewConversation, NewText, WatchAll
from signpost.messaging.conversations.service import Conversations
from signpost.messaging.described import route
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

_MESSAGES: Final = "Messages that were seen or sent, newest first. `meta.last_page`: whether page `page` is the last."
LIST = route("listConversations", "List conversations, the latest first.", "`conversations`.", 400, 422)
CREATE = route(
    "createConversation",
    "Begin a conversation. Phones that are not users' are invited by SMS.",
    "The conversation.",
    *(400, 409, 422, 429),
)
READ = route("readConversation", "Read a conversation.", "The conversation, with its `members` and `invites`.", 404)
MEMBERS = route("listMembersOfConversation", "List all others in a conversation.", "Users.", 404)
INVITES = route("listInvitesOfConversation", "List invites that were not accepted yet.", "Invites.", 404)
MESSAGES = route("listMessages", "List messages.", _MESSAGES, 400, 404, 422)
VIDEOS = route("listVideos", "List videos.", _MESSAGES, 400, 404, 422)
HISTORY = route("listHistory", "List videos, as many as possible on a page.", _MESSAGES, 400, 404, 422)
TEXT = route("sendText", "Send a text. With the same guid again, nothing is sent.", "The text.", 400, 404, 409, 422)
GOODBYE = route("sayGoodbye", "Mark what was watched as seen.", "Null.", 400, 404, 422)
LEAVE = route("leaveConversation", "Leave until the next message; its messages are gone.", "Null.", 400, 404)
ARCHIVE = route("archiveConversation", "Archive a conversation until the next message.", "The conversation.", 404)
WATCH = route("watchAll", "Mark all messages of some types as seen.", "Null.", 400, 404, 422)
READ_ONE = route("watchMessage", "Mark one message as seen.", "The message.", 404, 422)


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
