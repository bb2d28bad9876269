"""Comments and the insights of accounts, as Meta gives them."""

from signpost.instagram.graph.account_insights import day_insights, follower_demographics
from signpost.instagram.graph.comments import comment_replies, media_comments
from signpost.instagram.graph.refused import Refused, is_about_new_posts
from signpost.instagram.products import Provider
from tests.unit.instagram.meta import TOKEN, Meta, error

INSTAGRAM = Provider.INSTAGRAM
NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
TIME = "2026-11-21T07:00:00+0000"


def test_a_page_has_comments_with_their_replies_and_says_where_there_are_more() -> None:
    reply = {"id": "3", "text": "Yes", "timestamp": TIME, "from": {"id": "9", "username": "Sam"}}
    more = {"data": [reply], "paging": {"cursors": {"after": "R"}, "next": "https://…"}}
    comments = [
        {"id": "1", "text": "#a", "timestamp": TIME, "username": "nora", "replies": more},
        {"id": "2", "timestamp": TIME},  # its author is gone
        {"text": "without an id"},
    ]
    meta = Meta({"data": comments, "paging": {"cursors": {"after": "C"}, "next": "https://…"}})

    page = media_comments(meta.graph(INSTAGRAM), TOKEN, "18", None, Refused()).value

    assert [(each.id, each.username, each.is_reply) for each in page.comments] == [
        ("1", "nora", False),
        ("3", "Sam", True),
        ("2", None, False),
    ]
    assert page.comments[1].author_id == "9"
    assert (page.after, page.more_replies) == ("C", ("1",))
    assert meta.asked[0].query["limit"] == "50"


def test_the_rest_of_the_replies_is_asked_for_by_comment() -> None:
    meta = Meta({"data": [{"id": "4", "timestamp": TIME}]})

    page = comment_replies(meta.graph(INSTAGRAM), TOKEN, "1", "R", Refused()).value

    assert [(each.id, each.is_reply) for each in page.comments] == [("4", True)]
    assert meta.asked[0].address.endswith("/1/replies")
    assert meta.asked[0].query["after"] == "R"


def test_a_day_of_an_account_without_what_meta_withdrew() -> None:
    gone = error(100, None, "(#100) metric[4] must be one of the following values: reach, views")
    values = {"data": [{"name": "reach", "total_value": {"value": 7}}]}
    taps = {"breakdowns": [{"results": [{"dimension_values": ["EMAIL"], "value": 2}]}]}
    meta = Meta(gone, values, {"data": [{"name": "profile_links_taps", "total_value": taps}]}, {"data": []})
    refused = Refused()

    found = day_insights(meta.graph(INSTAGRAM), TOKEN, "178", NOW // 86_400 * 86_400, refused).value

    assert (found.values, found.breakdowns) == ({"reach": 7}, {"profile_links_taps": {"EMAIL": 2}})
    query = meta.asked[0].query
    assert (query["period"], query["metric_type"]) == ("day", "total_value")
    assert int(query["until"]) - int(query["since"]) == 86_400
    # It is left out from then on, which is no alarm about posts
    assert refused.new == ("metric/ACCOUNT/2026/profile_views",)
    assert not is_about_new_posts(refused.new[0], NOW)


def test_a_small_account_costs_one_call_and_has_no_demographics() -> None:
    meta = Meta({"data": []})

    assert follower_demographics(meta.graph(INSTAGRAM), TOKEN, "178", NOW, Refused()).value == {}


def test_a_dimension_that_meta_refuses_costs_only_itself() -> None:
    def counted(**values: int) -> dict[str, object]:
        results = [{"dimension_values": [name], "value": value} for name, value in values.items()]
        return {"data": [{"name": "follower_demographics", "total_value": {"breakdowns": [{"results": results}]}}]}

    meta = Meta(counted(SE=3), error(100, None, "metric[0] must be one of"), counted(old=1), counted(F=2))
    refused = Refused()

    found = follower_demographics(meta.graph(INSTAGRAM), TOKEN, "178", NOW, refused).value

    assert found == {"country": {"SE": 3}, "age": {"old": 1}, "gender": {"F": 2}}
    assert refused.new == ("metric/ACCOUNT/2026/follower_demographics:city",)
