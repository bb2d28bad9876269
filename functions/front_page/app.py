"""Addresses without a route: the home page, redirects without a trailing slash, and 404.

HTTP API, open to all. Reads and writes nothing.
"""

import os
from functools import partial
from typing import Any

from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.http import Reply
from signpost.platform.observe import Observer
from signpost.site.front_page import wiring
from signpost.site.front_page.answers import FrontPage, refusal

FRONT_PAGE = wiring.build(settings.load(wiring.Settings, os.environ))
ROUTES = {"$default": FrontPage.answer}
observer = Observer()


@observer.handler
def handler(event: dict[str, Any], context: Any, *, front_page: FrontPage = FRONT_PAGE) -> Reply:
    return dispatch(ROUTES, event, context, partial(refusal, event), front_page)
