"""How to supply the data that a report lacks, or that nobody can."""

from collections.abc import Mapping
from typing import Final

_EXPORT: Final = (
    "Ask Instagram for a copy of your information, with followers and following, and send it to "
    "POST /membership/<id>/import."
)
HOW: Final[Mapping[str, str]] = {
    "likers": "Instagram no longer says who likes a post, neither to apps nor in a copy of your information.",
    "likes": "Instagram hides the likes of these posts: show their like counts there, and the next sync reads them.",
    "comments": "Connect the account again and allow access to its comments; the next sync reads them.",
    "followers": _EXPORT,
    "following": _EXPORT,
    "filters": "Instagram no longer says which filter a post has, neither to apps nor in a copy of your information.",
    "insights": "Connect the account again and allow access to its insights; the next sync reads them.",
    "daily-counts": "Followers are counted once a day from the first sync on: wait a day, or choose a longer time.",
    "stories": "Stories can be read only while they are up: allow access to the account's insights, then publish one.",
    "demographics": "Instagram gives them for accounts with at least 100 followers: allow access to their insights.",
    "clicks": "Create a campaign that names this account, and use its link in a caption or in the profile.",
}
