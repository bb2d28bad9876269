"""How a post did. Meta refuses a whole call for one metric it does not give: that one is left out, the rest is kept.

An empty answer is "not available", which is not 0, so a metric that is not told is not in the result.
Source: https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from signpost.instagram.graph.client import Answer, Graph, segment
from signpost.instagram.graph.errors import MetaUnavailable, MetricRemoved
from signpost.instagram.graph.usage import Usage
from signpost.instagram.json_values import Json, mapping, mappings, names, text, whole
from signpost.instagram.products import Provider

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
# Metrics that come by kind of action. A breakdown fails for every metric that has none, so each is a call of its own.
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

    values: Mapping[str, float]
    breakdowns: Mapping[str, Mapping[str, int]]
    dropped: tuple[str, ...]


def metrics_of(provider: Provider, product_type: str | None) -> tuple[str, ...]:
    """What can be asked of a FEED, REELS or STORY; an unknown kind is asked what all have, an AD nothing."""
    if product_type == "AD":
        return ()
    extra = _FACEBOOK_METRICS.get(product_type or "", ()) if provider is Provider.FACEBOOK else ()
    return (*_METRICS.get(product_type or "", _COMMON), *extra)


def media_insights(
    graph: Graph, token: str, media_id: str, product_type: str | None, metrics: Sequence[str] | None = None
) -> Answer[Insights]:
    """All that Meta gives for a post of that kind, or those `metrics` of it.

    Raises:
        NotEnoughViewers: a story that fewer than five people saw.
        BeforeBusiness: the post is older than the professional account; never ask again.
        ObjectMissing: it was deleted or may not be read.
    """
    collected = _Collected()
    wanted = metrics_of(graph.provider, product_type) if metrics is None else tuple(metrics)
    path = f"{segment(media_id)}/insights"
    _collect(graph, token, path, wanted, collected)
    if metrics is None:
        for metric, breakdown in _BREAKDOWNS.get(product_type or "", ()):
            _collect(graph, token, path, (metric,), collected, breakdown)
    return Answer(Insights(collected.values, collected.breakdowns, tuple(collected.dropped)), collected.usage)


class _Collected:
    def __init__(self) -> None:
        self.values: dict[str, float] = {}
        self.breakdowns: dict[str, dict[str, int]] = {}
        self.dropped: list[str] = []
        self.usage = Usage()

    def take(self, answer: Answer[Json]) -> None:
        self.usage = self.usage.worst(answer.usage)
        for item in mappings(answer.value.get("data")):
            name, total = text(item.get("name")), mapping(item.get("total_value"))
            if name is None:
                continue
            shown = [*(entry.get("value") for entry in mappings(item.get("values"))), total.get("value")]
            for value in shown:
                if isinstance(value, int | float) and not isinstance(value, bool):
                    self.values[name] = value
            kinds = [
                part for breakdown in mappings(total.get("breakdowns")) for part in mappings(breakdown.get("results"))
            ]
            for kind in kinds:
                count = whole(kind.get("value"))
                if count is not None:
                    self.breakdowns.setdefault(name, {})["/".join(names(kind.get("dimension_values")) or ())] = count


def _collect(  # noqa: PLR0917
    graph: Graph, token: str, path: str, metrics: Sequence[str], into: _Collected, breakdown: str = ""
) -> None:
    """Ask for all; without those that are refused by name; and one by one when Meta does not say which it is."""
    left = list(metrics)
    while left:
        try:
            into.take(_ask(graph, token, path, left, breakdown))
        except MetricRemoved as error:
            into.usage = into.usage.worst(error.facts.usage)
            refused = _refused(error, left)
            if not refused:
                return _collect_singly(graph, token, path, left, into, breakdown)
            into.dropped += refused
            left = [metric for metric in left if metric not in refused]
        except MetaUnavailable as error:
            if error.facts.code not in _ERROR_UNKNOWN or (len(left) == 1 and not into.values):
                raise
            if len(left) > 1:
                return _collect_singly(graph, token, path, left, into, breakdown)
            into.dropped += left  # the others came, so it is not Meta that is unwell
            left = []
        else:
            return None
    return None


def _collect_singly(  # noqa: PLR0917
    graph: Graph, token: str, path: str, metrics: Sequence[str], into: _Collected, breakdown: str
) -> None:
    """A metric that alone gives an unknown error is refused, unless all do: then it is Meta that is not well."""
    failed: list[MetaUnavailable] = []
    unknown: list[str] = []
    for metric in metrics:
        try:
            into.take(_ask(graph, token, path, [metric], breakdown))
        except MetricRemoved as error:
            into.usage = into.usage.worst(error.facts.usage)
            into.dropped.append(metric)
        except MetaUnavailable as error:
            if error.facts.code not in _ERROR_UNKNOWN:
                raise
            failed.append(error)
            unknown.append(metric)
    if failed and len(failed) == len(metrics):
        raise failed[0]
    into.dropped += unknown


def _ask(graph: Graph, token: str, path: str, metrics: Sequence[str], breakdown: str) -> Answer[Json]:
    parameters = {"metric": ",".join(metrics), "period": "lifetime"}
    return graph.get(path, token, parameters | ({"breakdown": breakdown} if breakdown else {}))


def _refused(error: MetricRemoved, asked: Sequence[str]) -> list[str]:
    """Which of the metrics that were asked for an error names, by name or by place."""
    if error.index is not None and error.index < len(asked):
        return [asked[error.index]]
    # A single metric needs no name.
    return [metric for metric in asked if metric in error.metrics or len(asked) == 1]
