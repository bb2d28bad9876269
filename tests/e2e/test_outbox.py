"""From an item in the table to the outbox page: stream and filters, queues, SNS and SES of the running stack."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from playwright.sync_api import Browser, expect

from local.demo.signpost_stack import SignpostStack
from signpost.platform.ids import ulid
from tests.dynamodb import exact
from tests.e2e.conftest import wait_until

pytestmark = pytest.mark.slow

SOON = 60.0  # seconds: only something broken takes that long
PHONE = "+14155550123"


@pytest.fixture(scope="module")
def keep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def running(keep: Path) -> Iterator[SignpostStack]:
    with SignpostStack(keep=keep, log=lambda _line: None) as stack:
        yield stack


def put(running: SignpostStack, *items: dict[str, Any]) -> None:
    for item in items:
        typed = {name: TypeSerializer().serialize(exact(value)) for name, value in item.items()}
        running.stack.client("dynamodb").put_item(TableName="Messaging", Item=typed)


def outbox_item(channel: str, **values: Any) -> dict[str, Any]:
    now = time.time()
    return {"pk": f"outbox#{ulid(now)}", "sk": channel, "event": "test", "ttl": int(now) + 86_400, **values}


def message(text: str) -> dict[str, Any]:
    """A copy that the user 5 has not seen."""
    made = ulid(time.time())
    key = {"pk": "user#5", "sk": f"message#7#{made}", "unseen": f"7#{made}", "sent_at": time.time()}
    return {**key, "guid": made, "type": "text", "sender": 6, "sender_name": "Ben", "content": {"text": text}}


def test_what_is_stored_is_sent_once_and_shown_and_still_there_after_a_restart(
    running: SignpostStack, chromium: Browser, keep: Path
) -> None:
    # Given a user with a phone, who is in one conversation
    put(
        running,
        {"pk": "user#5", "sk": "device#1", "platform": "android", "push_token": "token-of-nora"},
        {"pk": "user#5", "sk": "membership#7", "id": 7, "conversation": 3, "members": 2, "unseen": "!7"},
    )

    # When a code and a message are stored for the user
    put(running, outbox_item("sms", to=PHONE, text="Signpost code: 4821"), message("At eight?"))
    stack = running.stack
    wait_until(lambda: bool(stack.sent_sms() and stack.sent_pushes()), SOON, "both are sent")
    wait_until(stack.idle, SOON, "nothing is left to do")

    # Then both were sent once, and the outbox shows them, together and alone
    assert (len(stack.sent_sms()), len(stack.sent_pushes())) == (1, 1)
    page = chromium.new_page()
    page.goto(f"{running.pages.url}/outbox")
    expect(page.get_by_role("heading", name="Ben: At eight?")).to_be_visible()
    page.get_by_role("link", name="SMS (1)").click()
    expect(page.get_by_text("Signpost code: 4821")).to_be_visible()
    expect(page.get_by_text("At eight?")).to_have_count(0)
    page.close()

    # And the totals count the message that was received
    key = {"pk": {"S": "counters"}, "sk": {"S": "totals"}}
    totals = stack.client("dynamodb").get_item(TableName="Messaging", Key=key)["Item"]
    assert totals["received"] == {"N": "1"}

    # When the stack starts again, with endpoints that its SNS does not know any more
    running.__exit__(None, None, None)
    with SignpostStack(keep=keep, log=lambda _line: None) as again:
        assert [each["text"] for each in again.stack.sent_sms()] == ["Signpost code: 4821"]
        put(again, message("Or at nine?"))
        wait_until(lambda: len(again.stack.sent_pushes()) == 2, SOON, "the second message is told")
