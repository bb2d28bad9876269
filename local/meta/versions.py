"""Which versions of the Graph API there are. Source: Meta, "Graph API Changelog: Versions"."""

import re
from typing import Final

from local.meta.errors import MetaError

LIVE: Final = ("v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0")
_OLDEST: Final = 21
_VERSION: Final = re.compile(r"v(\d+)\.\d+")


def split(path: str) -> tuple[str, str]:
    """`v26.0/me` is `("v26.0", "me")`. Without a version, or with an expired one, it is the oldest."""
    first, _, rest = path.partition("/")
    match = _VERSION.fullmatch(first)
    if match is None:
        return LIVE[0], path
    if first in LIVE:
        return first, rest
    if int(match[1]) < _OLDEST:
        return LIVE[0], rest
    raise MetaError(2500, f"Unknown path components: /{rest}")
