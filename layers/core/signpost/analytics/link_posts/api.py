"""Requests and replies of the routes about posts with links, described for the API reference."""

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from signpost.analytics import api
from signpost.analytics.link_posts.queries import MAX_DAYS

OF_LINK: Final = "/admin/campaigns/<campaign_id>/posts"
PUBLISHED: Final = "/admin/posts"

Id = Annotated[str, Path(description="A campaign's id.")]
From = Annotated[str | None, Query(alias="from", description=f"A day, or a moment; at most {MAX_DAYS} days ago.")]
To = Annotated[str | None, Query(alias="to", description="A day, included, or a moment, excluded. Otherwise now.")]
Zone = Annotated[str, Query(alias="tz", description="The days' time zone, from the IANA time zone database.")]

_COMMON: Any = {"tags": ["Campaigns"], "security": api.ADMINISTRATOR}
POSTS: Any = {
    "operation_id": "listPostsOfCampaign",
    "summary": "The posts that brought a campaign's clicks.",
    "description": "Of the last 30 days, unless `from` says otherwise.",
    "responses": {
        200: {"description": "The posts."},
        **api.described_errors({404: "No such campaign."}, 404, 422),
    },
    **_COMMON,
}
LATELY: Any = {
    "operation_id": "listPublishedPosts",
    "summary": "The posts that were published, with the clicks that they brought.",
    "description": "Today, unless `from` says otherwise.",
    "responses": {200: {"description": "The posts."}, **api.described_errors({}, 422)},
    **_COMMON,
}
