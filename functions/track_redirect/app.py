"""GET and HEAD /track/{id or slug}: count a click and redirect the browser.

A browser never sees an error: whatever goes wrong, it gets a redirect. A request takes at most one read (campaigns are
cached for 15 s) and one write, one more write if the campaign has `max_clicks`, and once a day another for the key
that visitors are hashed with. When a limit changes, a few requests read more: the current campaign, and the last clicks
before the limit. It does without boto3: see signpost/tracking/redirect/dynamodb_client.py.
"""

import os
from typing import Any

from signpost.platform import settings
from signpost.platform.http import Reply
from signpost.tracking.redirect import wiring

REDIRECT = wiring.build(settings.load(wiring.Settings, os.environ))


def handler(event: dict[str, Any], _context: object) -> Reply:
    return REDIRECT.answer(event)
