"""Which of a user's devices a session is for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

Device = Mapping[str, Any]  # the item under `keys.device`

MOST: Final = 20  # of one user; the oldest ones are logged out


class Wanted(NamedTuple):
    """What an app says about its device. Without a push token and a platform, it is the user's general one."""

    push_token: str = ""
    key: str = ""  # the app's own id of it
    platform: str = "general"


def chosen(devices: Iterable[Device], wanted: Wanted) -> Device | None:
    """The device with this key; otherwise one of this platform with this push token. None: it is a new one."""
    known = list(devices)
    by_key = (each for each in known if wanted.key and each.get("key") == wanted.key)
    by_token = (
        each
        for each in known
        if each["platform"] == wanted.platform
        and each.get("push_token", "") == wanted.push_token
        and not (wanted.key and each.get("key"))
    )
    return next(by_key, None) or next(by_token, None)


def surplus(devices: Iterable[Device], kept: int) -> Sequence[Device]:
    """Those that have to go, so that there is room for `kept`."""
    others = sorted((each for each in devices if each["id"] != kept), key=lambda each: float(each["created_at"]))
    return others[: max(0, len(others) - (MOST - 1))]
