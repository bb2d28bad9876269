"""How a post did. Meta refuses a whole call for one metric that it does not give: that one is dropped, the rest kept.

An empty answer means "not available", which is not 0, so a metric without a value is not in the result.
Source: https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.graph.calls import Answer, segment
from signpost.instagram.graph.errors import MetaUnavailable, MetricRemoved
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
# Metrics by kind of action. A call for a breakdown fails for every metric that has none, so each is a call of its own.
_BREAKDOWNS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "FEED": (("profile_activity", "action_type"),),
        "REELS": (),
        "STORY": (("profile_activity", "action_type"), ("navigation", "story_navigation_action_type")),
    }
)
_ERROR_UNKNOWN: Final = (1, 2)  # Meta's "unknown error": also what a metric in the wrong place gives


class Insights(NamedTuple):
    """`values`: by metric. `breakdowns`: by metric, then by kind. `dropped`: the metrics that Meta refused."""

    values: Mapping[str, float] = {}
    breakdowns: Mapping[str, Mapping[str, int]] = {}
    dropped: tuple[str, ...] = ()


_NOTHING: Final = Answer(Insights(), Usage())
_Told = Answer[Insights] | MetricRemoved | MetaUnavailable
_Ask = Callable[[Sequence[str]], _Told]


def metrics_of(provider: Provider, product_type: str | None) -> tuple[str, ...]:
    """What to ask of a FEED, REELS or STORY post; of an unknown kind what all have, of an AD nothing."""
    if product_type == "AD":
        return ()
    extra = _FACEBOOK_METRICS.get(product_type or "", ()) if provider is Provider.FACEBOOK else ()
    return (*_METRICS.get(product_type or "", _COMMON), *extra)


def media_insights(graph: "Graph", token: str, media_id: str, product_type: str | None) -> Answer[Insights]:
    """All that Meta gives for a post of that kind.

    Raises:
        NotEnoughViewers: a story that fewer than five people saw.
        BeforeBusiness: the post is older than the professional account; never ask again.
        ObjectMissing: it was deleted or may not be read.
    """
    answer = some_insights(graph, token, media_id, metrics_of(graph.provider, product_type))
    for metric, breakdown in _BREAKDOWNS.get(product_type or "", ()):
        others_came = bool(answer.value.values)
        more = some_insights(graph, token, media_id, (metric,), breakdown=breakdown, others_came=others_came)
        answer = _joined(answer, more)
    return answer


def some_insights(
    graph: "Graph",
    token: str,
    media_id: str,
    metrics: Sequence[str],
    *,
    breakdown: str = "",
    others_came: bool = False,
) -> Answer[Insights]:
    """What Meta gives of these metrics. Raises what `media_insights` does.

    Asks for all; then without those that are refused by name; or one by one when Meta does not say which it refuses.
    `others_came`: Meta gave other metrics of this post, so an unknown error is not a fault of its own.
    """

    def ask(wanted: Sequence[str]) -> _Told:
        parameters = {"metric": ",".join(wanted), "period": "lifetime"}
        if breakdown:
            parameters["breakdown"] = breakdown
        try:
            return graph.get(f"{segment(media_id)}/insights", token, parameters).map(_insights)
        except MetricRemoved as refusal:
            return refusal
        except MetaUnavailable as error:
            if error.facts.code not in _ERROR_UNKNOWN:
                raise
            return error

    left, answer = list(metrics), _NOTHING
    while left:
        told = ask(left)
        if isinstance(told, Answer):
            return _joined(answer, told)
        if isinstance(told, MetaUnavailable) and len(left) == 1 and not others_came:
            raise told
        refused = _refused(told, left)
        answer = _joined(answer, _without(refused, told))
        if not refused:
            return _joined(answer, _one_by_one(ask, left))
        left = [metric for metric in left if metric not in refused]
    return answer


def _one_by_one(ask: _Ask, metrics: Sequence[str]) -> Answer[Insights]:
    """A metric that alone gets an unknown error is refused; if all do, the fault is Meta's."""
    told = {metric: ask([metric]) for metric in metrics}
    unknown = [answer for answer in told.values() if isinstance(answer, MetaUnavailable)]
    if len(unknown) == len(told):
        raise unknown[0]
    answers = [each if isinstance(each, Answer) else _without([metric], each) for metric, each in told.items()]
    return reduce(_joined, answers)


def _refused(error: MetricRemoved | MetaUnavailable, asked: Sequence[str]) -> list[str]:
    """Which of the metrics that were asked for an error refuses: by name, by place, or as the only one."""
    if len(asked) == 1:
        return list(asked)
    if isinstance(error, MetaUnavailable):
        return []
    if error.index is not None and error.index < len(asked):
        return [asked[error.index]]
    return [metric for metric in asked if metric in error.metrics]


def _without(refused: Sequence[str], error: MetricRemoved | MetaUnavailable) -> Answer[Insights]:
    return Answer(Insights(dropped=tuple(refused)), error.facts.usage)


def _joined(one: Answer[Insights], other: Answer[Insights]) -> Answer[Insights]:
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
