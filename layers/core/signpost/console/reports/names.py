"""What reports and their columns are called on pages."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from signpost.analytics.reports.supply import HOW


class Name(NamedTuple):
    """`lead`: a sentence about what the report shows, with `{who}` in place of the account."""

    title: str
    group: str
    lead: str


GROUPS: Final = ("Posts", "When", "Account", "Followers", "Tags", "People")
NAMES: Final[Mapping[str, Name]] = {
    "top-posts": Name("Top posts", "Posts", "Posts of {who} with the most likes"),
    "top-comments": Name("Top comments", "Posts", "Posts of {who} with the most comments"),
    "when-posting": Name("When you post", "When", "How many posts of {who} each hour of the week has"),
    "when-topost": Name("When to post", "When", "How many likes posts of {who} bring in each hour of the week"),
    "all-followers": Name("All followers", "Followers", "Everybody who follows {who}"),
    "ghost-followers": Name("Ghost followers", "Followers", "Followers of {who} who never liked or commented"),
    "unrequited-followers": Name("Unrequited followers", "Followers", "Followers whom {who} does not follow"),
    "booster-followers": Name("Booster followers", "Followers", "Followers of {who} who engage most often"),
    "secret-admirers": Name("Secret admirers", "Followers", "People who engage with {who} but do not follow"),
    "most-popular-tags": Name("Most popular tags", "Tags", "Hashtags of {who} by the mean likes of their posts"),
    "most-popular-taggedusers": Name(
        "Most popular tagged users", "Tags", "Accounts that {who} tagged or mentioned, by the mean likes of those posts"
    ),
    "most-popular-filters": Name("Most popular filters", "Tags", "Filters of {who} by the mean likes of their posts"),
    "all-followings": Name("All followings", "People", "Everybody whom {who} follows"),
    "top-likers": Name("Top likers", "People", "People who liked the most posts of {who}"),
    "top-commenters": Name("Top commenters", "People", "People who commented most on posts of {who}"),
    "speechless-likers": Name("Speechless likers", "People", "People who like posts of {who} and never comment"),
    "heartless-commenters": Name("Heartless commenters", "People", "People who comment on {who} and never like"),
    "engagement-rate": Name(
        "Engagement rate", "Posts", "Engagement of posts of {who} in percent of those who saw them"
    ),
    "growth": Name("Growth", "Account", "Followers of {who}, day by day"),
    "best-time": Name("Best time", "When", "When posts of {who} bring the most engagement"),
    "hashtag-lift": Name(
        "Hashtag lift", "Tags", "How much more posts of {who} with a hashtag bring than those without"
    ),
    "media-types": Name("Media types", "Posts", "How pictures, albums, videos and reels of {who} do on average"),
    "stories": Name("Stories", "Posts", "Stories of {who} and how far people followed them"),
    "audience": Name("Audience", "Account", "Followers of {who} by country, city, age and gender"),
    "link-clicks": Name("Link clicks", "Posts", "What tracked links brought, by the posts of {who} that brought them"),
}

COLUMNS: Final[Mapping[str, str]] = {
    "likerscount": "Likes",
    "commentscount": "Comments",
    "engagement": "Engagement",
    "reach": "Reach",
    "views": "Views",
    "by-reach": "By reach",
    "by-views": "By views",
    "by-followers": "By followers",
    "clicks": "Clicks",
    "counted": "Counted",
    "estimated": "Estimated",
    "android": "Android",
    "iphone": "iPhone",
    "other": "Other",
    "c1": "Posts liked",
    "av1": "Likes per post",
    "c2": "Comments",
    "av2": "Comments per post",
    "count": "Posts",
    "without": "Posts without",
    "median-with": "Median with",
    "median-without": "Median without",
    "lift": "Lift",
    "likes": "Likes",
    "comments": "Comments",
    "median": "Median",
    "followers": "Followers",
    "net": "Change",
    "percent": "Change in %",
    "following": "Following",
    "posts": "Posts",
    "replies": "Replies",
    "shares": "Shares",
    "exits": "Exits",
    "completion": "Stayed",
}
# What the column `value` holds depends on the report.
VALUES: Final[Mapping[str, str]] = {
    "booster-followers": "Per post",
    "secret-admirers": "Engagement",
    "most-popular-tags": "Mean likes",
    "most-popular-taggedusers": "Mean likes",
    "most-popular-filters": "Mean likes",
    "top-likers": "Posts liked",
    "speechless-likers": "Posts liked",
    "top-commenters": "Comments",
    "heartless-commenters": "Comments",
}
FORMATS: Final[Mapping[str, str]] = {
    "IMAGE": "Picture",
    "VIDEO": "Video",
    "CAROUSEL_ALBUM": "Album",
    "REELS": "Reel",
    "unknown": "Post",
}
DIMENSIONS: Final[Mapping[str, str]] = {"country": "Country", "city": "City", "age": "Age", "gender": "Gender"}
GENDERS: Final[Mapping[str, str]] = {"F": "Women", "M": "Men", "U": "Not said"}
DATA: Final[Mapping[str, str]] = {
    "likers": "Who liked a post",
    "likes": "Likes",
    "comments": "Comments",
    "followers": "The list of followers",
    "following": "The list of those whom the account follows",
    "filters": "Filters",
    "insights": "Insights",
    "daily-counts": "Daily counts of followers",
    "stories": "Stories",
    "demographics": "Followers by country, city, age and gender",
    "clicks": "Clicks on tracked links",
}
# What is supplied otherwise on a page than by a program.
_IMPORT: Final = "Ask Instagram for a copy of your information, with followers and following, and import it."
SUPPLY: Final[Mapping[str, str]] = {**HOW, "followers": _IMPORT, "following": _IMPORT}
PHASES: Final[Mapping[str, str]] = {
    "waiting": "Waiting for the first fetch",
    "posts": "Fetching all posts",
    "comments": "Fetching comments",
    "insights": "Fetching the numbers of posts",
    "done": "Putting the report together",
}
