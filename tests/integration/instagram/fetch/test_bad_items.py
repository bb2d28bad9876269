"""One bad item does not stop the others."""

import json
from collections.abc import Callable

import pytest
import requests

from local.meta.graph import insights
from signpost.instagram.products import Provider
from tests.integration.instagram.fetch.world import DAY, HOUR, World


def test_a_removed_metric_costs_only_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a metric that Meta has removed from its API
    monkeypatch.setitem(insights.METRICS, "FEED", insights.METRICS["FEED"] - {"saved"})
    install = world.install(posts=2)

    assert world.sync(install)

    # Then the others are there
    for post in world.posts(install):
        assert post.metrics["reach"] > 0
        assert "saved" not in post.metrics


@pytest.mark.parametrize("provider", Provider)
def test_a_refused_field_costs_only_itself_and_is_not_asked_for_again_for_a_day(
    world: World, provider: Provider
) -> None:
    # Given a field that this version of Meta's API does not have
    world.meta.refuse_field("alt_text")
    install, other = world.install(provider, posts=2), world.install(provider, posts=2)

    # When an account is fetched, and another one
    result = world.build().fetch(world.job(install), 1, 120)
    assert world.sync(other)

    # Then the posts of both are there, and only the first fetch has met the refusal, and has told of it
    assert [len(world.posts(each)) for each in (install, other)] == [2, 2]
    assert [call.code for call in world.meta.calls if call.path.endswith("/media")] == [100, 0, 0]
    assert result.counts["FieldRefused"] == 1
    assert result.problems[-1].reason == "field/media/alt_text"
    # And after a day it is asked for again
    world.meta.calm()
    world.pass_time(DAY + 1)
    world.meta.refuse_field("alt_text")
    assert world.sync(install)
    assert [call.code for call in world.meta.calls if call.path.endswith("/media")][3:] == [100, 0]


@pytest.mark.parametrize("unnamed", [True, False])
def test_a_refused_metric_is_not_asked_for_again_for_a_day(world: World, unnamed: bool) -> None:
    # Given a metric that Meta does not give any more
    world.meta.refuse_metric("saved", unnamed=unnamed)
    install, other = world.install(posts=3), world.install(posts=3)

    # When an account is fetched, and another one
    assert world.sync(install)
    first = world.measured()
    assert world.sync(other)

    # Then it cost the first two posts some calls, and the others none
    assert first == (12 if unnamed else 3) * 2 + 2
    assert world.measured() - first == 2 * 3
    for post in (*world.posts(install), *world.posts(other)):
        assert post.metrics["reach"] > 0
        assert "saved" not in post.metrics
    # And the other product may still have it
    by_facebook = world.install(Provider.FACEBOOK, posts=1)
    world.meta.calm()
    assert world.sync(by_facebook)
    assert "saved" in world.posts(by_facebook)[0].metrics


def test_pages_that_are_too_large_are_halved(world: World) -> None:
    install = world.install(posts=23)
    world.meta.limit_pages(7)

    assert world.sync(install)

    assert len(world.posts(install)) == 23
    codes = [call.code for call in world.meta.calls if call.path.endswith("/media")]
    assert codes == [1, 1, *[0] * 4]


def test_posts_that_meta_refuses_do_not_stop_the_others(world: World) -> None:
    # Given a good post, one whose insights are missing, and one from before the account was a business
    install = world.install(posts=3)
    account = world.meta.account(install.instagram_account)
    account.media[2].before_conversion = True
    world.meta.fail_next(100, 33, path=f"{account.media[1].id}/insights")

    assert world.sync(install)

    # Then all are there, with the metrics that exist
    good, missing, old = world.posts(install)
    assert "reach" in good.metrics
    assert "reach" not in missing.metrics
    assert old.no_insights
    # And metrics that will never exist are not asked for again
    world.pass_time(HOUR)
    assert world.sync(install)
    assert "reach" in world.posts(install)[1].metrics
    assert world.calls(f"{old.media_id}/insights") == 1


