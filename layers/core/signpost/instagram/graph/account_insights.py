"""How an account did on a day, and who follows it. Metrics that Meta refuses are left out, as with posts.

Source: https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.graph.calls import Answer
from signpost.instagram.graph.insights import Insights, joined, some_insights
from signpost.instagram.graph.refused import ACCOUNT, Refused, group_of
from signpost.instagram.graph.usage import Usage

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

_METRICS: Final = ("reach", "views", "accounts_engaged", "total_interactions", "profile_views")
# A metric without that breakdown fails the whole call, so each gets its own.
_BREAKDOWNS: Final = (("profile_links_taps", "contact_button_type"), ("follows_and_unfollows", "follow_type"))
_DEMOGRAPHICS: Final = "follower_demographics"
DIMENSIONS: Final = ("country", "city", "age", "gender")
FEWEST_FOLLOWERS: Final = 100  # Meta says nothing about the followers of smaller accounts
_DAY: Final = 86_400


def day_insights(graph: "Graph", token: str, account_id: str, day: float, refused: Refused) -> Answer[Insights]:
    """The insights of the UTC day that begins at `day` (seconds since 1970). Metrics without a value are left out."""
    group = group_of(ACCOUNT, day)
    gone = refused.metrics(group)
    period = {
        "period": "day",
        "metric_type": "total_value",
        "since": str(int(day)),
        "until": str(int(day) + _DAY),
    }
    metrics = [metric for metric in _METRICS if metric not in gone]
    answer = some_insights(graph, token, account_id, metrics, parameters=period)
    for metric, breakdown in (each for each in _BREAKDOWNS if each[0] not in gone):
        others_came = bool(answer.value.values)
        more = some_insights(
            graph, token, account_id, (metric,), breakdown=breakdown, others_came=others_came, parameters=period
        )
        answer = joined(answer, more)
    refused.note_dropped(group, answer.value.dropped)
    return answer


def follower_demographics(
    graph: "Graph", token: str, account_id: str, now: float, refused: Refused
) -> Answer[dict[str, dict[str, int]]]:
    """How many followers have each value of each of `DIMENSIONS`. Empty for a small account."""
    group, usage, found = group_of(ACCOUNT, now), Usage(), dict[str, dict[str, int]]()
    for dimension in DIMENSIONS:
        name = f"{_DEMOGRAPHICS}:{dimension}"
        if name in refused.metrics(group):
            continue
        answer = some_insights(
            graph,
            token,
            account_id,
            (_DEMOGRAPHICS,),
            breakdown=dimension,
            others_came=bool(found),
            parameters={"period": "lifetime", "metric_type": "total_value", "timeframe": "this_month"},
        )
        usage = usage.worst(answer.usage)
        if answer.value.dropped:
            refused.note_dropped(group, [name])
        counts = answer.value.breakdowns.get(_DEMOGRAPHICS)
        if counts:
            found[dimension] = dict(counts)
        elif not found:
            break  # a small account has none of them
    return Answer(found, usage)
