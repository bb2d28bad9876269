"""What functions answer to methods that an address does not take: API Gateway lets them through greedy routes."""

from collections import defaultdict
from typing import Any

import pytest

from signpost.messaging import callers, keys
from signpost.platform.errors import MethodNotAllowed
from tests import dynamodb
from tests.http_events import ADMIN, basic, http_event
from tests.integration.conftest import Handlers
from tests.served_routes import names, served
from tests.template_model import snake_case

TOKEN = "a-token"
FAR_OFF = 4_000_000_000
REDIRECT = "TrackRedirect"  # only two methods lead to it, and it answers both


@pytest.mark.parametrize("function", [name for name in names() if name != REDIRECT])
def test_an_address_says_which_methods_it_takes(function: str, handlers: Handlers, context: Any) -> None:
    user = {"user": 1, "device": 1, "active_at": FAR_OFF, "ttl": FAR_OFF}
    dynamodb.put("Messaging", {**keys.token(callers.digest(TOKEN)), **user})
    takes = defaultdict(set)
    for method, _, path in (route.partition(" ") for route in served()[function]):
        takes[path].add(method)

    for path, methods in takes.items():
        event = http_event("PATCH", path, query=f"access_token={TOKEN}", headers=basic(*ADMIN))
        reply = handlers(snake_case(function)).handler(event, context)

        headers = {name.lower(): value for name, value in reply["headers"].items()}
        assert (reply["statusCode"], headers["allow"]) == (405, ", ".join(sorted(methods))), path
        assert str(MethodNotAllowed(sorted(methods))) in reply["body"], path
