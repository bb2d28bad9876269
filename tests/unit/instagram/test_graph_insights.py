from typing import Any

import pytest

from signpost.instagram.graph.errors import BeforeBusiness, MetaUnavailable, NotEnoughViewers, ObjectMissing, TokenDead
from signpost.instagram.graph.insights import media_insights, metrics_of, some_insights
from signpost.instagram.graph.refused import Refused
from signpost.instagram.products import Provider
from tests.unit.instagram.meta import TOKEN, Meta, Reply, error

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
UNKNOWN = error(1, None, "An unknown error has occurred")


def measured(**values: float) -> dict[str, Any]:
    return {
        "data": [{"name": name, "period": "lifetime", "values": [{"value": value}]} for name, value in values.items()]
    }


def refused(metric: str) -> Reply:
    return error(100, None, f"The Media Insights API does not support the {metric} metric for this media product type.")


def asked_metrics(meta: Meta) -> list[str]:
    return [asked.query["metric"] for asked in meta.asked]


def test_a_reel_is_asked_for_what_reels_have() -> None:
    meta = Meta(measured(views=120, reach=0))

    answer = media_insights(meta.graph(INSTAGRAM), TOKEN, "18", "REELS")

    assert answer.value.values == {"views": 120, "reach": 0}
    assert (answer.value.breakdowns, answer.value.dropped) == ({}, ())
    assert meta.asked[0].address == "https://graph.instagram.com/v26.0/18/insights"
    assert meta.asked[0].query["period"] == "lifetime"
    assert "ig_reels_avg_watch_time" in asked_metrics(meta)[0].split(",")


def test_breakdowns_are_asked_for_separately() -> None:
    results = [
        {"dimension_values": ["tap_exit"], "value": 4},
        {"dimension_values": ["tap_forward"], "value": 2},
        {"value": None},
    ]
    total = {"value": 6, "breakdowns": [{"dimension_keys": ["x"], "results": results}]}
    meta = Meta(measured(views=9), {"data": []}, {"data": [{"name": "navigation", "total_value": total}]})

    insights = media_insights(meta.graph(INSTAGRAM), TOKEN, "18", "STORY").value

    assert insights.values == {"views": 9, "navigation": 6}
    assert insights.breakdowns == {"navigation": {"tap_exit": 4, "tap_forward": 2}}
    breakdowns = [asked.query.get("breakdown") for asked in meta.asked]
    assert breakdowns == [None, "action_type", "story_navigation_action_type"]


def test_an_empty_answer_is_not_zero() -> None:
    meta = Meta({"data": [{"name": "reach", "values": []}, {"name": "views", "values": [{"value": None}]}, {"x": 1}]})

    assert some_insights(meta.graph(), TOKEN, "18", ["reach", "views"]).value.values == {}


def test_a_removed_metric_is_left_out_and_the_rest_is_kept() -> None:
    meta = Meta(refused("b"), refused("d"), measured(a=1, c=3))

    insights = some_insights(meta.graph(), TOKEN, "18", ["a", "b", "c", "d"]).value

    assert (insights.values, insights.dropped) == ({"a": 1, "c": 3}, ("b", "d"))
    assert asked_metrics(meta) == ["a,b,c,d", "a,c,d", "a,c"]


def test_a_metric_that_meta_names_by_its_index_is_left_out() -> None:
    meta = Meta(error(100, None, "(#100) metric[1] must be one of the following values: reach"), measured(a=1))

    assert some_insights(meta.graph(), TOKEN, "18", ["a", "b"]).value.dropped == ("b",)


@pytest.mark.parametrize(
    "unclear",
    [UNKNOWN, refused("something_else"), error(100, None, "(#100) metric[9] must be one of the following values: x")],
)
def test_metrics_are_tried_one_by_one_when_it_is_unclear_which_was_refused(unclear: Reply) -> None:
    meta = Meta(unclear, measured(a=1), UNKNOWN, refused("c"), measured(d=4))

    insights = some_insights(meta.graph(), TOKEN, "18", ["a", "b", "c", "d"]).value

    assert insights.values == {"a": 1, "d": 4}
    assert set(insights.dropped) == {"b", "c"}
    assert asked_metrics(meta) == ["a,b,c,d", "a", "b", "c", "d"]


def test_when_every_metric_fails_meta_is_unavailable() -> None:
    with pytest.raises(MetaUnavailable):
        some_insights(Meta(UNKNOWN, UNKNOWN, UNKNOWN).graph(), TOKEN, "18", ["a", "b"])
    with pytest.raises(MetaUnavailable):
        some_insights(Meta(UNKNOWN).graph(), TOKEN, "18", ["a"])


