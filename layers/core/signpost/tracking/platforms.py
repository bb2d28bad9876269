"""Which of the supported platforms a click came from."""

PLATFORMS = ("Android", "IPhone", "WindowsPhone")
OTHER = "other"

# What a browser calls its platform in Sec-CH-UA-Platform (https://wicg.github.io/ua-client-hints/). Only names that
# settle it: "iOS" covers iPads too, and desktop systems are `other`.
_BY_HINT = {"android": "Android"}


def detect(platform_hint: str, user_agent: str) -> str:
    """The platform by Client Hint, else by User-Agent; `OTHER` when it is not one of ours.

    Windows Phone comes first: its browsers also claim to be Android and iPhone.
    """
    hint = platform_hint.strip().strip('"').lower()
    if hint:
        known = _BY_HINT.get(hint)
        if known:
            return known
    if "Windows Phone" in user_agent:
        return "WindowsPhone"
    if "iPhone" in user_agent or "iPod" in user_agent:
        return "IPhone"
    if "Android" in user_agent:
        return "Android"
    return OTHER
