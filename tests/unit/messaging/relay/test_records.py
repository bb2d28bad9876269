"""What a change of the table leads to; and that the stream's filters let through just these changes."""

from collections.abc import Mapping
from typing import Any

import pytest

from local.runner import filters
from signpost.messaging.relay.records import NotReadable, read
from tests.stream_records import record
from tests.template_model import functions

AT = 1_795_247_130.0
(MAPPING,) = [each.events["Changes"]["Properties"] for each in functions() if each.name == "MessagingRelay"]
PATTERNS = filters.patterns(MAPPING, "the mapping")

SMS = {"pk": "outbox#01A", "sk": "sms", "to": "+14155550123", "text": "Signpost code: 4821", "event": "code"}
REGISTERED = {"pk": "outbox#01B", "sk": "job", "job": "registered", "user": 5, "event": "registered"}
CONVERSATION = {"pk": "conversation#3", "sk": "!", "id": 3, "creator": 6, "name": "Dinner", "members": 2}
TEXT = {
    "pk": "conversation#3",
    "sk": "content#01C",
    "guid": "g1",
    "sender": 6,
    "sender_name": "Ben",
    "type": "text",
    "content": {"text": "At eight?"},
    "sent_at": AT,
}
COPY = {**TEXT, "pk": "user#5", "sk": "message#7#01C", "unseen": "7#01C"}
INVITE = {"pk": "phone#ab12", "sk": "invite#3#6", "phone": "+14155550124", "inviter": 6, "conversation": 3}
LEFT = {"pk": "user#5", "sk": "membership#7", "id": 7, "left_at": AT, "clear_due": True}


@pytest.mark.parametrize(
    ("item", "name", "jobs", "events", "counted"),
    [
        (SMS, "INSERT", [("sms", {"channel": "sms", "outbox": "01A"})], [], ()),
        ({**SMS, "sk": "email"}, "INSERT", [("email", {"channel": "email", "outbox": "01A"})], [], ()),
        (
            REGISTERED,
            "INSERT",
            [("jobs", {"job": "registered", "user": 5})],
            [("UserJoined", {"user": 5})],
            ("users",),
        ),
        ({**REGISTERED, "again": True}, "INSERT", [("jobs", {"job": "registered", "user": 5})], [], ()),
        (CONVERSATION, "INSERT", [], [("ConversationCreated", {"conversation": 3, "creator": 6})], ("conversations",)),
        (TEXT, "INSERT", [], [("TextSent", {"conversation": 3, "sender": 6, "guid": "g1"})], ("messages",)),
        (
            {**TEXT, "type": "video", "fan_out": True},
            "INSERT",
            [("jobs", {"job": "fan_out", "conversation": 3, "ulid": "01C"})],
            [("VideoSent", {"conversation": 3, "sender": 6, "guid": "g1"})],
            ("messages", "videos"),
        ),
        (COPY, "INSERT", [("push", {"user": 5, "membership": 7, "message": "01C"})], [], ("received",)),
        ({**COPY, "sent_at": AT - 3_601}, "INSERT", [], [], ("received",)),
        (LEFT, "MODIFY", [("jobs", {"job": "clear", "user": 5, "membership": 7})], [], ()),
        (INVITE, "INSERT", [], [("InviteCreated", {"inviter": 6, "conversation": 3})], ()),
        (
            {**INVITE, "accepted_at": AT},
            "MODIFY",
            [],
            [("InviteAccepted", {"inviter": 6, "conversation": 3})],
            (),
        ),
    ],
)
def test_a_change_leads_to_jobs_events_and_counts(
    item: Mapping[str, Any], name: str, jobs: list[Any], events: list[Any], counted: tuple[str, ...]
) -> None:
    raw = record(item, name=name, at=AT)

    change = read(raw)

    assert filters.matches(PATTERNS, raw)
    assert [tuple(job) for job in change.jobs] == jobs
    assert [(event.kind, event.detail) for event in change.events] == [
        (kind, {"id": raw["eventID"], **detail}) for kind, detail in events
    ]
    assert change.counted == counted
    # Nothing that somebody wrote, nor a number or a name, is passed on
    passed_on = f"{change.jobs} {change.events}"
    assert not any(text in passed_on for text in ("+1415", "eight", "4821", "Ben", "Dinner"))


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ({**SMS, "claimed_at": AT}, "MODIFY"),
        ({"pk": "outbox#01C", "sk": "push#5#9", "claimed_at": AT}, "INSERT"),  # a claim
        ({**COPY, "needs_reply": False}, "MODIFY"),
        ({name: value for name, value in COPY.items() if name != "unseen"}, "INSERT"),  # the sender's own copy
        ({**CONVERSATION, "name": "Lunch"}, "MODIFY"),
        ({**TEXT}, "MODIFY"),
        ({"pk": "user#5", "sk": "profile", "phone": "+14155550123"}, "INSERT"),
        ({"pk": "user#5", "sk": "membership#7", "id": 7}, "MODIFY"),
        ({"pk": "conversation#3", "sk": "member#5", "membership": 7}, "INSERT"),
    ],
)
def test_other_changes_lead_to_nothing_and_are_not_even_delivered(item: Mapping[str, Any], name: str) -> None:
    raw = record(item, name=name)

    assert not filters.matches(PATTERNS, raw)
    assert read(raw)[1:4] == ((), (), ())


@pytest.mark.parametrize(
    "broken",
    [
        {**COPY, "sk": "message#7"},
        {**TEXT, "type": "song"},
        {**REGISTERED, "job": None},
        {"pk": "conversation#x", "sk": "!"},
        {**INVITE, "inviter": None, "sk": "invite#"} | {"pk": 5},
    ],
)
def test_an_item_of_another_form_is_not_readable_and_the_reason_does_not_quote_it(broken: dict[str, Any]) -> None:
    if broken.get("job", "") is None:
        del broken["job"]
    with pytest.raises(NotReadable) as caught:
        read(record(broken))

    assert "eight" not in str(caught.value)
    assert "song" not in str(caught.value)
