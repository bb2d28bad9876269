"""Where the videos of posts are in our API: /instagram/videos/<install>/<posted>/<media id>[/<child id>].

Meta's own addresses expire after days. Ours stay, and redirect to a fresh one. `posted`, in seconds since 1970, is part
of the post's key.
"""

import re
from typing import Final, NamedTuple

from signpost.instagram.posts import media_key

_PATH: Final = re.compile(
    r"((?:facebook|instagram)-[0-9]{1,32})/([0-9]{1,11})/([0-9]{1,64})(?:/([0-9]{1,64}))?", re.ASCII
)


class VideoPath(NamedTuple):
    """A post that is a video or, with `child`, one in an album."""

    install: str
    posted_at: int
    media_id: str
    child: str | None = None

    @property
    def item(self) -> str:
        """The range key of its post."""
        return media_key(self.posted_at, self.media_id)

    def __str__(self) -> str:
        return "/".join(str(part) for part in self if part is not None)


def read(path: str) -> VideoPath | None:
    """The inverse of `str`; None when it is not such a path."""
    found = _PATH.fullmatch(path)
    return VideoPath(found[1], int(found[2]), found[3], found[4]) if found else None
