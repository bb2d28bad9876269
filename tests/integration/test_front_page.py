"""The function behind `$default`, with its sample events."""

import json
from typing import Any

import pytest

from tests.integration.conftest import Handlers
from tests.samples import sample


@pytest.mark.parametrize(
    ("name", "status", "location"),
    [
        ("default-home", 200, None),
        ("default-track", 307, "https://example.com/"),
        ("default-track_head", 307, "https://example.com/"),
        ("default-slash", 308, "/users/oauth?code=AQD0example&state=eyJpZCI6Im9sZCJ9." + "0" * 64),
        ("default-greeting", 200, None),
        ("default-nothing", 404, None),
    ],
)
def test_the_sample_events_are_answered(
    name: str, status: int, location: str | None, handlers: Handlers, context: Any
) -> None:
    reply = handlers("front_page").handler(sample("front_page", name), context)

    assert (reply["statusCode"], reply["headers"].get("location")) == (status, location)


def test_a_defect_is_reported_without_details(handlers: Handlers, context: Any) -> None:
    event = sample("front_page", "default-home", rawPath=None)

    reply = handlers("front_page").handler(event | {"headers": {}}, context)

    assert reply["statusCode"] == 500
    assert set(json.loads(reply["body"])) == {"message"}
