"""/api/me/conversations and /api/me/videos: conversations and their messages. HTTP API, for an access token's user.

Reads and writes Messaging: the caller's part, and by a message those of all members. RateLimits counts invites. A
message that is sent again under its guid is stored once. Repeating anything else changes nothing more, except for a new
conversation without a guid.
"""

import os
from typing import Any

from signpost.messaging.api import MessagingApi
from signpost.messaging.conversations import api, wiring
from signpost.platform import settings
from signpost.platform.http import Reply
from signpost.platform.observe import Observer

FEATURE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
app = MessagingApi(FEATURE.admit, paging=FEATURE.paging)

api.serve(app, FEATURE.conversations, FEATURE.creation, FEATURE.public_url)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
