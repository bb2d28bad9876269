"""The keys of the table Messaging, and what is in its index attributes. docs/data-model.md describes the items."""

from collections.abc import Mapping
from typing import Any, Final

Key = Mapping[str, str]

BY_VERSION: Final = "by_version"
BY_ACTIVITY: Final = "by_activity"
BY_UNSEEN: Final = "by_unseen"
BY_DUE: Final = "by_due"
CONVERSATIONS: Final = ("m#", "m$")  # between these, `by_activity` has conversations
FRIENDS: Final = ("f#", "f$")  # and friends
PROFILE_ACTIVITY: Final = "p"  # sorts after every conversation's, so one Query newest first begins with the profile
NEXT: Final = "!"  # after a ULID, and before the next one
LAST: Final = "~"  # sorts after all ids and ULIDs
SENT_INVITE: Final = "invited#"
UNREAD: Final = "!"  # begins `unseen` of memberships, and of nothing else


def of(item: Mapping[str, Any]) -> Key:
    """The key of an item."""
    return {"pk": item["pk"], "sk": item["sk"]}


def suffix(item: Mapping[str, Any]) -> str:
    """What follows the kind in an item's sort key, such as a digest or a ULID."""
    found: str = item["sk"].partition("#")[2]
    return found


def suffix_id(item: Mapping[str, Any]) -> int:
    """The id that follows the kind in an item's sort key."""
    return int(suffix(item))


def partition_id(item: Mapping[str, Any]) -> int:
    """The id of the user or conversation whose partition an item is in."""
    return int(item["pk"].partition("#")[2])


def of_user(user: int) -> str:
    return f"user#{user}"


def of_conversation(conversation: int) -> str:
    return f"conversation#{conversation}"


def profile(user: int) -> Key:
    return {"pk": of_user(user), "sk": "profile"}


def clock(user: int) -> Key:
    return {"pk": of_user(user), "sk": "clock"}


def device(user: int, device_id: int) -> Key:
    return {"pk": of_user(user), "sk": f"device#{device_id}"}


def membership(user: int, membership_id: int) -> Key:
    return {"pk": of_user(user), "sk": f"membership#{membership_id}"}


def messages(membership_id: int) -> str:
    """What the sort keys of a membership's messages begin with."""
    return f"message#{membership_id}#"


def message(user: int, membership_id: int, ulid: str) -> Key:
    return {"pk": of_user(user), "sk": messages(membership_id) + ulid}


def friend(user: int, other: int) -> Key:
    return {"pk": of_user(user), "sk": f"friend#{other}"}


def added_by(user: int, other: int) -> Key:
    """Of the user whom `other` added."""
    return {"pk": of_user(user), "sk": f"added_by#{other}"}


def mute(user: int, other: int) -> Key:
    """Of the user who muted `other`."""
    return {"pk": of_user(user), "sk": f"mute#{other}"}


def contact(user: int, phone_digest: str) -> Key:
    return {"pk": of_user(user), "sk": f"contact#{phone_digest}"}


def conversation(conversation_id: int) -> Key:
    return {"pk": of_conversation(conversation_id), "sk": "!"}


def member(conversation_id: int, user: int) -> Key:
    return {"pk": of_conversation(conversation_id), "sk": f"member#{user}"}


def content(conversation_id: int, ulid: str) -> Key:
    return {"pk": of_conversation(conversation_id), "sk": f"content#{ulid}"}


def conversation_invite(conversation_id: int, phone_digest: str) -> Key:
    return {"pk": of_conversation(conversation_id), "sk": f"invite#{phone_digest}"}


def pending_members(conversation_id: int) -> Key:
    """Who is yet to join, or to be invited."""
    return {"pk": of_conversation(conversation_id), "sk": "pending"}


def creation(user: int, guid: str) -> Key:
    """Of a conversation, under the guid that the app gave it."""
    return {"pk": of_user(user), "sk": f"creation#{guid}"}


def guid(text: str) -> Key:
    return {"pk": f"guid#{text}", "sk": "content"}


def of_phone(phone_digest: str) -> str:
    return f"phone#{phone_digest}"


def phone(phone_digest: str) -> Key:
    return {"pk": of_phone(phone_digest), "sk": "user"}


def phone_code(phone_digest: str) -> Key:
    """The code that was last sent to a phone, and when the last ones were sent."""
    return {"pk": of_phone(phone_digest), "sk": "code"}


def invite(phone_digest: str, conversation_id: int | None, inviter: int) -> Key:
    return {"pk": of_phone(phone_digest), "sk": f"invite#{conversation_id or 0}#{inviter}"}


def email_invite(email_digest: str, inviter: int) -> Key:
    return {"pk": f"email#{email_digest}", "sk": f"invite#0#{inviter}"}


def sent_invite(inviter: int, invite_key: Key) -> Key:
    """In the inviter's partition: which invites there are of them."""
    conversation = invite_key["sk"].split("#")[1]
    return {"pk": of_user(inviter), "sk": f"{SENT_INVITE}{invite_key['pk']}#{conversation}"}


def invite_sent(inviter: int, sort_key: str) -> Key:
    """The key of the invite that an item `sent_invite` is about."""
    pk, _, conversation = sort_key.removeprefix(SENT_INVITE).rpartition("#")
    return {"pk": pk, "sk": f"invite#{conversation}#{inviter}"}


def contact_owner(phone_digest: str, user: int) -> Key:
    return {"pk": of_phone(phone_digest), "sk": f"owner#{user}"}


def email(email_digest: str) -> Key:
    return {"pk": f"email#{email_digest}", "sk": "user"}


def username(name: str) -> Key:
    return {"pk": f"username#{name}", "sk": "user"}


def token(digest: str) -> Key:
    return {"pk": f"token#{digest}", "sk": "token"}


def push_token(digest: str) -> Key:
    """Which device has this push token."""
    return {"pk": f"push#{digest}", "sk": "device"}


def deletion(deletion_id: str) -> Key:
    return {"pk": f"deletion#{deletion_id}", "sk": "status"}


def reset(digest: str) -> Key:
    return {"pk": f"reset#{digest}", "sk": "reset"}


def outbox(ulid: str, channel: str) -> Key:
    """`channel`: sms, push, email or job."""
    return {"pk": f"outbox#{ulid}", "sk": channel}


def waitlist(email_digest: str) -> Key:
    return {"pk": f"waitlist#{email_digest}", "sk": "entry"}


COUNTERS: Final[Key] = {"pk": "counters", "sk": "totals"}


def counted_on(day: str) -> Key:
    """What happened on a day, such as `2026-11-22`, in UTC."""
    return {"pk": "counters", "sk": f"day#{day}"}


def active_on(day: str) -> Key:
    """How many users were active on a day: an item of its own, which requests write. The relay writes the others."""
    return {"pk": "counters", "sk": f"active#{day}"}


def membership_activity(last_message_at: float, membership_id: int) -> str:
    """In `by_activity`, conversations sort by their latest message."""
    return f"m#{last_message_at:017.6f}#{membership_id:016d}"


def conversations_before(moment: float) -> str:
    """In `by_activity`, what conversations sort below whose latest message is older than this."""
    return membership_activity(moment, 0).rpartition("#")[0]


def friend_activity(last_sent_at: float) -> str:
    return f"f#{last_sent_at:017.6f}"


def unread_membership(membership_id: int) -> str:
    return f"{UNREAD}{membership_id}"


def unseen_messages(membership_id: int) -> str:
    """What `unseen` of a membership's messages begins with."""
    return f"{membership_id}#"


def unseen_message(membership_id: int, ulid: str) -> str:
    return unseen_messages(membership_id) + ulid
