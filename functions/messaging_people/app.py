"""/api/me and /api/contacts: oneself, friends, contacts, invites, and the sync. HTTP API, for an access token's user.

Reads and writes the caller's part of Messaging; codes for a new phone go out by its stream. A request that is sent
again changes nothing more. The routes are those of each feature's `api.py`.
"""

import os
from typing import Any

from signpost.messaging.api import MessagingApi
from signpost.messaging.contacts import api as contacts
from signpost.messaging.friends import api as friends
from signpost.messaging.invites import api as invites
from signpost.messaging.people import wiring
from signpost.messaging.profile import api as profile
from signpost.messaging.sync import api as sync
from signpost.platform import settings
from signpost.platform.http import Reply
from signpost.platform.observe import Observer

PEOPLE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
app = MessagingApi(PEOPLE.admit, open_to_all=[contacts.CHECK], paging=PEOPLE.paging)

profile.serve(app, PEOPLE.profiles, PEOPLE.deletions)
sync.serve(app, PEOPLE.sync)
friends.serve(app, PEOPLE.friends)
contacts.serve(app, PEOPLE.book)
invites.serve(app, PEOPLE.inviting)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply:
    return app.resolve(event, context)
