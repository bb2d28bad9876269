"""What a push has in it, for iOS and for Android, in the form that SNS passes on to APNs and FCM.

https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html and
https://docs.aws.amazon.com/sns/latest/dg/sns-fcm-v1-payloads.html: each platform's part is JSON in a string, and may
have 4 KB. Longer texts were cut where they were written (`texts.py`); here, what people can still send is cut again.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from signpost.messaging import texts
from signpost.messaging.names import cut

IOS, ANDROID = "ios", "android"  # the devices that have pushes
_LONGEST_ALERT: Final = 300  # characters, which are at most 1.2 KB, or 3.6 KB if JSON has to write them as escapes
_NEW_MESSAGE: Final = "new_message"
_GROUP: Final = 2  # more members than this are a group


class Notice(NamedTuple):
    """What a push says. A device without an alert is woken up in silence, to sync."""

    ios: str
    android: str
    data: Mapping[str, Any]
    with_badge: bool = True
    collapse: str = ""  # of those with the same, a phone that was off shows the last


def of_message(message: Mapping[str, Any], membership: Mapping[str, Any]) -> Notice:
    """That a message has come: the items of the receiver's copy and membership. Android loads videos by itself."""
    alias, is_text = message["sender_name"], message["type"] == "text"
    return Notice(
        ios=texts.message_push(alias, is_group=membership["members"] > _GROUP),
        android=texts.text_push(alias, message["content"].get("text", "")) if is_text else "",
        data={"uuid": message["guid"], "conversation_id": membership["id"]},
        collapse=_NEW_MESSAGE,
    )


def of_outbox(item: Mapping[str, Any]) -> Notice:
    alert = "" if item.get("silent") else item.get("alert", "")
    return Notice(alert, alert, item.get("data", {}), bool(item.get("badge")), item.get("collapse", ""))


def written(notice: Notice, platform: str, badge: int | None) -> str:
    """What SNS takes with `MessageStructure=json`. `badge` is the number on the app's icon; None leaves it."""
    if platform == IOS:
        payload = json.dumps(_apns(notice, badge), ensure_ascii=False)
        parts = {"APNS": payload, "APNS_SANDBOX": payload}
    else:
        parts = {"GCM": json.dumps({"fcmV1Message": {"message": _fcm(notice)}}, ensure_ascii=False)}
    return json.dumps({"default": "", **parts}, ensure_ascii=False)


def attributes(notice: Notice, platform: str) -> dict[str, str]:
    """SNS's attributes of the message. APNs delivers silent pushes only with a low priority."""
    if platform != IOS:
        return {}
    kind = {"PUSH_TYPE": "alert", "PRIORITY": "10"} if notice.ios else {"PUSH_TYPE": "background", "PRIORITY": "5"}
    return {f"AWS.SNS.MOBILE.APNS.{name}": value for name, value in kind.items()}


def _apns(notice: Notice, badge: int | None) -> Mapping[str, Any]:
    aps: dict[str, Any] = {"content-available": 1}
    if notice.ios:
        aps |= {"alert": cut(notice.ios, _LONGEST_ALERT), "sound": "default"}
    if badge is not None:
        aps["badge"] = badge
    return {"aps": aps, "data": notice.data}


def _fcm(notice: Notice) -> Mapping[str, Any]:
    """Values in `data` are strings: FCM's reference of `Message`."""
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in notice.data.items()}
    android: dict[str, Any] = {"priority": "high"}
    if notice.collapse:
        android["collapse_key"] = notice.collapse
    if not notice.android:
        return {"data": {"sync": "true", **data}, "android": android}
    return {"notification": {"body": cut(notice.android, _LONGEST_ALERT)}, "data": data, "android": android}
