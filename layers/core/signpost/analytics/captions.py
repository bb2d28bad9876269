"""What captions name besides hashtags: other accounts and tracked links of ours."""

import re
from typing import Final

# A name has up to 30 letters, digits, underscores and full stops; an @ within an e-mail address is not a mention.
_MENTION: Final = re.compile(r"(?<![\w.@])@(\w[\w.]{0,29})", re.ASCII)
_LINK: Final = re.compile(r"([a-z0-9.-]+(?::\d+)?)/track/([a-z0-9_-]+)", re.ASCII | re.IGNORECASE)


def mentions(caption: str) -> tuple[str, ...]:
    """The names of other accounts in lower case, each once, in the order of the caption."""
    found = (name.rstrip(".").lower() for name in _MENTION.findall(caption))
    return tuple(dict.fromkeys(found))


def tracked_links(caption: str) -> tuple[tuple[str, str], ...]:
    """(host in lower case, campaign's id or slug as written) of each address that looks like a tracked link."""
    return tuple(dict.fromkeys((host.lower(), key) for host, key in _LINK.findall(caption)))
