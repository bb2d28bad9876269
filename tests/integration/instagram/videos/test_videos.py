"""Videos of feeds: an address of ours that always leads to one of Meta's that works."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest
import requests

from local.meta import Meta
from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.feed.views import Addresses, post
from signpost.instagram.products import Provider
from signpost.instagram.video_paths import VideoPath, read
from signpost.instagram.videos import wiring
from signpost.platform import settings
from signpost.platform.dynamodb import Attr, Change
from tests.integration.conftest import Handlers
from tests.integration.instagram import graphs
from tests.integration.instagram.fetch.world import DAY, HOUR, World
from tests.samples import sample


class Film:
    """A video that was posted, fetched, and is shown in a feed."""

    def __init__(self, world: World, module: ModuleType, context: object, provider: Provider) -> None:
        self.world, self._handler, self._context = world, module.handler, context
        self.install = world.install(provider)
        self.media = world.meta.publish(self.install.instagram_account, "Kneading", media_type="VIDEO")
        assert world.deliver(world.job(self.install, "connect"))
        local = settings.load(wiring.Settings, {**os.environ, **world.meta.settings()})
        self.videos = wiring.build(local, clock=world.clock, apps=lambda: graphs.apps(world.meta))

    @property
    def shown(self) -> Any:
        """The post as its feed shows it."""
        [item] = [each for each in self.world.items(self.install.id) if each["item"].startswith("media#")]
        return post(item, Addresses("https://signpost.example"), self.world.now)

    def ask(self, path: str | None = None) -> tuple[int, str | None, str]:
        """Follow the feed's address of the video: the status, where it leads, and an error's code."""
        address = path or self.shown["video"].partition("/instagram/videos/")[2]
        event = sample("instagram_video", "video", rawPath=f"/instagram/videos/{address}")
        reply = self._handler(event, self._context, videos=self.videos)
        code = json.loads(reply["body"])["error"]["code"] if reply["body"] else ""
        return reply["statusCode"], reply["headers"].get("location"), code

    def calls(self) -> int:
        """How often Meta was asked for the post itself."""
        return sum(call.path.endswith(f"/{self.media.id}") for call in self.world.meta.calls)


@pytest.fixture(params=list(Provider))
def film(world: World, handlers: Handlers, context: object, request: pytest.FixtureRequest) -> Film:
    return Film(world, handlers("instagram_video"), context, request.param)


def test_an_address_leads_to_metas_while_that_works(film: Film, meta: Meta) -> None:
    # When a browser follows the address that the feed shows
    status, location, _ = film.ask()

    # Then it gets to the video, and Meta's API was not asked
    assert status == 302
    assert location is not None
    assert location.startswith(meta.url)
    assert requests.get(location, timeout=20).headers["Content-Type"] == "video/mp4"
    assert film.calls() == 0


def test_an_expired_address_is_renewed_once_an_hour_at_most(film: Film) -> None:
    # Given a video whose address at Meta has expired
    old = film.ask()[1]
    address = film.shown["video"]
    film.world.pass_time(5 * DAY)
    assert film.shown["video"] == address

    # When it is asked for, twice
    answers = {film.ask(), film.ask()}

    # Then Meta was asked once, and both lead to a video that works
    [(status, location, _)] = answers
    assert status == 302
    assert location not in (None, old)
    assert requests.get(str(location), timeout=20).status_code == 200
    assert film.calls() == 1


def test_many_at_once_ask_meta_once(film: Film) -> None:
    film.world.pass_time(5 * DAY)

    with ThreadPoolExecutor(8) as browsers:
        statuses = {status for status, _, _ in browsers.map(lambda _: film.ask(), range(8))}

    # Those that are too early try again
    assert 302 in statuses
    assert statuses <= {302, 503}
    assert film.calls() == 1
    film.world.pass_time(20)
    assert film.ask()[0] == 302


def test_what_meta_refuses_is_asked_again_in_an_hour(film: Film) -> None:
    film.world.pass_time(5 * DAY)
    film.world.meta.fail_next(100, 33)

    assert film.ask()[0::2] == (404, "video_missing")
    film.world.pass_time(60)
    assert film.ask()[0::2] == (404, "video_missing")
    assert film.calls() == 1
    film.world.pass_time(HOUR)
    assert film.ask()[0] == 302


def test_a_passing_fault_says_try_again(film: Film) -> None:
    film.world.pass_time(5 * DAY)
    film.world.meta.fail_next(2)

    assert film.ask()[0] == 503


def revoked(film: Film) -> None:
    film.world.installs.update_if(
        {"key": film.install.id}, Change(set={"state": ConnectionState.REVOKED.value}), Attr("key").exists()
    )


def being_erased(film: Film) -> None:
    film.world.installs.update_if({"key": film.install.id}, Change(set={"erasing": True}), Attr("key").exists())


def with_an_unreadable_token(film: Film) -> None:
    film.world.installs.update_if({"key": film.install.id}, Change(set={"token": b"?"}), Attr("key").exists())


@pytest.mark.parametrize("change", [revoked, being_erased, with_an_unreadable_token])
def test_a_video_of_a_connection_that_ended_is_missing(film: Film, change: Any) -> None:
    change(film)
    film.world.pass_time(5 * DAY)

    assert film.ask()[0::2] == (404, "video_missing")
    assert film.calls() == 0


def test_meta_is_not_asked_while_calls_are_paused(film: Film) -> None:
    film.world.pass_time(5 * DAY)
    film.world.feature.tools.pauses.pause_product(film.install.provider, film.world.now + HOUR)

    assert film.ask()[0] == 503
    assert film.calls() == 0
    film.world.pass_time(HOUR + 1)
    assert film.ask()[0] == 302


@pytest.mark.parametrize(
    "path", ["", "facebook-1", "facebook-1/2/3/4/5", "hashtag#food/1/2", "facebook-1/1795244400/3", "instagram-1/-1/2"]
)
def test_other_paths_lead_nowhere(film: Film, path: str) -> None:
    assert film.ask(path or "x")[0::2] == (404, "video_missing")


def test_an_album_has_an_address_for_each_video(film: Film) -> None:
    # Given an album whose second part is a video
    album = film.world.meta.publish(film.install.instagram_account, "Two", media_type="CAROUSEL_ALBUM")
    album.children[1].media_type = "VIDEO"
    assert film.world.deliver(film.world.job(film.install, "webhook", asked_at=film.world.now))
    [item] = [each for each in film.world.items(film.install.id) if each.get("media_id") == album.id]

    # Then the feed shows its address, which is renewed like any other
    children = post(item, Addresses("https://signpost.example"), film.world.now)["children"]
    assert [child["video"] is not None for child in children] == [False, True, False]
    path = str(children[1]["video"]).partition("/instagram/videos/")[2]
    film.world.pass_time(5 * DAY)
    status, location, _ = film.ask(path)
    assert (status, film.ask(path)[1]) == (302, location)
    assert album.children[1].id in str(location)


def test_paths_are_read_as_they_are_written() -> None:
    for path in (VideoPath("facebook-1", 1_795_244_400, "2"), VideoPath("instagram-1", 0, "2", "3")):
        assert read(str(path)) == path


def test_a_post_that_was_erased_meanwhile_stays_gone(film: Film) -> None:
    path = film.shown["video"].partition("/instagram/videos/")[2]
    for item in film.world.items(film.install.id):
        film.videos._store._table.delete({"owner": item["owner"], "item": item["item"]})
    film.world.pass_time(5 * DAY)

    assert film.ask(path)[0::2] == (404, "video_missing")
    assert film.world.items(film.install.id) == []
