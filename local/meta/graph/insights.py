"""Insights of media and accounts: which metrics each has, and how others are refused.

Source: Meta, "IG Media Insights" and "IG User Insights", with the removals up to 2026.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from local.meta import past
from local.meta.errors import NOT_ENOUGH_VIEWERS, MetaError, invalid, known
from local.meta.graph.nodes import stamp
from local.meta.world import DAY_S, Account, Media

_COMMON: Final = frozenset({"views", "reach", "shares", "total_interactions", "reposts"})
_PROFILE: Final = frozenset({"follows", "profile_visits", "profile_activity"})
METRICS: Final[Mapping[str, frozenset[str]]] = {
    "FEED": _COMMON | _PROFILE | {"likes", "comments", "saved", "facebook_views"},
    "REELS": _COMMON
    | {"likes", "comments", "saved", "facebook_views", "crossposted_views", "reels_skip_rate"}
    | {"ig_reels_avg_watch_time", "ig_reels_video_view_total_time"},
    "STORY": _COMMON | _PROFILE | {"replies", "navigation", "link_clicks"},
}
FACEBOOK_TOTALS: Final = frozenset({"total_likes", "total_comments", "total_views"})
_FACEBOOK_ONLY: Final = FACEBOOK_TOTALS | {"link_clicks"}
IMPRESSIONS_END: Final = datetime(2024, 7, 2, tzinfo=UTC).timestamp()
_BREAKDOWNS: Final = {"profile_activity": "action_type", "navigation": "story_navigation_action_type"}
_DIMENSIONS: Final = {
    "profile_activity": ("BIO_LINK_CLICKED", "CALL", "DIRECTION", "EMAIL", "OTHER", "TEXT"),
    "navigation": ("SWIPE_FORWARD", "TAP_BACK", "TAP_EXIT", "TAP_FORWARD"),
    "follows_and_unfollows": ("FOLLOWER", "NON_FOLLOWER"),
    "profile_links_taps": ("BOOK_NOW", "CALL", "EMAIL"),
    "age": ("18-24", "25-34", "35-44"),
    "gender": ("F", "M", "U"),
    "country": ("DE", "SE", "US"),
    "city": ("Lund, Skåne", "Kiel, Schleswig-Holstein"),
}
_FEWEST_VIEWERS: Final = 5
_DEMOGRAPHIC_FLOOR: Final = 100
_ACCOUNT_BREAKDOWNS: Final = {"follows_and_unfollows": "follow_type", "profile_links_taps": "contact_button_type"}
_TOTAL_VALUE: Final = frozenset(
    {"accounts_engaged", "comments", "likes", "saves", "shares", "replies", "reposts", "total_interactions", "views"}
    | {"profile_views", "reach", *_ACCOUNT_BREAKDOWNS}
)
_SERIES: Final = frozenset({"reach", "follower_count"})
_DEMOGRAPHICS: Final = frozenset({"follower_demographics", "engaged_audience_demographics"})
_ACCOUNT: Final = _TOTAL_VALUE | _SERIES | _DEMOGRAPHICS | {"online_followers"}


def of_media(media: Media, arguments: Mapping[str, str], *, facebook: bool) -> list[dict[str, Any]]:
    """`[{"name", "period": "lifetime", "values": [{"value"}], "title", "description", "id"}]`."""
    metrics = asked(arguments)
    _check_metrics(media, metrics, facebook=facebook)
    if media.parent_id is not None:
        raise invalid("Insights are not available for the items of an album.")
    if media.before_conversion:
        raise known(100, 2108006)
    if media.product_type == "STORY" and media.viewers < _FEWEST_VIEWERS:
        raise MetaError(10, NOT_ENOUGH_VIEWERS)
    _check_breakdown(arguments, metrics, _BREAKDOWNS)
    if media.insights_unavailable:
        return []
    return [_media_metric(media, metric, arguments.get("breakdown")) for metric in metrics]


def _check_metrics(media: Media, metrics: list[str], *, facebook: bool) -> None:
    every = frozenset[str]().union(*METRICS.values()) | FACEBOOK_TOTALS
    allowed = METRICS[media.product_type] | FACEBOOK_TOTALS
    if not facebook:
        every, allowed = every - _FACEBOOK_ONLY, allowed - _FACEBOOK_ONLY
    if media.timestamp < IMPRESSIONS_END:
        every, allowed = every | {"impressions"}, allowed | {"impressions"}
    for position, metric in enumerate(metrics):
        if metric == "impressions" and media.timestamp >= IMPRESSIONS_END:
            raise invalid(
                "Starting from version v22.0 and above, the impressions metric is no longer supported for the "
                "queried media."
            )
        if metric not in every:
            raise invalid(f"metric[{position}] must be one of the following values: {', '.join(sorted(every))}")
        if metric not in allowed:
            raise invalid(f"The Media Insights API does not support the {metric} metric for this media product type.")


def of_account(account: Account, arguments: Mapping[str, str], now: float) -> list[dict[str, Any]]:
    """As with media, with `total_value` in place of `values` for `metric_type=total_value`."""
    metrics, period = asked(arguments), arguments.get("period")
    for position, metric in enumerate(metrics):
        if metric not in _ACCOUNT:
            raise invalid(f"metric[{position}] must be one of the following values: {', '.join(sorted(_ACCOUNT))}")
        _check_account_metric(metric, period, arguments)
    _check_breakdown(arguments, metrics, {**_ACCOUNT_BREAKDOWNS, **dict.fromkeys(_DEMOGRAPHICS, "any")})
    few = account.followers < _DEMOGRAPHIC_FLOOR
    hidden = _DEMOGRAPHICS | {"follower_count", "online_followers"} if few else frozenset[str]()
    return [_account_metric(account, metric, arguments, now) for metric in metrics if metric not in hidden]


def _check_account_metric(metric: str, period: str | None, arguments: Mapping[str, str]) -> None:
    wanted = "lifetime" if metric in _DEMOGRAPHICS or metric == "online_followers" else "day"
    if period != wanted:
        raise invalid(f"metric[{metric}] needs period={wanted}")
    if metric in _DEMOGRAPHICS:
        if arguments.get("timeframe") not in {"this_week", "this_month"}:
            raise invalid("timeframe must be one of the following values: this_week, this_month")
        if arguments.get("breakdown") not in {"age", "city", "country", "gender"}:
            raise invalid("breakdown must be one of the following values: age, city, country, gender")
    if metric in _TOTAL_VALUE and metric not in _SERIES and arguments.get("metric_type") != "total_value":
        raise invalid(f"The following metrics ({metric}) should be specified with parameter metric_type=total_value")


def asked(arguments: Mapping[str, str]) -> list[str]:
    metrics = [name.strip() for name in arguments.get("metric", "").split(",") if name.strip()]
    if not metrics:
        raise invalid("The parameter metric is required.")
    return metrics


def _check_breakdown(arguments: Mapping[str, str], metrics: list[str], allowed: Mapping[str, str]) -> None:
    """A breakdown that one of the metrics does not have fails the whole call, without a reason."""
    breakdown = arguments.get("breakdown")
    if breakdown is not None and any(allowed.get(metric) not in {breakdown, "any"} for metric in metrics):
        raise known(1)


def _number(*parts: str, top: int) -> int:
    """A number that is always the same for the same parts."""
    return int(hashlib.sha256("/".join(parts).encode()).hexdigest()[:8], 16) % top


def media_value(media: Media, metric: str) -> int:
    """Numbers that agree with each other: reach is at least likes, and views are at least reach."""
    likes, comments = media.likes, len(media.comments)
    is_story = media.product_type == "STORY"
    seen = media.viewers if is_story else media.reach
    reach = max(400 + _number(media.id, "reach", top=4000), 2 * likes) if seen is None else seen
    views = reach + reach * (8 + _number(media.id, "views", top=45)) // 100
    saved = _number(media.id, "saved", top=60) if media.saved is None else media.saved
    shares = _number(media.id, "shares", top=60) if media.shares is None else media.shares
    replies = reach * _number(media.id, "replies", top=9) // 1000
    watched = 2500 + _number(media.id, "ig_reels_avg_watch_time", top=9000)  # milliseconds
    visits = reach * (4 + _number(media.id, "profile_visits", top=22)) // 1000
    elsewhere = views * _number(media.id, "facebook_views", top=6) // 100
    values = {
        "reach": reach,
        "views": views,
        "impressions": views,
        "likes": likes,
        "comments": comments,
        "saved": saved,
        "shares": shares,
        "replies": replies,
        "total_interactions": replies + shares if is_story else likes + comments + saved + shares,
        "reposts": shares * _number(media.id, "reposts", top=40) // 100,
        "profile_visits": visits,
        "profile_activity": visits // 8,
        "navigation": views // 2,
        "follows": visits * (2 + _number(media.id, "follows", top=16)) // 100,
        "facebook_views": elsewhere,
        "crossposted_views": views + elsewhere,
        "total_likes": likes + elsewhere // 50,
        "total_comments": comments,
        "total_views": views + elsewhere,
        "link_clicks": visits // 6,
        "ig_reels_avg_watch_time": watched,
        "ig_reels_video_view_total_time": watched * views,
        "reels_skip_rate": 22 + _number(media.id, "reels_skip_rate", top=41),  # in per cent
    }
    return values[metric]


def account_value(account: Account, metric: str, moment: float) -> int:
    """What a metric of the account came to on the UTC day of `moment`."""
    day = str(int(moment // DAY_S))
    reach = past.reach_on(account, moment) if account.daily_followers else _number(account.id, metric, day, top=3000)
    gained = past.followers_on(account, moment) - past.followers_on(account, moment - DAY_S)
    share = {  # in thousandths of those reached
        "views": 1900,
        "accounts_engaged": 74,
        "total_interactions": 92,
        "likes": 78,
        "comments": 5,
        "saves": 6,
        "shares": 3,
        "replies": 1,
        "reposts": 1,
        "profile_views": 41,
        "profile_links_taps": 9,
    }
    if metric == "follower_count" and account.daily_followers:
        return max(0, gained)  # only those who came: Meta does not say how many left
    if metric == "follows_and_unfollows":
        return abs(gained)
    return reach * share.get(metric, 1000) // 1000


def _breakdown(name: str, dimension: str, *parts: str) -> dict[str, Any]:
    results = [
        {"dimension_values": [value], "value": 1 + _number(*parts, value, top=40)} for value in _DIMENSIONS[name]
    ]
    return {
        "value": sum(each["value"] for each in results),
        "breakdowns": [{"dimension_keys": [dimension], "results": results}],
    }


def _audience(account: Account, dimension: str) -> dict[str, Any]:
    """Followers by age and so on. Not everybody's is known, and only the largest cities are named."""
    parts = account.audience[dimension]
    whole = max(1000, sum(parts.values()))
    results = [{"dimension_values": [name], "value": account.followers * part // whole} for name, part in parts.items()]
    return {"breakdowns": [{"dimension_keys": [dimension], "results": results}]}


def _entry(owner_id: str, metric: str, period: str, content: Mapping[str, Any]) -> dict[str, Any]:
    title = metric.replace("_", " ").capitalize()
    head = {"name": metric, "period": period, "title": title, "description": f"{title} of this object."}
    return {**head, **content, "id": f"{owner_id}/insights/{metric}/{period}"}


def _media_metric(media: Media, metric: str, breakdown: str | None) -> dict[str, Any]:
    if breakdown is not None:
        content: dict[str, Any] = {"total_value": _breakdown(metric, breakdown, media.id, metric)}
    else:
        content = {"values": [{"value": media_value(media, metric)}]}
    return _entry(media.id, metric, "lifetime", content)


def _account_metric(account: Account, metric: str, arguments: Mapping[str, str], now: float) -> dict[str, Any]:
    period = arguments["period"]
    breakdown = arguments.get("breakdown")
    if breakdown is not None and metric in _DEMOGRAPHICS and breakdown in account.audience:
        content: dict[str, Any] = {"total_value": _audience(account, breakdown)}
    elif breakdown is not None:
        dimension = breakdown if metric in _DEMOGRAPHICS else metric
        content = {"total_value": _breakdown(dimension, breakdown, account.id, metric)}
    elif arguments.get("metric_type") == "total_value":
        content = {"total_value": {"value": account_value(account, metric, now)}}
    elif metric == "online_followers":
        hours = {str(hour): _number(account.id, metric, str(hour), top=account.followers) for hour in range(24)}
        content = {"values": [{"value": hours, "end_time": _midnight(now)}]}
    else:
        days = (now - DAY_S, now)
        numbers = [account_value(account, metric, each) for each in days]
        content = {"values": [{"value": n, "end_time": _midnight(each)} for n, each in zip(numbers, days, strict=True)]}
    return _entry(account.id, metric, period, content)


def _midnight(now: float) -> str:
    return stamp(now // DAY_S * DAY_S)