def test_a_missing_answer_is_not_tried_metric_by_metric() -> None:
    meta = Meta(Reply(b"", 502))

    with pytest.raises(MetaUnavailable):
        some_insights(meta.graph(), TOKEN, "18", ["a", "b"])

    assert len(meta.asked) == 1


def test_a_missing_answer_ends_the_tries_one_by_one() -> None:
    with pytest.raises(MetaUnavailable):
        some_insights(Meta(UNKNOWN, measured(a=1), Reply(b"", 502)).graph(), TOKEN, "18", ["a", "b", "c"])


def test_a_breakdown_that_fails_does_not_take_the_rest_with_it() -> None:
    meta = Meta(measured(views=9), UNKNOWN)

    insights = media_insights(meta.graph(INSTAGRAM), TOKEN, "18", "FEED").value

    assert (insights.values, insights.dropped) == ({"views": 9}, ("profile_activity",))


def test_a_metric_that_two_posts_refuse_is_not_asked_for_again() -> None:
    # Given three posts of a kind and a year, and one of another year
    refused, unnamed = Refused(), error(100, None, "(#100) The following metric is not supported")
    metrics = len(metrics_of(INSTAGRAM, "REELS"))
    one_by_one = [unnamed, *[measured(a=1)] * (metrics - 1), unnamed]
    meta = Meta(*one_by_one, *one_by_one, measured(a=1), measured(a=1))

    # When Meta refuses the last metric of the first two, without saying which one it is
    for number, posted_at in enumerate([NOW, NOW, NOW, NOW - 400 * 86_400]):
        media_insights(meta.graph(INSTAGRAM), TOKEN, str(number), "REELS", posted_at=posted_at, refused=refused)

    # Then the third costs a single call, without it, and the old one is asked for all
    assert refused.new == ("metric/REELS/2026/reels_skip_rate",)
    third, old = asked_metrics(meta)[-2:]
    assert "reels_skip_rate" not in third.split(",")
    assert len(third.split(",")) == metrics - 1
    assert "reels_skip_rate" in old.split(",")


def test_a_metric_that_some_posts_have_stays_asked_for() -> None:
    refused = Refused()
    for dropped in ((), ("saved",), ("saved",), ("saved",)):
        refused.note_metrics("FEED/2026", ["saved", "reach"], dropped)

    assert refused.new == ()


def test_a_single_refused_metric_leaves_nothing() -> None:
    insights = some_insights(Meta(refused("anything")).graph(), TOKEN, "18", ["a"]).value

    assert (insights.values, insights.dropped) == ({}, ("a",))


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (error(100, 2108006), BeforeBusiness),
        (error(100, 33), ObjectMissing),
        (error(10, None, "(#10) Not enough viewers for the media to show insights"), NotEnoughViewers),
        (error(190, 463), TokenDead),
    ],
)
def test_an_error_about_the_whole_post_is_raised(answer: Reply, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        media_insights(Meta(answer).graph(), TOKEN, "18", "STORY")


def test_usage_is_the_worst_of_all_calls_including_refused_ones() -> None:
    busy = refused("b")._replace(headers={"X-App-Usage": '{"call_count":93}'})

    assert some_insights(Meta(busy, measured(a=1)).graph(), TOKEN, "18", ["a", "b"]).usage.percent == 93


def test_no_metric_that_meta_removed_is_asked_for() -> None:
    removed = {"impressions", "plays", "clips_replays_count", "video_views", "engagement", "exits", "taps_forward"}

    for provider in Provider:
        for kind in ("FEED", "REELS", "STORY", "AD", None, "NEW_KIND"):
            metrics = metrics_of(provider, kind)
            assert not removed & set(metrics)
            assert len(set(metrics)) == len(metrics)


def test_each_product_and_kind_has_its_metrics() -> None:
    assert "link_clicks" in metrics_of(FACEBOOK, "STORY")
    assert "link_clicks" not in metrics_of(INSTAGRAM, "STORY")
    assert "saved" not in metrics_of(INSTAGRAM, "STORY")
    assert "crossposted_views" in metrics_of(FACEBOOK, "REELS")
    assert metrics_of(FACEBOOK, "AD") == ()
    assert "views" in metrics_of(INSTAGRAM, "NEW_KIND")


def test_an_advertisement_costs_no_call() -> None:
    meta = Meta()

    assert media_insights(meta.graph(), TOKEN, "18", "AD").value.values == {}
    assert meta.asked == []
