"""Which insights media and accounts have, and how others are refused."""

import pytest

from local.meta import Meta
from tests.integration.local.meta.conftest import KILN, NORA, READ, Client, first

FEED = "views,reach,likes,comments,saved,shares,total_interactions,follows,profile_visits,reposts,facebook_views"
REELS = "views,reach,saved,ig_reels_avg_watch_time,ig_reels_video_view_total_time,reels_skip_rate,crossposted_views"
STORY = "views,reach,replies,shares,total_interactions,follows,profile_visits,reposts"


def test_metrics_of_a_post(meta: Meta, facebook: Client) -> None:
    media = meta.account(NORA).media[0]
    data = facebook.get(f"{media.id}/insights", metric=FEED)["data"]
    values = {each["name"]: each["values"][0]["value"] for each in data}
    assert list(values) == FEED.split(",")
    assert {each["period"] for each in data} == {"lifetime"}
    # And they agree with the post, and with each other
    assert values["likes"] == media.likes
    parts = values["likes"] + values["comments"] + values["saved"] + values["shares"]
    assert values["total_interactions"] == parts
    assert values["views"] >= values["reach"]


def test_metrics_of_reels_and_stories(meta: Meta, facebook: Client) -> None:
    reel = first(meta.account(NORA).media, product_type="REELS")
    assert len(facebook.get(f"{reel.id}/insights", metric=REELS)["data"]) == 7
    story = meta.publish(NORA, product_type="STORY")
    assert len(facebook.get(f"{story.id}/insights", metric=STORY)["data"]) == 8


def test_metrics_by_field_expansion(meta: Meta, instagram: Client) -> None:
    found = instagram.get("me/media", fields="id,insights.metric(reach,views)", limit=1)["data"][0]
    assert [each["name"] for each in found["insights"]["data"]] == ["reach", "views"]


def test_breakdowns(meta: Meta, facebook: Client) -> None:
    path = f"{meta.account(NORA).media[0].id}/insights"
    total = facebook.get(path, metric="profile_activity", breakdown="action_type")["data"][0]["total_value"]
    results = total["breakdowns"][0]["results"]
    assert total["breakdowns"][0]["dimension_keys"] == ["action_type"]
    assert total["value"] == sum(each["value"] for each in results)
    # A metric without one fails the whole call, and the error does not say why
    answer = facebook.call(path, metric="profile_activity,reach", breakdown="action_type")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == 1


@pytest.mark.parametrize(
    "metric", ["plays", "engagement", "video_views", "clips_replays_count", "exits", "taps_forward", "nope"]
)
def test_removed_metrics_are_refused(meta: Meta, facebook: Client, metric: str) -> None:
    answer = facebook.call(f"{meta.account(NORA).media[0].id}/insights", metric=f"reach,{metric}")
    error = answer.json()["error"]
    assert error["code"] == 100
    assert error["message"].startswith("(#100) metric[1] must be one of the following values: ")


def test_impressions_are_gone_for_newer_media(meta: Meta, facebook: Client) -> None:
    old = meta.publish(NORA, "Before 2024-07-02", seconds_ago=1000 * 86_400)
    assert facebook.get(f"{old.id}/insights", metric="impressions")["data"][0]["name"] == "impressions"
    error = facebook.call(f"{meta.account(NORA).media[0].id}/insights", metric="impressions").json()["error"]
    assert error["code"] == 100
    assert "impressions metric is no longer supported" in error["message"]


@pytest.mark.parametrize(("product_type", "metric"), [("FEED", "replies"), ("REELS", "follows"), ("STORY", "saved")])
def test_metrics_of_other_kinds_are_refused(meta: Meta, facebook: Client, product_type: str, metric: str) -> None:
    media = meta.publish(NORA, product_type=product_type, media_type="VIDEO")
    error = facebook.call(f"{media.id}/insights", metric=metric).json()["error"]
    assert error["code"] == 100
    assert f"does not support the {metric} metric for this media product type" in error["message"]


@pytest.mark.parametrize("metric", ["total_likes", "total_views"])
def test_totals_are_for_facebook_login_only(meta: Meta, facebook: Client, instagram: Client, metric: str) -> None:
    facebook.get(f"{meta.account(NORA).media[0].id}/insights", metric=metric)
    assert instagram.refused(f"{meta.account(KILN).media[0].id}/insights", metric=metric) == (100, None)


