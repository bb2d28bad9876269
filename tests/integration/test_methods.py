"""What functions answer to methods that an address does not take: API Gateway lets them through greedy routes."""

from collections import defaultdict
from typing import Any

import pytest

from signpost.platform.errors import MethodNotAllowed
from tests.http_events import ADMIN, basic, http_event
from tests.integration.conftest import Handlers
from tests.served_routes import names, served
from tests.template_model import snake_case

REDIRECT = "TrackRedirect"  # only two methods lead to it, and it answers both


@pytest.mark.parametrize("function", [name for name in names() if name != REDIRECT])
def test_an_address_says_which_methods_it_takes(function: str, handlers: Handlers, context: Any) -> None:
    takes = defaultdict(set)
    for method, _, path in (route.partition(" ") for route in served()[function]):
        takes[path].add(method)

    for path, methods in takes.items():
        event = http_event("PATCH", path, headers=basic(*ADMIN))
        reply = handlers(snake_case(function)).handler(event, context)

        headers = {name.lower(): value for name, value in reply["headers"].items()}
        assert (reply["statusCode"], headers["allow"]) == (405, ", ".join(sorted(methods))), path
        assert str(MethodNotAllowed(sorted(methods))) in reply["body"], path
