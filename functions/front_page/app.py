"""Addresses without a route: the home page, the greeting at /api/, redirects without a trailing slash, and 404.

HTTP API, open to all. Reads and writes nothing.
"""

import os
from functools import partial
from typing import Any

from signpost.messaging.envelope import GREETING
from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.http import Event, Reply, json_reply
from signpost.platform.observe import Observer
from signpost.site.front_page import wiring
from signpost.site.front_page.answers import FrontPage, refusal

FRONT_PAGE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


def greet(_page: FrontPage, _event: Event) -> Reply:
    """As `/api`. Apps ask for this address, which no route of the API can have."""
    return json_reply(200, GREETING)


ROUTES = {"GET /api/": greet, "$default": FrontPage.answer}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, front_page: FrontPage = FRONT_PAGE) -> Reply:
    return dispatch(ROUTES, event, context, partial(refusal, event), front_page)