def test_media_from_before_the_conversion_have_none(meta: Meta, facebook: Client) -> None:
    media = first(meta.account(NORA).media, before_conversion=True)
    assert facebook.refused(f"{media.id}/insights", metric="reach") == (100, 2108006)


def test_stories_with_few_viewers_look_like_a_missing_permission(meta: Meta, facebook: Client) -> None:
    story = first(meta.account(NORA).stories, viewers=3)
    error = facebook.call(f"{story.id}/insights", metric="reach").json()["error"]
    assert (error["code"], error["message"]) == (10, "(#10) Not enough viewers for the media to show insights")


def test_items_of_an_album_have_none(meta: Meta, facebook: Client) -> None:
    album = first(meta.account(NORA).media, media_type="CAROUSEL_ALBUM")
    assert facebook.refused(f"{album.children[0].id}/insights", metric="reach") == (100, None)


def test_unavailable_insights_are_an_empty_list_and_not_zero(meta: Meta, facebook: Client) -> None:
    media = meta.account(NORA).media[0]
    media.insights_unavailable = True
    assert facebook.get(f"{media.id}/insights", metric="reach") == {"data": []}


def test_insights_need_a_permission_and_a_metric(meta: Meta, facebook: Client, instagram: Client) -> None:
    media = meta.account(NORA).media[0]
    assert facebook.refused(f"{media.id}/insights") == (100, None)
    facebook.token = meta.connect("facebook", "nora", READ)
    assert facebook.refused(f"{media.id}/insights", metric="reach") == (10, None)
    meta.remove_permission(KILN, "instagram_business_manage_insights")
    assert instagram.refused("me/insights", metric="views", period="day", metric_type="total_value") == (10, None)


def test_metrics_of_an_account(instagram: Client) -> None:
    data = instagram.get("me/insights", metric="views,likes,reach", period="day", metric_type="total_value")["data"]
    assert all(isinstance(each["total_value"]["value"], int) for each in data)
    series = instagram.get("me/insights", metric="reach,follower_count", period="day")["data"]
    assert [len(each["values"]) for each in series] == [2, 2]
    online = instagram.get("me/insights", metric="online_followers", period="lifetime")["data"][0]
    assert set(online["values"][0]["value"]) == {str(hour) for hour in range(24)}
    by_type = instagram.get(
        "me/insights", metric="follows_and_unfollows", period="day", metric_type="total_value", breakdown="follow_type"
    )
    assert by_type["data"][0]["total_value"]["breakdowns"]


def test_demographics(meta: Meta, instagram: Client) -> None:
    right = {
        "metric": "follower_demographics",
        "period": "lifetime",
        "timeframe": "this_month",
        "breakdown": "country",
        "metric_type": "total_value",
    }
    found = instagram.get("me/insights", **right)["data"][0]["total_value"]["breakdowns"][0]
    assert found["dimension_keys"] == ["country"]
    for wrong in ({"period": "day"}, {"timeframe": "last_month"}, {"breakdown": "shoe_size"}):
        assert instagram.refused("me/insights", **(right | wrong)) == (100, None)
    # Accounts with fewer than 100 followers have none
    meta.account(KILN).followers = 99
    assert instagram.get("me/insights", **right) == {"data": []}


@pytest.mark.parametrize(
    "params",
    [
        {"metric": "views", "period": "day"},
        {"metric": "profile_views", "period": "day"},
        {"metric": "reach", "period": "week"},
        {"metric": "impressions", "period": "day"},
        {"metric": "audience_city", "period": "lifetime"},
        {"metric": "", "period": "day"},
    ],
)
def test_wrong_account_metrics_are_refused(instagram: Client, params: dict[str, str]) -> None:
    assert instagram.refused("me/insights", **params) == (100, None)


def test_a_wrong_breakdown_of_an_account_is_refused_without_a_reason(instagram: Client) -> None:
    params = {"metric": "views", "period": "day", "metric_type": "total_value", "breakdown": "follow_type"}
    assert instagram.refused("me/insights", **params) == (1, None)
