"""Which device somebody uses."""

from typing import Final

# An app made for phones says "iPhone" on a tablet, too, and names the tablet later. Windows Phone claims to be both
# of the others.
_KNOWN: Final = (("windows phone", None), ("ipad", "ipad"), ("iphone", "iphone"), ("ipod", "iphone"), ("android",) * 2)
_PLATFORMS: Final = {"ios": "ios", "iphone": "ios", "ipad": "ios", "android": "android"}


def device_of(user_agent: str) -> str | None:
    """`ipad`, `iphone` or `android`, by the User-Agent header; None for all others."""
    text = user_agent.lower()
    return next((device for part, device in _KNOWN if part in text), None)


def platform_of(named: str | None) -> str:
    """`ios`, `android`, or `general`, by what an app says about its device. Only the first two receive pushes."""
    return _PLATFORMS.get((named or "").strip().lower(), "general")
