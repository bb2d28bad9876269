"""Comments on a post, newest first, with the replies to them.

Meta gives at most 50 comments a page, each with its first replies. Further replies take a call for each comment.
Source: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.graph import fields
from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.fields import Wanted, plain
from signpost.instagram.graph.models import CommentPage, comment_page, replies

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.graph.refused import Refused

_FIELDS: Final = plain("id,text,timestamp,username,from")
_COMMENT: Final = Wanted("comment", {**_FIELDS, "replies": tuple(_FIELDS)}, frozenset({"id", "timestamp"}))
_REPLY: Final = Wanted("comment", _FIELDS, frozenset({"id", "timestamp"}))
_LARGEST_PAGE: Final = "50"


def media_comments(
    graph: "Graph", token: str, media_id: str, after: str | None, refused: "Refused"
) -> Answer[CommentPage]:
    """A page of a post's comments. Raises `ObjectMissing` when the post was deleted or may not be read."""
    path = f"{segment(media_id)}/comments"
    return fields.get(graph, path, token, _COMMENT, refused, parameters=_page(after)).map(comment_page)


def comment_replies(
    graph: "Graph", token: str, comment_id: str, after: str | None, refused: "Refused"
) -> Answer[CommentPage]:
    """A page of the replies to a comment, including those that came with it."""
    path = f"{segment(comment_id)}/replies"
    return fields.get(graph, path, token, _REPLY, refused, parameters=_page(after)).map(replies)


def _page(after: str | None) -> dict[str, str]:
    return {"limit": _LARGEST_PAGE} | ({"after": after} if after is not None else {})
