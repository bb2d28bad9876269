"""Where posts were seen in hashtag feeds, so that an erasure finds them, and which must not be stored again.

owner          item     what it holds, in the Media table
post#<hash>    seen     `at`: the feeds that show the post, each as hashtag#<tag>#media#<posted>#<media id>; `ttl`
post#<hash>    erased   its owner had their data erased; `ttl`

Meta does not name the owner of a hashtag's posts, and ids differ between its products. So posts are found by their
shortcode, as a hash: after an erasure, nothing may reveal which post it was.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from signpost.instagram.posts import Post
from signpost.platform.errors import SignpostError

KEPT: Final = 365 * 86_400  # seconds; longer than a post stays in a hashtag's feed
_BETWEEN: Final = "#media#"


class PostErased(SignpostError):
    """The owner's data was erased, but Meta still returns the post for its hashtag."""

    code = "post_erased"


def seen_key(code: str) -> dict[str, str]:
    """The key of the item that records where the post with this shortcode was seen."""
    return {"owner": _owner(code), "item": "seen"}


def erased_key(code: str) -> dict[str, str]:
    return {"owner": _owner(code), "item": "erased"}


def erased(code: str, now: float) -> dict[str, Any]:
    return {**erased_key(code), "ttl": int(now) + KEPT}


def place(feed: str, post: Post) -> str:
    """A post in the feed that belongs to `feed`, such as `hashtag#food`."""
    return f"{feed}#{post.key}"


def post_keys(seen: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The keys of a post in all feeds that show it."""
    for each in sorted(seen.get("at", ())):
        feed, _, rest = each.partition(_BETWEEN)
        yield {"owner": feed, "item": f"{_BETWEEN[1:]}{rest}"}


def _owner(code: str) -> str:
    return f"post#{hashlib.sha256(code.encode()).hexdigest()[:32]}"
