"""What a change of the table Messaging leads to: jobs, events for other systems, and what is counted.

The filters of the stream in template.yaml let through what is read here, and little more.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from signpost.messaging import jobs, keys
from signpost.messaging.counts import day_of
from signpost.messaging.freshness import is_fresh

SMS, PUSH, EMAIL, JOBS = "sms", "push", "email", "jobs"  # the queues
_JOB: Final = "job"  # the channel of the outbox whose items are jobs, not something to send
_JOB_FIELDS: Final = ("user", "conversation", "membership", "ulid")

# What is counted, by the names in `counts.Counts`.
USERS, CONVERSATIONS, MESSAGES, VIDEOS, RECEIVED = "users", "conversations", "messages", "videos", "received"

_SENT: Final = {"text": "TextSent", "video": "VideoSent", "image": "ImageSent"}
_SEQUENCE_DIGITS: Final = 40  # the longest have this many; padded, they sort as text


class NotReadable(ValueError):
    """The record does not have the form of an item that this table has."""


class Job(NamedTuple):
    queue: str
    message: Mapping[str, Any]  # keys and ids only: nothing personal waits in a queue


class Event(NamedTuple):
    """Something that other systems may want to know. `detail` has ids and numbers, nothing that somebody wrote."""

    kind: str
    detail: Mapping[str, Any]


class Change(NamedTuple):
    sequence: str
    jobs: tuple[Job, ...] = ()
    events: tuple[Event, ...] = ()
    counted: tuple[str, ...] = ()
    day: str = ""  # of UTC, that it happened on


def read(raw: Mapping[str, Any]) -> Change:
    """Read a stream record, in Lambda's shape. One that leads to nothing is an empty change. Raises `NotReadable`."""
    try:
        sequence = raw["dynamodb"]["SequenceNumber"].zfill(_SEQUENCE_DIGITS)
        name, event_id = raw["eventName"], raw["eventID"]
        item = {key: _plain(value) for key, value in raw["dynamodb"].get("NewImage", {}).items()}
        if not item:
            return Change(sequence)
        at = raw["dynamodb"]["ApproximateCreationDateTime"]
        change = _read(item, name == "INSERT", at)
    except (KeyError, ValueError, TypeError, AttributeError, StopIteration) as error:
        raise NotReadable(f"{type(error).__name__} in a record") from None
    named = [Event(each.kind, {"id": event_id, **each.detail}) for each in change.events]
    return change._replace(sequence=sequence, events=tuple(named), day=str(day_of(at)))


def _read(item: Mapping[str, Any], is_new: bool, at: float) -> Change:
    (kind, _, _), (part, _, rest) = item["pk"].partition("#"), item["sk"].partition("#")
    if kind == "outbox" and is_new:
        return _outbox(item)
    if kind == "user" and part == "message" and is_new:
        return _message(item, rest, at)
    if kind == "user" and part == "membership" and item.get("clear_due"):
        return _change(Job(JOBS, {"job": jobs.CLEAR, "user": _id(item["pk"]), "membership": _id(item["sk"])}))
    if kind == "conversation" and is_new:
        return _conversation(item, part, rest)
    if kind == "phone" and part == "invite":
        return _invite(item, is_new)
    return Change("")


def _outbox(item: Mapping[str, Any]) -> Change:
    channel, ulid = item["sk"], item["pk"].partition("#")[2]
    if channel in (SMS, PUSH, EMAIL):
        return _change(Job(channel, {"channel": channel, "outbox": ulid}))
    if channel != _JOB:
        return Change("")  # a claim
    job = {name: item[name] for name in _JOB_FIELDS if name in item}
    change = _change(Job(JOBS, {"job": item["job"], **job}))
    # `again`: the user had verified another phone before.
    if item["job"] == jobs.REGISTERED and not item.get("again"):
        return change._replace(events=(Event("UserJoined", {"user": item["user"]}),), counted=(USERS,))
    return change


def _message(item: Mapping[str, Any], rest: str, at: float) -> Change:
    if "unseen" not in item or item.get("deleted"):
        return Change("")
    membership, ulid = rest.split("#")
    push = Job(PUSH, {"user": _id(item["pk"]), "membership": int(membership), "message": ulid})
    return Change("", (push,) if is_fresh(item["sent_at"], at) else (), counted=(RECEIVED,))


def _conversation(item: Mapping[str, Any], part: str, rest: str) -> Change:
    conversation = _id(item["pk"])
    if item["sk"] == keys.conversation(conversation)["sk"]:
        event = Event("ConversationCreated", {"conversation": conversation, "creator": item["creator"]})
        return Change("", events=(event,), counted=(CONVERSATIONS,))
    if part != "content":
        return Change("")
    fan_out = Job(JOBS, {"job": jobs.FAN_OUT, "conversation": conversation, "ulid": rest})
    event = Event(_SENT[item["type"]], {"conversation": conversation, "sender": item["sender"], "guid": item["guid"]})
    counted = (MESSAGES, VIDEOS) if item["type"] == "video" else (MESSAGES,)
    return Change("", (fan_out,) if item.get("fan_out") else (), (event,), counted)


def _invite(item: Mapping[str, Any], is_new: bool) -> Change:
    if is_new:
        kind = "InviteCreated"
    elif "accepted_at" in item:
        kind = "InviteAccepted"
    else:
        return Change("")
    detail = {"inviter": item["inviter"], "conversation": item.get("conversation")}
    return Change("", events=(Event(kind, detail),))


def _change(*jobs: Job) -> Change:
    return Change("", jobs)


def _id(key: str) -> int:
    return int(key.partition("#")[2])


def _plain(typed: Mapping[str, Any]) -> Any:
    [(kind, value)] = typed.items()
    if kind == "N":
        return int(value) if value.lstrip("-").isdecimal() else float(value)
    return value
