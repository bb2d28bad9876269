"""/api: registering, codes, sessions, passwords; pages for a new password; links to the app. HTTP API, open to all.

Reads and writes Messaging and RateLimits. What is to be sent (codes, e-mails) is stored with what it tells of, in one
transaction, and sent by others. A request that is sent again after a lost reply does nothing twice; a code that was
right is used up then, and another one has to be asked for. Bodies contain passwords and codes, so no event is logged.
"""

import os
from typing import Any

from signpost.messaging.api import MessagingApi
from signpost.messaging.signup import api, wiring
from signpost.messaging.signup.answers import Signup
from signpost.platform import settings
from signpost.platform.http import Reply
from signpost.platform.observe import Observer

SIGNUP = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


def serving(signup: Signup) -> MessagingApi:
    made = MessagingApi()
    api.serve(made, signup)
    return made


app = serving(SIGNUP)


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feature: MessagingApi = app) -> Reply:
    return feature.resolve(event, context)
