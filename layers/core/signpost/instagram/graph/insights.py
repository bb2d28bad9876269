"""How a post did. Meta refuses a whole call over one metric that it does not give: drop that one and keep the rest.

An empty answer means "not available", not 0, so a metric without a value is not in the result.
Source: https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.errors import MetaUnavailable, MetricRemoved
from signpost.instagram.graph.refused import Refused, group_of
from signpost.instagram.graph.usage import Usage
from signpost.instagram.json_values import Json, mapping, mappings, names, text, whole
from signpost.instagram.products import Provider

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

_COMMON: Final = ("views", "reach", "shares", "total_interactions", "reposts")
_POST: Final = (*_COMMON, "likes", "comments", "saved")
_METRICS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "FEED": (*_POST, "follows", "profile_visits"),
        "REELS": (*_POST, "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate"),
        "STORY": (*_COMMON, "replies", "follows", "profile_visits"),
    }
)
_FACEBOOK_METRICS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "FEED": ("facebook_views", "total_likes", "total_comments", "total_views"),
        "REELS": ("crossposted_views", "facebook_views", "total_likes", "total_comments", "total_views"),
        "STORY": ("link_clicks",),
    }
)
# Metrics by kind of action. A metric without that breakdown fails the whole call, so each gets its own call.
_BREAKDOWNS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "FEED": (("profile_activity", "action_type"),),
        "REELS": (),
        "STORY": (("profile_activity", "action_type"), ("navigation", "story_navigation_action_type")),
    }
)
_ERROR_UNKNOWN: Final = (1, 2)  # Meta's "unknown error", which a misplaced metric also causes

_LIFETIME: Final[Mapping[str, str]] = MappingProxyType({"period": "lifetime"})


class Insights(NamedTuple):
    """`values`: by metric. `breakdowns`: by metric, then by kind. `dropped`: the metrics that Meta refused."""

    values: Mapping[str, float] = {}
    breakdowns: Mapping[str, Mapping[str, int]] = {}
    dropped: tuple[str, ...] = ()


_NOTHING: Final = Answer(Insights(), Usage())
_Reply = Answer[Insights] | MetricRemoved | MetaUnavailable
_Ask = Callable[[Sequence[str]], _Reply]


def metrics_of(provider: Provider, product_type: str | None) -> tuple[str, ...]:
    """The metrics of a FEED, REELS or STORY post; for an unknown kind the common ones, for an AD none."""
    if product_type == "AD":
        return ()
    extra = _FACEBOOK_METRICS.get(product_type or "", ()) if provider is Provider.FACEBOOK else ()
    return (*_METRICS.get(product_type or "", _COMMON), *extra)


def media_insights(
    graph: "Graph",
    token: str,
    media_id: str,
    product_type: str | None,
    *,
    posted_at: float = 0.0,
    refused: Refused | None = None,
) -> Answer[Insights]:
    """All insights that Meta gives for a post of that kind and time (seconds since 1970).

    Raises:
        NotEnoughViewers: a story that fewer than five people saw.
        BeforeBusiness: the post is older than the professional account; do not ask again.
        ObjectMissing: it was deleted or may not be read.
    """
    refused, group = refused or Refused(), group_of(product_type, posted_at)
    gone = refused.metrics(group)
    metrics = [metric for metric in metrics_of(graph.provider, product_type) if metric not in gone]
    breakdowns = [each for each in _BREAKDOWNS.get(product_type or "", ()) if each[0] not in gone]
    answer = some_insights(graph, token, media_id, metrics)
    for metric, breakdown in breakdowns:
        others_came = bool(answer.value.values)
        more = some_insights(graph, token, media_id, (metric,), breakdown=breakdown, others_came=others_came)
        answer = joined(answer, more)
    refused.note_metrics(group, [*metrics, *(metric for metric, _ in breakdowns)], answer.value.dropped)
    return answer


def some_insights(
    graph: "Graph",
    token: str,
    node_id: str,
    metrics: Sequence[str],
    *,
    breakdown: str = "",
    others_came: bool = False,
    parameters: Mapping[str, str] = _LIFETIME,
) -> Answer[Insights]:
    """The metrics that Meta gives for a post or an account. Raises what `media_insights` does.

    Asks for all of them, then without those that Meta names as refused, or one by one when it names none.
    `others_came`: Meta gave other metrics for it, so an unknown error is a refusal, not an outage.
    """

    def ask(wanted: Sequence[str]) -> _Reply:
        query = {"metric": ",".join(wanted), **parameters} | ({"breakdown": breakdown} if breakdown else {})
        try:
            return graph.get(f"{segment(node_id)}/insights", token, query).map(_insights)
        except MetricRemoved as refusal:
            return refusal
        except MetaUnavailable as error:
            if error.facts.code not in _ERROR_UNKNOWN:
                raise
            return error

    left, answer = list(metrics), _NOTHING
    while left:
        reply = ask(left)
        if isinstance(reply, Answer):
            return joined(answer, reply)
        if isinstance(reply, MetaUnavailable) and len(left) == 1 and not others_came:
            raise reply
        refused = _refused(reply, left)
        answer = joined(answer, _without(refused, reply))
        if not refused:
            return joined(answer, _one_by_one(ask, left))
        left = [metric for metric in left if metric not in refused]
    return answer


def _one_by_one(ask: _Ask, metrics: Sequence[str]) -> Answer[Insights]:
    """A metric that gets an unknown error on its own is refused; if all do, Meta is at fault."""
    replies = {metric: ask([metric]) for metric in metrics}
    unknown = [reply for reply in replies.values() if isinstance(reply, MetaUnavailable)]
    if len(unknown) == len(replies):
        raise unknown[0]
    answers = [each if isinstance(each, Answer) else _without([metric], each) for metric, each in replies.items()]
    return reduce(joined, answers)


def _refused(error: MetricRemoved | MetaUnavailable, asked: Sequence[str]) -> list[str]:
    """Which of the requested metrics an error refuses: by name, by position, or as the only one."""
    if len(asked) == 1:
        return list(asked)
    if isinstance(error, MetaUnavailable):
        return []
    if error.index is not None and error.index < len(asked):
        return [asked[error.index]]
    return [metric for metric in asked if metric in error.metrics]


def _without(refused: Sequence[str], error: MetricRemoved | MetaUnavailable) -> Answer[Insights]:
    return Answer(Insights(dropped=tuple(refused)), error.facts.usage)


def joined(one: Answer[Insights], other: Answer[Insights]) -> Answer[Insights]:
    insights = Insights(
        values={**one.value.values, **other.value.values},
        breakdowns={**one.value.breakdowns, **other.value.breakdowns},
        dropped=(*one.value.dropped, *other.value.dropped),
    )
    return Answer(insights, one.usage.worst(other.usage))


def _insights(body: Json) -> Insights:
    values: dict[str, float] = {}
    breakdowns: dict[str, dict[str, int]] = {}
    for item in mappings(body.get("data")):
        name, total = text(item.get("name")), mapping(item.get("total_value"))
        if name is None:
            continue
        for value in (*(entry.get("value") for entry in mappings(item.get("values"))), total.get("value")):
            if isinstance(value, int | float) and not isinstance(value, bool):
                values[name] = value
        kinds = [kind for part in mappings(total.get("breakdowns")) for kind in mappings(part.get("results"))]
        counts = {"/".join(names(kind.get("dimension_values")) or ()): whole(kind.get("value")) for kind in kinds}
        known = {kind: count for kind, count in counts.items() if count is not None}
        if known:
            breakdowns[name] = known
    return Insights(values, breakdowns)