@pytest.mark.parametrize(("failures", "done"), [(2, True), (3, False)])
def test_meta_is_unavailable_when_three_posts_in_a_row_fail(world: World, failures: int, done: bool) -> None:
    # Given two or three posts whose insights are not answered
    install = world.install(posts=4)
    for media in world.meta.account(install.instagram_account).media[:failures]:
        world.meta.fail_next(0, status=502, path=f"{media.id}/insights")

    # Then two are passed over, and after three the message is delivered again
    assert world.sync(install) is done
    assert len(world.posts(install)) == 4
    world.pass_time(60)
    assert world.sync(install)
    assert all("reach" in post.metrics for post in world.posts(install))


def test_posts_are_stored_even_when_insights_may_not_be_read(world: World) -> None:
    # Given two accounts: one never allowed insights, the other does not any more
    never = world.install(posts=2, scopes=("instagram_business_basic",))
    install = world.install(posts=2)
    world.meta.remove_permission(install.instagram_account, "instagram_business_manage_insights")

    assert world.sync(never)
    assert world.calls("/insights") == 0
    assert world.sync(install)

    # Then Meta was asked once, and the posts are there with their likes
    assert world.calls("/insights") == 1
    for each in (never, install):
        assert world.stored(each).state == "active"
        assert [post.metrics["like_count"] > 0 for post in world.posts(each)] == [True] * 2


def changing(part: str, change: Callable[[requests.Response], None]) -> requests.Session:
    """A session that changes the answers from addresses that contain this."""
    session = requests.Session()
    session.hooks["response"] = [lambda response, **_: change(response) if part in response.url else None]
    return session


def test_posts_without_a_time_or_an_id_are_passed_over(world: World) -> None:
    install = world.install(posts=3)

    def damage(answer: requests.Response) -> None:
        body = answer.json()
        del body["data"][0]["timestamp"], body["data"][1]["id"]
        answer._content = json.dumps(body).encode()

    result = world.build(changing("/media?", damage)).fetch(world.job(install), 1, 120)

    assert [problem.what for problem in result.problems] == ["posts without an id", "an unreadable post"]
    assert len(world.posts(install)) == 1


def test_a_picture_whose_address_expired_is_copied_by_the_next_sync(world: World) -> None:
    # Given a picture whose address does not work any more
    install = world.install(posts=1)
    expired = changing("/cdn/", lambda answer: setattr(answer, "status_code", 403))
    assert world.build(expired).fetch(world.job(install), 1, 120).counts["PicturesFailed"] == 1
    assert [post.pictures for post in world.posts(install)] == [()]

    # When Meta gives a new address, then it is copied
    world.pass_time(HOUR)
    assert world.sync(install)
    assert [len(post.pictures) for post in world.posts(install)] == [1]


def test_albums_and_videos_have_their_pictures(world: World) -> None:
    # Given an album, a video, and a post whose address Meta withholds
    install = world.install()
    login = install.instagram_account
    album = world.meta.publish(login, "Three", media_type="CAROUSEL_ALBUM")
    video = world.meta.publish(login, "Moving", media_type="VIDEO", product_type="REELS", seconds_ago=60)
    world.meta.publish(login, "Theirs", seconds_ago=120).shown_url = False

    assert world.sync(install)

    folder = f"pictures/{install.id}"
    posts = world.posts(install)
    assert posts[0].pictures == tuple(f"{folder}/{album.id}-{place}.png" for place in (1, 2, 3))
    assert [child["id"] for child in posts[0].children] == [child.id for child in album.children]
    assert posts[1].pictures == (f"{folder}/{video.id}.png",)
    assert posts[2].pictures == ()


def test_account_numbers_that_meta_withholds_do_not_stop_a_fetch(world: World) -> None:
    install = world.install(Provider.FACEBOOK, posts=1)
    account = world.meta.account(install.instagram_account)
    world.meta.fail_next(100, 33, path=f"/{account.id}")  # the list of posts, then
    assert not world.sync(install)
    world.meta.fail_next(2, path=f"/{account.id}", count=1)
    assert not world.sync(install)
    world.meta.calm()

    assert world.sync(install)

    # A day has one count of followers, and the next day another
    world.pass_time(HOUR)
    assert world.sync(install)
    assert len(world.items(f"{install.id}#account")) == 1
    world.pass_time(DAY)
    assert world.sync(install)
    assert len(world.items(f"{install.id}#account")) == 2
