"""Which of the supported platforms a click came from."""

PLATFORMS = ("Android", "IPhone", "WindowsPhone")
OTHER = "other"


def detect(platform_hint: str, user_agent: str) -> str:
    """The platform by Client Hint, otherwise by User-Agent; `OTHER` if it is not supported.

    Windows Phone comes first: its browsers also claim to be Android and iPhone.
    """
    # The only hint that is conclusive (https://wicg.github.io/ua-client-hints/): "iOS" covers iPads, too.
    if platform_hint.strip().strip('"').lower() == "android":
        return "Android"
    if "Windows Phone" in user_agent:
        return "WindowsPhone"
    # Apps made for phones say "iPhone" on tablets, too, and name the tablet later: (iPad7,2; iPadOS 17_5).
    if "iPad" in user_agent:
        return OTHER
    if "iPhone" in user_agent or "iPod" in user_agent:
        return "IPhone"
    if "Android" in user_agent:
        return "Android"
    return OTHER
