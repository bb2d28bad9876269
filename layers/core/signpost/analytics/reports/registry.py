"""All reports, in the order in which they are listed."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from signpost.analytics.reports import account, hours, links, people, posts, tags
from signpost.analytics.reports.result import Result, Scope

Kind = Literal["Posts", "Adhoc", "Followers", "Tags", "People", "Days", "Types", "Stories", "Audience"]
Chart = Literal["bars", "heat map", "line", "none"]


class Report(NamedTuple):
    """`kind` tells the shape of a report's rows; `charted` the column that its chart shows."""

    name: str
    kind: Kind
    chart: Chart
    run: Callable[[Scope], Result]
    charted: str | None = None


REPORTS: Final = (
    Report("top-posts", "Posts", "bars", posts.top_posts, "likerscount"),
    Report("top-comments", "Posts", "bars", posts.top_comments, "commentscount"),
    Report("when-posting", "Adhoc", "heat map", hours.when_posting),
    Report("when-topost", "Adhoc", "heat map", hours.when_topost),
    Report("all-followers", "Followers", "none", people.all_followers),
    Report("ghost-followers", "Followers", "none", people.ghost_followers),
    Report("unrequited-followers", "Followers", "none", people.unrequited_followers),
    Report("booster-followers", "Followers", "bars", people.booster_followers, "value"),
    Report("secret-admirers", "Followers", "bars", people.secret_admirers, "value"),
    Report("most-popular-tags", "Tags", "bars", tags.most_popular_tags, "value"),
    Report("most-popular-taggedusers", "Tags", "bars", tags.most_popular_taggedusers, "value"),
    Report("most-popular-filters", "Tags", "bars", tags.most_popular_filters, "value"),
    Report("all-followings", "People", "none", people.all_followings),
    Report("top-likers", "People", "bars", people.top_likers, "value"),
    Report("top-commenters", "People", "bars", people.top_commenters, "value"),
    Report("speechless-likers", "People", "bars", people.speechless_likers, "value"),
    Report("heartless-commenters", "People", "bars", people.heartless_commenters, "value"),
    Report("engagement-rate", "Posts", "bars", posts.engagement_rate, "by-reach"),
    Report("growth", "Days", "line", account.growth, "followers"),
    Report("best-time", "Adhoc", "heat map", hours.best_time),
    Report("hashtag-lift", "Tags", "bars", tags.hashtag_lift, "lift"),
    Report("media-types", "Types", "bars", account.media_types, "engagement"),
    Report("stories", "Stories", "bars", account.stories, "reach"),
    Report("audience", "Audience", "bars", account.audience, "count"),
    Report("link-clicks", "Posts", "bars", links.link_clicks, "clicks"),
)
BY_NAME: Final = {report.name: report for report in REPORTS}


def listing() -> list[dict[str, object]]:
    """The reply of `GET /reports`, without its envelope."""
    return [{"row": row, "type": report.kind, "report-name": report.name} for row, report in enumerate(REPORTS)]
