"""The route of the sync."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from signpost.messaging.api import MaxId, MessagingApi
from signpost.messaging.conversation_views import MESSAGE_V1, SyncItemView
from signpost.messaging.described import replying, route
from signpost.messaging.sync.replies import Asked, SyncReplies

SYNC: Final = "/api/me/sync"

UpdatedAt = Annotated[
    str | None,
    Query(description="`meta.last_sync_at` of an earlier sync: only what has changed since. Left out: everything."),
]
Before = Annotated[
    str | None, Query(description="Only conversations whose latest message is older than this. Not with `updated_at`.")
]
Count = Annotated[
    int | None,
    Query(description="Of everything, at most so many conversations; of changes, so many. At most 100.", ge=1),
]

READ = route(
    "sync",
    "Read what an app has to show: everything, or what has changed.",
    "Conversations and messages, each with its `type` and what it is now under `sync`; what is gone has `is_deleted`. "
    "`meta.last_sync_at` may be handed back at any time, and misses nothing.",
    replying(
        "Sync",
        list[SyncItemView],
        [{"type": "message", "sync": MESSAGE_V1}],
        paged=True,
        last_sync_at="2026-11-22T07:02:03.000000Z",
    ),
    {
        400: "`max_id` is not one of this caller's syncs.",
        422: "`updated_at` or `before_last_message_at` is not a time, or `count` is not a number from 1 on.",
    },
)


def serve(app: MessagingApi, sync: SyncReplies) -> None:
    @app.get(SYNC, **READ)
    def read(
        updated_at: UpdatedAt = None, before_last_message_at: Before = None, count: Count = None, _max_id: MaxId = None
    ) -> dict[str, Any]:
        asked = Asked(updated_at, before_last_message_at, count)
        return app.listed(sync.listing(app.caller.user, asked, app.start(), v1=app.is_v1()))
